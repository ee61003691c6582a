/** The facade: everything one instance does, and what the outside may ask of it. */
import type { Configuration, RootConfiguration } from "../config/configuration.ts";
import type { ConfigurationReading } from "../config/configuration_input.ts";
import { TssyncError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { Failure, FailureQuery } from "../ports.ts";
import { pathToBytes, type RelPath } from "../core/path.ts";
import type {
  Check,
  Control,
  ControlTarget,
  DaemonStatus,
  Explanation,
  FlushRequest,
  Hold,
  ManifestRequest,
  Reload,
  Resync,
  ResyncRequest,
  ResyncTrigger,
  Vitals,
} from "./control.ts";
import { catchUp } from "./catch_up.ts";
import type { EngineWorld } from "./engine_world.ts";
import { type EventFeed, EventLog } from "./event_log.ts";
import { explain } from "./explain.ts";
import { FailLog } from "./fail_log.ts";
import { retryFailure } from "./fail_retry.ts";
import { flush } from "./flush.ts";
import { guardStore } from "./guarded_store.ts";
import { Holds } from "./holds.ts";
import { FullSync } from "./full_sync.ts";
import { remoteNamed, rootNamed } from "./named_places.ts";
import { NamedTimers } from "./named_timers.ts";
import { manifestEntries, refuseMissing, refuseUnsound } from "./manifest.ts";
import { PluginHost } from "./plugin_host.ts";
import { type PurgeReceipt, type PurgeRequest, requestPurge } from "./purge_requests.ts";
import { ProcessBudget } from "./process_budget.ts";
import { Reloader } from "./reloader.ts";
import type { Remote } from "./remote.ts";
import { Root } from "./root.ts";
import { readVitals } from "./vitals.ts";

export class Daemon implements Control {
  #configuration: Configuration;
  readonly #world: EngineWorld;
  readonly #roots: Root[];
  readonly vitals: () => Vitals;
  readonly #failLog: FailLog;
  readonly #holds: Holds;
  readonly #storeTrouble: { readonly reason: string | null };
  readonly #fullSync: FullSync;
  readonly plugins: PluginHost;
  readonly #startedAtMs: number;
  readonly #events: EventLog;
  readonly #timers: NamedTimers;
  #order = 0;
  #started = false;
  #stopping = false;
  /** Ends what waits. */
  readonly #stop = new AbortController();
  #lastTickMs: number;
  /** Since when watermarks are stored every second; null: there is nothing to remember. */
  #keepingSinceMs: number | null = null;
  readonly #reloader: Reloader;

  /** `read` reads the configuration again; without it there is nothing to reload. */
  constructor(configuration: Configuration, outside: EngineWorld, read?: () => Promise<ConfigurationReading>) {
    const { store, trouble } = guardStore(outside.store, outside.log);
    const world = { ...outside, store };
    this.#configuration = configuration;
    this.#world = world;
    this.#timers = new NamedTimers(world.clock);
    this.#storeTrouble = trouble;
    this.#startedAtMs = this.#lastTickMs = world.clock.wallMs();
    this.#events = new EventLog(world);
    const budget = new ProcessBudget(configuration.threadsMax);
    this.#failLog = new FailLog({
      world,
      events: this.#events,
      configuration: configuration.failLog,
      roots: configuration.roots,
      onRetryAll: () => {
        for (const remote of this.#roots.flatMap((root) => root.remotes)) remote.unpark();
      },
      retry: (root, remote, path, operation) => {
        const found = this.#findRemote(root, remote);
        if (found !== null) retryFailure(found, { path, operation, failLog: this.#failLog });
      },
    });
    this.#holds = new Holds(world, this.#events, (decision, hold) => this.#decideOrphan(decision, hold));
    const makeRoot = (root: RootConfiguration) =>
      new Root({
        configuration: root,
        world,
        budget,
        failLog: this.#failLog,
        holds: this.#holds,
        events: this.#events,
        nextOrder: () => ++this.#order,
        onActive: () => this.#keepWatermarks(),
      });
    this.#roots = configuration.roots.map(makeRoot);
    this.vitals = () => readVitals({ budget, events: this.#events, store, roots: this.#roots });
    this.#fullSync = new FullSync(world, this.#events, this.#roots);
    const rootOf = (id: string) => this.#roots.find(({ rootId }) => rootId === id);
    this.plugins = new PluginHost({
      world,
      events: this.#events,
      rootPath: (id) => rootOf(id)?.configuration.path ?? null,
      hasRemotes: (id) => (rootOf(id)?.remotes.length ?? 0) > 0,
      isFlooded: () => this.#roots.some(({ remotes }) => remotes.some((remote) => remote.isFlooded)),
    });
    this.#reloader = new Reloader({
      world,
      events: this.#events,
      holds: this.#holds,
      roots: this.#roots,
      makeRoot,
      read: read ??
        (() => Promise.resolve({ configuration: this.#configuration, tls: null, warnings: [], origins: new Map() })),
      configuration: () => this.#configuration,
      catchUp: (root, remotes) => this.#catchUp(root, remotes),
      schedule: (root) => this.#schedule(root),
      unschedule: (rootId) => this.#timers.cancel(cronOf(rootId)),
      compare: (request) => this.#tryResync(request, "reload"),
      configurePlugins: (plugins) => this.plugins.configure(plugins),
      taken: (after) => {
        this.#configuration = after;
        this.#failLog.reconfigure(after.failLog, after.roots);
      },
      signal: this.#stop.signal,
    });
  }

  /**
   * Starts mirroring. Resolves once all watches stand; full syncs and the search for what changed meanwhile go on behind it.
   * Throws SOURCE_UNUSABLE before anything is watched when a root is not there.
   */
  async start(): Promise<void> {
    for (const root of this.#roots) root.identify();
    // A new plugin hears of what happens from here on.
    await this.plugins.configure(this.#configuration.plugins);
    await this.plugins.webhooks.open();
    await this.#endLeftovers();
    this.#fullSync.closeLeftovers();
    await Promise.all(this.#roots.map((root) => root.start()));
    this.#failLog.start();
    this.#events.start();
    this.plugins.start();
    this.#started = true;
    for (const root of this.#roots) this.#catchUp(root, root.remotes);
    this.#keepWatermarks();
    for (const root of this.#roots) this.#schedule(root);
  }

  /**
   * One full sync of everything, without watching. Resolves with its record once names that were refused are told apart from
   * names that only changed meanwhile. Instead of `start`.
   */
  async syncOnce(onProgress: (resync: Resync) => void): Promise<Resync> {
    for (const root of this.#roots) root.identify();
    await this.#endLeftovers();
    const { id } = this.#fullSync.start({}, "start");
    const order = Number.MAX_SAFE_INTEGER;
    let resync = this.#fullSync.get(id);
    while (resync.finishedAtMs === null) {
      resync = await this.#fullSync.wait(id, LIMITS.progressEveryMs);
      onProgress(resync);
    }
    if (resync.state !== "succeeded" && resync.perRemote.some((result) => result.exitCode === 23)) {
      await Promise.all(this.#roots.flatMap((root) => root.remotes).map((remote) => remote.settled(order)));
    }
    return resync;
  }

  /** Stops taking changes, lets running rsyncs end within the grace time, remembers the rest. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#stop.abort(new TssyncError("STOPPING", "tssync is stopping."));
    this.#timers.close();
    this.#fullSync.stop();
    const seenMs = this.#world.clock.wallMs();
    await Promise.all(this.#roots.map((root) => root.stop(LIMITS.stopGraceMs)));
    this.#failLog.close();
    if (this.#events.commit()) { for (const root of this.#roots) root.storeWatermarks(seenMs); }
    await this.plugins.stop();
    this.#events.close();
  }

  // ---------------------------------------------------------------------------------------------------------- Control

  /** What a watchdog asks: for how long the clock work has not been done that is due, and whether work lies about. */
  pulse(): { readonly tickAgeMs: number; readonly isStuck: boolean } {
    const isStuck = this.#roots.some(({ remotes }) => remotes.some((remote) => remote.isIdleWithWork));
    const nowMs = this.#world.clock.wallMs();
    return { tickAgeMs: nowMs - Math.max(this.#lastTickMs, this.#keepingSinceMs ?? nowMs), isStuck };
  }

  status(): DaemonStatus {
    return {
      node: this.#world.node,
      startedAtMs: this.#startedAtMs,
      nowMs: this.#world.clock.wallMs(),
      epoch: this.#events.epoch,
      cursor: this.#events.cursor,
      roots: this.#roots.map((root) => root.status()),
      plugins: this.plugins.status(),
      lastReload: this.#reloader.last,
    };
  }

  events(): EventFeed {
    return this.#events;
  }

  configuration(): Configuration {
    return this.#configuration;
  }

  reload(): Promise<Reload> {
    if (this.#started && !this.#stopping) return this.#reloader.reload();
    const [code, when] = this.#stopping ? ["STOPPING", "stopping"] as const : ["NOT_READY", "still starting"] as const;
    return Promise.reject(new TssyncError(code, `Cannot read the configuration again: tssync is ${when}.`));
  }

  readiness(): readonly Check[] {
    return [
      { name: "configuration", ok: true, message: `${this.#roots.length} root(s)` },
      { name: "watches", ok: this.#started, message: this.#started ? "placed" : "still being placed" },
      this.#checkStore(),
    ];
  }

  startResync(request: ResyncRequest, trigger: ResyncTrigger): Resync {
    if (this.#stopping) throw new TssyncError("STOPPING", "Cannot start a resync: tssync is stopping.");
    return this.#fullSync.start(request, trigger);
  }

  listResyncs(limit: number, afterId?: string): readonly Resync[] {
    return this.#fullSync.list(limit, afterId);
  }

  resync(id: string): Resync {
    return this.#fullSync.get(id);
  }

  cancelResync(id: string): Resync {
    return this.#fullSync.cancel(id);
  }

  waitForResync(id: string, timeoutMs: number): Promise<Resync> {
    return this.#fullSync.wait(id, timeoutMs);
  }

  listFailures(query: FailureQuery): readonly Failure[] {
    return this.#failLog.list(query);
  }

  failureScript(query: FailureQuery): Uint8Array {
    return pathToBytes(this.#failLog.script(this.#failLog.list(query)));
  }

  retryFailures(id?: number): number {
    const count = this.#failLog.retry(id);
    if (id !== undefined && count === 0) {
      throw new TssyncError("NOT_FOUND", `There is no failure ${id}. See: tssync failures.`);
    }
    return count;
  }

  requestPurge(request: PurgeRequest): PurgeReceipt {
    return requestPurge(request, this.#configuration, this.#events);
  }

  pause({ root: rootId, remote: remoteId }: ControlTarget, reason: string): void {
    const root = rootNamed(this.#roots, rootId);
    if (remoteId === undefined) root.pause(reason);
    else remoteNamed(root, remoteId).pause(reason);
    root.pausesChanged();
    this.#world.log.write("info", `${remoteId ?? rootId} is paused: ${reason}`, { root: rootId });
  }

  async resume({ root: rootId, remote: remoteId }: ControlTarget, reason: string): Promise<void> {
    const root = rootNamed(this.#roots, rootId);
    if (remoteId === undefined) await root.resume();
    else remoteNamed(root, remoteId).resume();
    root.pausesChanged();
    this.#world.log.write("info", `${remoteId ?? rootId} goes on: ${reason}`, { root: rootId });
  }

  listHolds(): readonly Hold[] {
    return this.#holds.list();
  }

  decideHold(id: string, decision: "approve" | "reject"): Hold {
    return this.#holds.decide(id, decision);
  }

  explain(root: string, path: RelPath): Promise<Explanation> {
    return explain(rootNamed(this.#roots, root), this.#events, path);
  }

  manifest(id: string, request: ManifestRequest): ReturnType<Control["manifest"]> {
    const root = rootNamed(this.#roots, id);
    refuseUnsound(root);
    refuseMissing(root, request.path);
    // Before the walk: what changes during it is told behind the cursor.
    this.#events.commit();
    return { cursor: this.#events.cursor, entries: manifestEntries(root, request) };
  }

  async flush(request: FlushRequest): Promise<{ readonly cursor: string }> {
    const roots = request.roots === undefined ? this.#roots : request.roots.map((id) => rootNamed(this.#roots, id));
    const { signal } = this.#stop;
    await flush({ ...request, world: this.#world, roots, newestOrder: () => this.#order, signal });
    this.#events.commit();
    return { cursor: this.#events.cursor };
  }

  // ---------------------------------------------------------------------------------------------------------- private

  #catchUp(root: Root, remotes: readonly Remote[]): void {
    if (remotes.length === 0) return;
    catchUp(root, remotes, {
      world: this.#world,
      resync: (request, trigger) => this.#tryResync(request, trigger),
      owed: (id, remote) => this.#holds.owed(id, remote),
      onTrouble: (troubled, { message }) => {
        if (!this.#stopping) troubled.onUnwatched(`looking for changes failed: ${message}`);
      },
    });
  }

  #schedule({ rootId, configuration: { periodicSync } }: Root): void {
    const name = cronOf(rootId);
    if (periodicSync === null) this.#timers.cancel(name);
    else this.#timers.repeat(name, periodicSync.everyMs, () => this.#tryResync({ roots: [rootId] }, "cron"));
  }

  /** A hold of an earlier process: approved deletes are looked for again, up to the number that was approved. */
  #decideOrphan(decision: "approve" | "reject", hold: Hold): void {
    if (decision === "reject") return;
    this.#tryResync({ roots: [hold.root], remotes: [hold.remote], approvedDeletes: hold.count }, "api");
  }

  #tryResync(request: ResyncRequest, trigger: ResyncTrigger): void {
    try {
      this.startResync(request, trigger);
    } catch (error) {
      // The one that runs does the same work.
      if (!(error instanceof TssyncError) || error.code !== "RESYNC_RUNNING") throw error;
    }
  }

  /** Every second until there is nothing to remember. */
  #keepWatermarks(): void {
    if (!this.#started || this.#stopping || this.#keepingSinceMs !== null) return;
    this.#keepingSinceMs = this.#world.clock.wallMs();
    this.#timers.repeat("watermarks", LIMITS.watermarkEveryMs, () => {
      this.#storeWatermarks();
      if (this.#roots.some((root) => root.isActive)) return;
      this.#keepingSinceMs = null;
      this.#timers.cancel("watermarks");
    });
  }

  #storeWatermarks(): void {
    // What happened before the last tick has been read by now.
    const seenMs = this.#lastTickMs;
    this.#lastTickMs = this.#world.clock.wallMs();
    // A change behind the watermark is not looked for again: what is to be told of it must be stored first.
    if (!this.#events.commit()) return;
    for (const root of this.#roots) root.storeWatermarks(seenMs);
  }

  async #endLeftovers(): Promise<void> {
    for (const leftover of this.#world.store.listProcesses()) {
      await this.#world.runner.endLeftover(leftover);
      this.#world.store.forgetProcess(leftover.pid);
    }
  }

  #checkStore(): Check {
    this.#world.store.writeMeta("ready", String(this.#world.clock.wallMs()));
    const { reason } = this.#storeTrouble;
    return { name: "database", ok: reason === null, message: reason ?? "writable" };
  }

  #findRemote(rootId: string, remoteId: string): { readonly root: Root; readonly remote: Remote } | null {
    const root = this.#roots.find((candidate) => candidate.rootId === rootId);
    const remote = root?.remotes.find(({ id }) => id === remoteId);
    return root === undefined || remote === undefined ? null : { root, remote };
  }
}

function cronOf(rootId: string): string {
  return `cron ${rootId}`;
}
