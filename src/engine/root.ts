/**
 * One root: its watch loop, its remotes, its safety. Marks go to every remote; when the root is not the directory it was,
 * nothing is sent until the same one is back.
 */
import type { RootConfiguration } from "../config/configuration.ts";
import type { Filter } from "../core/filter.ts";
import { LIMITS } from "../core/limits.ts";
import type { Mark, MarkKind } from "../core/mark.ts";
import { type BytePath, parentPath, pathToText, type RelPath, ROOT } from "../core/path.ts";
import { TssyncError } from "../core/error.ts";
import type { RootState, RootStatus } from "./control.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { FailLog } from "./fail_log.ts";
import { logFlight } from "./flight_log.ts";
import type { HardLinks } from "./hard_links.ts";
import { HaltHolds } from "./halt_holds.ts";
import type { Holds } from "./holds.ts";
import { MarkMaker } from "./mark_maker.ts";
import type { ProcessBudget } from "./process_budget.ts";
import { RootGuard, throughLink } from "./root_guard.ts";
import { Remote } from "./remote.ts";
import { RootActivity } from "./root_activity.ts";
import { RootEvents } from "./root_events.ts";
import type { Flown, RemoteHost } from "./remote_host.ts";
import { RootMeter } from "./root_meter.ts";
import type { RootOptions } from "./root_options.ts";
import { RootRecovery } from "./root_recovery.ts";
import { RootShape } from "./root_shape.ts";
import { RootWatermarks } from "./root_watermarks.ts";
import { RootWatch } from "./root_watch.ts";
import { UnwatchedParts } from "./unwatched_parts.ts";
import type { WatchObserver } from "./watch_observer.ts";
import { RootObserver } from "./root_observer.ts";

export class Root implements RemoteHost {
  readonly shape: RootShape;
  readonly rootId: string;
  readonly rootPath: BytePath;
  readonly filter: Filter;
  readonly switches: RootConfiguration["switches"];
  readonly remotes: readonly Remote[];
  readonly world: EngineWorld;
  readonly budget: ProcessBudget;
  readonly failLog: FailLog;
  readonly holds: Holds;
  readonly events: RootEvents;
  readonly links: HardLinks;
  readonly #guard: RootGuard;
  readonly #stop = new AbortController();
  readonly #recovery: RootRecovery;
  readonly watermarks: RootWatermarks;
  readonly #haltHolds = new HaltHolds();
  #watch: RootWatch | null = null;
  #state: RootState = "starting";
  #reason: string | null = null;
  readonly #unwatched: UnwatchedParts;
  /** Why a person paused it; null: nobody did. */
  #paused: string | null = null;
  /** Remotes on which a walk must not delete: the root came with so much less than it had that a full sync has to ask. */
  readonly #doubting = new Set<string>();
  readonly #maker: MarkMaker;
  readonly #activity: RootActivity;
  readonly #observer: WatchObserver;

