/**
 * One root: its watch loop, its remotes, its safety. Marks go to every remote; when the root is not the directory it was,
 * nothing is sent until the same one is back.
 */
import type { RootConfiguration } from "../config/configuration.ts";
import type { Change } from "../core/change.ts";
import type { Filter } from "../core/filter.ts";
import { LIMITS } from "../core/limits.ts";
import type { Mark, MarkKind } from "../core/mark.ts";
import { type BytePath, pathToText, type RelPath, ROOT } from "../core/path.ts";
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
import { nestedUnmount, RootGuard, throughLink } from "./root_guard.ts";
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
import type { WatchObserver } from "./watch_observer.ts";

export class Root implements RemoteHost, WatchObserver {
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
  #unwatched: string | null = null;
  /** Why a person paused it; null: nobody did. */
  #paused: string | null = null;
  /** Remotes on which a walk must not delete: the root came with so much less than it had that a full sync has to ask. */
  readonly #doubting = new Set<string>();
  readonly #maker: MarkMaker;
  readonly #activity: RootActivity;

  constructor(options: RootOptions) {
    const { configuration, world } = options;
    this.rootPath = throughLink(world.fileSystem, configuration.path);
    this.#guard = new RootGuard(world, { ...configuration, path: this.rootPath });
    this.shape = new RootShape(configuration, (remote) => new Remote(remote, this));
    ({ filter: this.filter, switches: this.switches, remotes: this.remotes } = this.shape);
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
    this.links = this.#recovery.links;
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

  /** Finds what changed since the stored watermarks of these remotes. */
  recoverFromStore(remotes: readonly Remote[]): Promise<void> {
    return this.#recovery.run(this.watermarks.trust(remotes));
  }

  /** Finds what was written during a first full sync that an earlier process did not finish. */
  async recoverFromContact(remote: Remote): Promise<void> {
    const contactMs = this.watermarks.contact(remote);
    if (contactMs !== null) await this.#recovery.run(new Map([[remote, contactMs - LIMITS.watermarkMarginMs]]));
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
    const untilMs = Math.min(seenMs, this.#watch?.unfinishedSinceMs() ?? Infinity);
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

  onReading(): void {
    this.#activity.touch();
    this.#maker.reading(this.#activity.readingMs);
  }

  onMark(directory: RelPath, path: RelPath, kind: MarkKind, content: boolean, change: Change, sinceMs?: number): void {
    this.#maker.mark(directory, path, kind, content, change, sinceMs);
  }

  onRename(from: RelPath, to: RelPath, isDirectory: boolean): void {
    this.#maker.rename(from, to, isDirectory);
  }

  onFiltered(): void {
    this.events.meter.filtered();
  }

  onDrained(): void {
    this.#wake();
  }

  onOverflow(): void {
    this.events.overflowed(this.remotes.length > 0, this.#activity.surelyReadMs);
    // Not the last read: behind a full queue that one may have given records of long ago.
    this.#recovery.overflowed(this.#activity.surelyReadMs - LIMITS.watermarkMarginMs);
  }

  onRootLost(reason: string): void {
    this.#halt(reason);
  }

  onNestedUnmount(path: RelPath): void {
    if (this.halted() || this.#guard.trouble(null, false) !== null) return;
    const reason = nestedUnmount(path);
    this.world.log.write("error", `${this.rootId} is paused, nothing is sent: ${reason}`, { root: this.rootId });
    this.pause(reason);
  }

  onUnwatched(reason: string): void {
    if (this.#unwatched === reason) return;
    this.#unwatched = reason;
    this.world.log.write("warning", `part of ${this.rootId} is not watched: ${reason}`, { root: this.rootId });
    if (this.#state === "watching") this.#setState("degraded", reason);
  }

  #wake(): void {
    this.#activity.touch();
    for (const remote of this.remotes) remote.wake();
  }

  async #watchAndSettle(): Promise<void> {
    this.#setState("starting", null);
    await this.#watch?.[Symbol.asyncDispose]();
    if (this.#stop.signal.aborted) return this.#setState("stopped", null);
    this.#watch = new RootWatch({
      configuration: { ...this.configuration, path: this.rootPath },
      filter: this.filter,
      world: this.world,
      observer: this,
      look: (sinceMs) => this.#recovery.runForAll(sinceMs),
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
    this.#guard.remember(this.#watch, this.#paused, this.#doubting.size > 0 || this.#state === "halted");
  }

  /** What waits is no longer believed either: a full sync, whose brake asks, takes its place. */
  #doubtDeletes(): void {
    const nowMs = this.world.clock.wallMs();
    for (const remote of this.remotes) {
      this.#doubting.add(remote.id);
      remote.mark(this.newMark(ROOT, "subtree", nowMs), ROOT);
    }
  }

  #settleState(): void {
    this.#setState(this.#unwatched === null ? "watching" : "degraded", this.#unwatched);
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
    if (this.#state === "halted") {
      if (trouble === null) await this.#return();
    } else if (trouble !== null && this.#state !== "stopped") this.#halt(trouble);
  }

  /** The same root is back: its watches are placed anew, and what changed meanwhile is found by ctime. */
  async #return(): Promise<void> {
    const sinceMs = this.#haltHolds.sinceMs;
    await this.#watchAndSettle();
    if (this.#state === "halted" || this.#state === "stopped") return;
    this.world.log.write("info", `${this.rootId} is back`, { root: this.rootId });
    const known = new Map<Remote, number>();
    for (const remote of this.remotes) {
      // Halted since the start: what happened before this run counts as well.
      const storedMs = this.watermarks.stored(remote);
      if (storedMs !== null) remote.marks.trust();
      if (remote.marks.known) known.set(remote, Math.min(sinceMs, storedMs ?? Infinity));
      else remote.mark(this.newMark(ROOT, "subtree", sinceMs), ROOT);
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