  constructor(options: RootOptions) {
    const { configuration, world } = options;
    this.rootPath = throughLink(world.fileSystem, configuration.path);
    this.shape = new RootShape(configuration, (remote) => new Remote(remote, this));
    ({ filter: this.filter, switches: this.switches, remotes: this.remotes } = this.shape);
    this.#guard = new RootGuard(world, { ...configuration, path: this.rootPath }, this.filter);
    this.watermarks = new RootWatermarks(world, this.shape);
    this.rootId = configuration.id;
    this.world = world;
    this.budget = options.budget;
    this.failLog = options.failLog;
    this.holds = options.holds;
    this.events = new RootEvents({
      rootId: configuration.id,
      meter: new RootMeter(world, configuration),
      log: options.events,
      isOpen: (path, kind, by) =>
        this.remotes.some((remote) =>
          remote.id === by ? remote.marks.isMarkedAgain(path, kind) : remote.mayLack(path, kind)
        ),
    });
    for (const remote of configuration.remotes) this.shape.add(remote);
    const { rootId, rootPath, filter, remotes, events } = this;
    this.#activity = new RootActivity({
      ...options,
      clock: world.clock,
      remotes,
      onSetBack: (byMs) => {
        this.#haltHolds.setBack(byMs, remotes);
        this.#watch?.setBack(byMs);
        this.#recovery.setBack(byMs);
      },
      signal: this.#stop.signal,
    });
    this.#maker = new MarkMaker({ remotes, events, nextOrder: options.nextOrder, clock: world.clock });
    this.#recovery = new RootRecovery({
      world,
      rootId,
      rootPath,
      filter,
      index: this.#maker.links,
      remotes,
      signal: this.#stop.signal,
      newMark: (path, kind, detectedAtMs) => this.#maker.found(path, kind, detectedAtMs),
      isSound: () => this.isSound(true),
      isShrunk: () => this.#doubting.size > 0,
      rescan: () => this.#watch?.rescan() ?? Promise.resolve(),
      onMarked: () => this.#wake(),
      onTrouble: (reason) => this.onUnwatched(reason),
    });
    this.#unwatched = new UnwatchedParts({
      ...world,
      rootId,
      rootPath,
      everyMs: () => this.configuration.pollEveryMs,
      onReadable: (path) => this.#markWhole(path, true),
      look: (sinceMs) => this.#lookAtUnwatched(sinceMs),
      onTurn: () => {
        if (this.#state === "watching" || this.#state === "degraded") this.#settleState();
      },
      signal: this.#stop.signal,
    });
    this.links = this.#recovery.links;
    this.#observer = new RootObserver({
      maker: this.#maker,
      events,
      remotes,
      activity: this.#activity,
      recovery: this.#recovery,
      unwatched: this.#unwatched,
      wake: () => this.#wake(),
      halt: (reason) => this.#halt(reason),
      lookAtMounts: () => void this.isSound(false),
    });
  }

  get configuration(): RootConfiguration {
    return this.shape.configuration;
  }

  /** The filter or the switches are others now. Resolves once the watches are right for them. */
  readonly reconsider = async (): Promise<void> => await this.#watch?.reconsider();

  /** Throws SOURCE_UNUSABLE when there is no such directory. */
  identify(): void {
    this.#guard.identify();
  }

  /**
   * Places the watches; resolves once they stand. What happened since the watermarks is found by a walk behind it. A root
   * that is not the directory it was when tssync last ran starts halted.
   */
  async start(): Promise<void> {
    this.#guard.identify();
    const trouble = this.#guard.troubleSinceLastRun();
    this.#paused = this.#guard.pausedInLastRun();
    if (trouble !== null) this.#halt(trouble);
    else await this.#watchAndSettle();
    this.#activity.start(async () => {
      await this.#check().catch((error: unknown) => {
        // Not watched and not sent is safe: the next look tries to return.
        if (!this.#stop.signal.aborted) this.#halt(`watching it failed: ${(error as Error).message}`);
      });
    }, () => !this.halted());
  }

  /** Sends nothing until `resume`, also after a restart. A halted root stays halted, and is paused when it is back. */
  pause(reason: string): void {
    this.#paused = reason;
    this.#remember();
    if (this.#state === "halted") return;
    this.#setState("paused", reason);
    for (const remote of this.remotes) remote.rest();
  }

  /** Ends a pause. A halted root goes on with the directory that is there now. */
  async resume(): Promise<void> {
    if (this.#state === "halted") this.#guard.accept();
    this.#paused = null;
    if (this.#state === "halted") {
      const nowMs = this.world.clock.wallMs();
      // Nobody knows what this directory has in common with the old one.
      this.#doubtDeletes();
      await this.#watchAndSettle();
      if (this.halted()) return;
      this.#recovery.runForAll(Math.min(nowMs, this.#haltHolds.sinceMs)).catch((error: unknown) =>
        this.onUnwatched((error as Error).message)
      );
      this.#haltHolds.release();
    } else if (this.#state === "paused") {
      this.#settleState();
      this.#remember();
    }
    this.#wake();
  }

  /** Finds what changed since a wall clock time of each of these remotes. */
  recover(since: ReadonlyMap<Remote, number>): Promise<void> {
    return this.#recovery.run(since);
  }

  /** Resolves when everything that happened before the call has become marks. */
  async barrier(name: string, signal: AbortSignal): Promise<void> {
    await this.#watch?.barrier(name, signal);
  }

  /** Since when the file is being written and its end waited for; null: it is not. */
  readonly openSinceMs = (path: RelPath): number | null => this.#watch?.openSinceMs(path) ?? null;

  status(): RootStatus {
    return {
      id: this.rootId,
      path: this.configuration.path,
      state: this.#state,
      reason: this.#reason,
      watches: this.#watch?.watches ?? 0,
      remotes: this.remotes.map((remote) => remote.status()),
    };
  }

  /** A person paused or resumed something, and was told so. */
  pausesChanged(): void {
    for (const remote of this.remotes) this.watermarks.writePause(remote);
    this.#activity.touch();
  }

  get isActive(): boolean {
    return this.#activity.isActive;
  }

  /** Stores the watermarks if anything happened. `seenMs`: events up to then have surely been read. */
  storeWatermarks(seenMs: number): void {
    if (!this.isActive) return;
    if (!this.halted()) this.#remember();
    // Nor what still waits in the kernel, as after a standstill, may be passed.
    const untilMs = Math.min(seenMs, this.#watch?.unfinishedSinceMs() ?? Infinity, this.#unwatched.sinceMs);
    for (const remote of this.remotes) this.watermarks.write(remote, this.#activity.readMs(remote, untilMs));
    this.#activity.remembered(untilMs);
  }

  /** Stops watching and sending; running flights may end within `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stop.abort(new TssyncError("STOPPING", "tssync is stopping."));
    if (this.#state !== "starting") this.#remember();
    this.#setState("stopped", null);
    await this.#watch?.[Symbol.asyncDispose]();
    await Promise.all(this.remotes.map((remote) => remote.stop(graceMs)));
    this.events.close();
    this.#activity.touch();
  }

  halted(): boolean {
    return this.#state === "halted" || this.#state === "paused" || this.#state === "stopped";
  }

  mayDelete(everything: boolean): boolean {
    return !this.halted() && this.isSound(everything);
  }

  isSound(everything: boolean): boolean {
    const trouble = this.#guard.trouble(this.#watch, everything);
    if (trouble !== null) this.#halt(trouble);
    return trouble === null && this.#state !== "halted";
  }

  newMark(path: RelPath, kind: MarkKind, detectedAtMs: number): Mark {
    return this.#maker.newMark(path, kind, detectedAtMs);
  }

  flown(flown: Flown): void {
    this.#activity.touch();
    this.events.meter.flown(flown);
    logFlight(this.world.log, this.rootId, flown);
  }

  fullSyncDone(remote: string, atMs: number): void {
    this.watermarks.fullSyncDone(remote, atMs);
    this.#activity.touch();
    this.#doubting.delete(remote);
  }

  /** What changes in part of the root is not known, for now. */
  onUnwatched(reason: string): void {
    this.#unwatched.add(reason, this.#activity.surelyReadMs - LIMITS.watermarkMarginMs);
  }

  async #lookAtUnwatched(sinceMs: number): Promise<void> {
    if (this.#state === "halted") throw new Error("what is there is not the root");
    await this.#watch?.rescan();
    await this.#recovery.runForAll(sinceMs);
  }

  #wake(): void {
    this.#activity.touch();
    for (const remote of this.remotes) remote.wake();
  }

  async #watchAndSettle(): Promise<void> {
    this.#setState("starting", null);
    this.#unwatched.reset();
    await this.#watch?.[Symbol.asyncDispose]();
    if (this.#stop.signal.aborted) return this.#setState("stopped", null);
    this.#watch = new RootWatch({
      configuration: { ...this.configuration, path: this.rootPath },
      filter: this.filter,
      world: this.world,
      observer: this.#observer,
      look: (sinceMs, finds) => this.#recovery.runForAll(sinceMs, finds),
    });
    if (!await this.#watch.start()) this.#halt("the directory is gone");
    if (this.#stop.signal.aborted) return this.#setState("stopped", null);
    if (this.halted()) return;
    if (this.#paused === null) this.#settleState();
    else this.#setState("paused", this.#paused);
    if (this.#guard.hasShrunk(this.#watch)) this.#doubtDeletes();
    this.#remember();
    for (const remote of this.remotes) remote.start();
  }

  #remember(): void {
    // What is found in the place of a halted root says nothing about the root.
    const isDoubtful = this.#doubting.size > 0 || this.#state === "halted";
    const isSent = (path: RelPath) => !this.remotes.some((remote) => remote.mayLack(path, "subtree"));
    this.#guard.remember(this.#watch, this.#paused, { isDoubtful, isSent });
  }

  /** What waits is no longer believed either: a full sync, whose brake asks, takes its place. */
  #doubtDeletes(): void {
    for (const { id } of this.remotes) this.#doubting.add(id);
    this.#markWhole(ROOT, false);
  }

  #settleState(): void {
    const { reason } = this.#unwatched;
    this.#setState(reason === null ? "watching" : "degraded", reason);
  }

  #halt(reason: string): void {
    if (this.#state === "halted" || this.#state === "stopped") return;
    this.#setState("halted", reason);
    this.#haltHolds.begin(this.#activity.surelyReadMs - LIMITS.watermarkMarginMs, this.remotes);
    for (const remote of this.remotes) remote.rest();
    const message = `${this.rootId} is halted, nothing is sent: ${pathToText(this.configuration.path)}: ${reason}`;
    this.world.log.write("error", message, { root: this.rootId });
  }

  async #check(): Promise<void> {
    const trouble = this.#guard.trouble(null, false);
    if (this.#state === "stopped") return;
    if (this.#state !== "halted") return trouble === null ? await this.#watchNewMounts() : this.#halt(trouble);
    if (trouble === null) await this.#return();
  }

  /** No event tells that something was mounted: what is in it is sent as a whole. */
  async #watchNewMounts(): Promise<void> {
    const paths = this.#guard.newMounts();
    if (paths.length === 0) return;
    const message = `something was mounted at ${paths.map(pathToText).join(", ")}: it is sent as a whole`;
    this.world.log.write("info", message, { root: this.rootId });
    await this.#watch?.rescan();
    for (const path of paths) this.#markWhole(path, false);
    this.#wake();
  }

  #markWhole(path: RelPath, content: boolean): void {
    const mark = { ...this.newMark(path, "subtree", this.world.clock.wallMs()), content };
    for (const remote of this.remotes) remote.mark(mark, parentPath(path));
  }

  /** The same root is back: its watches are placed anew, and what changed meanwhile is found by ctime. */
  async #return(): Promise<void> {
    const sinceMs = this.#haltHolds.sinceMs;
    await this.#watchAndSettle();
    if (this.#state === "halted" || this.#state === "stopped") return;
    this.world.log.write("info", `${this.rootId} is back`, { root: this.rootId });
    const known = this.watermarks.knownSince(this.remotes, sinceMs);
    for (const remote of this.remotes) {
      if (!known.has(remote)) remote.mark(this.newMark(ROOT, "subtree", sinceMs), ROOT);
    }
    const recovering = this.#recovery.run(known);
    this.#haltHolds.release();
    await recovering;
    this.#wake();
  }

  #setState(state: RootState, reason: string | null): void {
    this.#state = state;
    this.#reason = reason;
    this.events.state(state, reason);
  }
}
