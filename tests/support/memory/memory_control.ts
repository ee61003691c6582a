import type { Configuration, PluginConfiguration, RootConfiguration } from "../../../src/config/configuration.ts";
import type { ConfigurationDifference } from "../../../src/config/configuration_difference.ts";
import { TssyncError } from "../../../src/core/error.ts";
import { pathToBytes, type RelPath } from "../../../src/core/path.ts";
import type {
  Check,
  Control,
  ControlTarget,
  DaemonStatus,
  Explanation,
  FlushRequest,
  Hold,
  ManifestEntry,
  ManifestRequest,
  PluginStatus,
  Reload,
  RemoteExplanation,
  RemoteStatus,
  Resync,
  ResyncRequest,
  ResyncTrigger,
  RootStatus,
  Vitals,
} from "../../../src/engine/control.ts";
import { type EventFeed, EventLog } from "../../../src/engine/event_log.ts";
import { type PurgeReceipt, type PurgeRequest, requestPurge } from "../../../src/engine/purge_requests.ts";
import type { Failure, FailureQuery } from "../../../src/ports.ts";
import { PluginHost } from "../../../src/engine/plugin_host.ts";
import { MemoryClock } from "./memory_clock.ts";
import { MemoryLog } from "./memory_log.ts";
import { MemoryMetrics } from "./memory_metrics.ts";
import { MemoryPluginFactory } from "./memory_plugin.ts";
import { MemoryRandom } from "./memory_random.ts";
import { MemoryStore } from "./memory_store.ts";

const NOTHING_CHANGED: ConfigurationDifference = {
  roots: { added: [], removed: [], changed: [] },
  plugins: { added: [], removed: [], changed: [] },
  settings: [],
  needsRestart: [],
};

/** A daemon that mirrors nothing: it keeps what it is told in memory, and a test moves it on by hand. */
export class MemoryControl implements Control {
  nowMs = Date.UTC(2026, 10, 20, 9, 15, 2, 113);
  roots: RootStatus[] = [memoryRoot("www", [memoryRemote("172.16.1.41::www")])];
  checks: Check[] = [
    { name: "configuration", ok: true, message: "loaded" },
    { name: "watches", ok: true, message: "placed" },
    { name: "database", ok: true, message: "writable" },
  ];
  failures: Failure[] = [];
  configuredPlugins: PluginConfiguration[] = [];
  pluginStatus: PluginStatus[] = [];
  readonly store = new MemoryStore();
  readonly pluginFactory = new MemoryPluginFactory();
  /** Empty; a test appends and commits. */
  readonly eventLog = new EventLog({
    store: new MemoryStore(),
    clock: new MemoryClock(),
    random: { fraction: () => 0, token: () => "k3v9qx2a" },
    log: new MemoryLog(),
    bootId: "boot",
    node: "web01",
  });
  readonly clock = new MemoryClock();
  readonly plugins = new PluginHost({
    world: {
      store: this.store,
      clock: this.clock,
      log: new MemoryLog(),
      random: new MemoryRandom(1),
      node: "web01",
      plugins: this.pluginFactory,
      metrics: new MemoryMetrics(),
    },
    events: this.eventLog,
    rootPath: () => null,
    hasRemotes: () => true,
    isFlooded: () => false,
  });
  holds: Hold[] = [];
  resyncs: Resync[] = [];
  /** What the next flush ends with; a cursor by default. */
  flushError: TssyncError | null = null;
  /** How paths stand on every remote; others are synced. */
  readonly standings = new Map<string, Partial<RemoteExplanation>>();
  /** What the next reload ends with; nothing changed by default. */
  reloadError: TssyncError | null = null;
  readonly flushes: FlushRequest[] = [];
  readonly retries: (number | undefined)[] = [];
  readonly resumed: (ControlTarget & { readonly reason: string })[] = [];
  #waiters: { readonly id: string; readonly wake: () => void }[] = [];

  status(): DaemonStatus {
    return {
      node: "web01",
      startedAtMs: this.nowMs - 3_600_000,
      nowMs: this.nowMs,
      epoch: "k3v9qx2a",
      cursor: "k3v9qx2a-000000000184213",
      roots: this.roots,
      plugins: this.pluginStatus,
      lastReload: { atMs: this.nowMs - 3_600_000, ok: true, problems: [] },
    };
  }

  reload(): Promise<Reload> {
    if (this.reloadError !== null) return Promise.reject(this.reloadError);
    return Promise.resolve({ atMs: this.nowMs, difference: NOTHING_CHANGED });
  }

  vitals(): Vitals {
    const fullSyncs = this.roots.flatMap(({ id: root, remotes }) =>
      remotes.map(({ id: remote }) => ({ root, remote, atMs: this.nowMs - 60_000 }))
    );
    return { rsyncRunning: 1, eventLogBytes: this.eventLog.bytes(), fullSyncs };
  }

  events(): EventFeed {
    return this.eventLog;
  }

  configuration(): Configuration {
    return { ...EMPTY_CONFIGURATION, roots: this.roots.map(memoryConfiguration), plugins: this.configuredPlugins };
  }

  readiness(): readonly Check[] {
    return this.checks;
  }

  startResync(request: ResyncRequest, trigger: ResyncTrigger): Resync {
    for (const id of request.roots ?? []) {
      if (!this.roots.some((root) => root.id === id)) throw new TssyncError("NOT_FOUND", `There is no root ${id}`);
    }
    const remotes = this.roots.flatMap((root) => root.remotes.map((remote) => remote.id));
    for (const id of request.remotes ?? []) {
      if (!remotes.includes(id)) throw new TssyncError("NOT_FOUND", `There is no remote ${id}`);
    }
    const same = this.resyncs.find((resync) =>
      resync.finishedAtMs === null && JSON.stringify(resync.request) === JSON.stringify(request)
    );
    if (same !== undefined) {
      throw new TssyncError("RESYNC_RUNNING", `The resync ${same.id} of the same scope is running`, { id: same.id });
    }
    const resync: Resync = {
      id: `r${this.resyncs.length + 1}`,
      trigger,
      state: "running",
      request,
      startedAtMs: this.nowMs,
      finishedAtMs: null,
      progress: { remotesDone: 0, remotes: remotes.length, files: 0, bytes: 0 },
      perRemote: [],
    };
    this.resyncs.unshift(resync);
    return resync;
  }

  /** Ends a running resync as the last flight would, and wakes those who wait for it. */
  finishResync(id: string, end: Partial<Resync> = {}): void {
    const index = this.resyncs.findIndex((resync) => resync.id === id);
    this.resyncs[index] = { ...this.resync(id), state: "succeeded", finishedAtMs: this.nowMs, ...end };
    for (const waiter of this.#waiters) if (waiter.id === id) waiter.wake();
    this.#waiters = this.#waiters.filter((waiter) => waiter.id !== id);
  }

  listResyncs(limit: number, afterId?: string): readonly Resync[] {
    const from = afterId === undefined ? 0 : this.resyncs.indexOf(this.resync(afterId)) + 1;
    return this.resyncs.slice(from, from + limit);
  }

  resync(id: string): Resync {
    const found = this.resyncs.find((resync) => resync.id === id);
    if (found === undefined) throw new TssyncError("NOT_FOUND", `There is no resync ${JSON.stringify(id)}`);
    return found;
  }

  cancelResync(id: string): Resync {
    if (this.resync(id).finishedAtMs !== null) {
      throw new TssyncError("RESYNC_FINISHED", `The resync ${id} has ended`, { id });
    }
    this.finishResync(id, { state: "cancelled" });
    return this.resync(id);
  }

  waitForResync(id: string, timeoutMs: number): Promise<Resync> {
    const resync = this.resync(id);
    if (resync.finishedAtMs !== null) return Promise.resolve(resync);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(this.resync(id)), timeoutMs);
      this.#waiters.push({
        id,
        wake: () => {
          clearTimeout(timer);
          resolve(this.resync(id));
        },
      });
    });
  }

  /** How many wait for the end of a resync. */
  get waiting(): number {
    return this.#waiters.length;
  }

  requestPurge(request: PurgeRequest): PurgeReceipt {
    return requestPurge(request, this.configuration(), this.eventLog);
  }

  listFailures(query: FailureQuery): readonly Failure[] {
    return this.failures.filter((failure) =>
      (query.root === undefined || failure.root === query.root) &&
      (query.remote === undefined || failure.remote === query.remote) &&
      (query.sinceMs === undefined || failure.lastAtMs >= query.sinceMs) &&
      (query.afterId === undefined || failure.id > query.afterId)
    ).slice(0, query.limit);
  }

  failureScript(query: FailureQuery): Uint8Array {
    return pathToBytes(
      this.listFailures(query).map((failure) => `#errno ${failure.exitCode}\nrsync '${failure.path}'\n\n`).join(""),
    );
  }

  retryFailures(id?: number): number {
    if (id !== undefined && !this.failures.some((failure) => failure.id === id)) {
      throw new TssyncError("NOT_FOUND", `There is no failure ${id}`);
    }
    this.retries.push(id);
    return id === undefined ? this.failures.length : 1;
  }

  pause({ root, remote }: ControlTarget, reason: string): void {
    this.#change(root, remote, { state: "paused", reason });
  }

  resume({ root, remote }: ControlTarget, reason: string): Promise<void> {
    this.resumed.push({ root, ...(remote === undefined ? {} : { remote }), reason });
    return Promise.resolve().then(() => this.#change(root, remote, { state: null, reason: null }));
  }

  listHolds(): readonly Hold[] {
    return this.holds;
  }

  decideHold(id: string, decision: "approve" | "reject"): Hold {
    const index = this.holds.findIndex((hold) => hold.id === id);
    const hold = this.holds[index];
    if (hold === undefined) throw new TssyncError("NOT_FOUND", `There is no hold ${id}`);
    if (hold.state !== "waiting") throw new TssyncError("HOLD_DECIDED", `The hold ${id} was ${hold.state} before`);
    const decided: Hold = {
      ...hold,
      state: decision === "approve" ? "approved" : "rejected",
      decidedAtMs: this.nowMs,
    };
    this.holds[index] = decided;
    return decided;
  }

  explain(id: string, path: RelPath): Promise<Explanation> {
    const root = this.roots.find((each) => each.id === id);
    if (root === undefined) return Promise.reject(new TssyncError("NOT_FOUND", `There is no root ${id}`));
    const remotes = root.remotes.map(({ id: remote }): RemoteExplanation => ({
      ...{ remote, state: "synced", rule: null, sinceMs: this.nowMs, message: null },
      ...this.standings.get(path),
    }));
    return Promise.resolve({ root: id, path, kind: "file", remotes });
  }

  manifest(id: string, { path, signal }: ManifestRequest): ReturnType<Control["manifest"]> {
    if (!this.roots.some((each) => each.id === id)) throw new TssyncError("NOT_FOUND", `There is no root ${id}`);
    const entries = this.manifestOf(path, signal);
    return { cursor: this.status().cursor, entries };
  }

  /** What a manifest lists; a test may set another. */
  // oxlint-disable-next-line require-yield
  manifestOf: (path: RelPath, signal: AbortSignal) => AsyncGenerator<ManifestEntry, void> = async function* () {};

  flush(request: FlushRequest): Promise<{ readonly cursor: string }> {
    this.flushes.push(request);
    for (const id of request.roots ?? []) {
      if (!this.roots.some((root) => root.id === id)) {
        return Promise.reject(new TssyncError("NOT_FOUND", `There is no root ${id}`));
      }
    }
    return this.flushError === null
      ? Promise.resolve({ cursor: this.status().cursor })
      : Promise.reject(this.flushError);
  }

  /** Sets the state of a root, or of one remote of it; null is its ordinary one. */
  #change(
    rootId: string,
    remoteId: string | undefined,
    to: { readonly state: "paused" | null; readonly reason: string | null },
  ) {
    const root = this.roots.find(({ id }) => id === rootId);
    if (root === undefined || (remoteId !== undefined && !root.remotes.some(({ id }) => id === remoteId))) {
      throw new TssyncError("NOT_FOUND", `There is no root or remote ${remoteId ?? rootId}`);
    }
    this.roots = this.roots.map((each) => {
      if (each !== root) return each;
      if (remoteId === undefined) return { ...each, state: to.state ?? "watching", reason: to.reason };
      const remotes = each.remotes.map((remote) =>
        remote.id === remoteId ? { ...remote, state: to.state ?? ("ok" as const), reason: to.reason } : remote
      );
      return { ...each, remotes };
    });
  }
}

export function memoryRemote(id: string, facts: Partial<RemoteStatus> = {}): RemoteStatus {
  return {
    id,
    address: id,
    state: "ok",
    reason: null,
    pending: 0,
    oldestPendingAtMs: null,
    inFlight: 0,
    failures: 0,
    lastSyncedAtMs: null,
    watermarkMs: null,
    ...facts,
  };
}

export function memoryRoot(id: string, remotes: readonly RemoteStatus[], facts: Partial<RootStatus> = {}): RootStatus {
  return { id, path: `/data/${id}`, state: "watching", reason: null, watches: 12, remotes, ...facts };
}

const EMPTY_CONFIGURATION: Configuration = {
  files: [],
  listen: null,
  debug: false,
  log: { file: null, rotateBytes: 0, keep: 0 },
  threadsMax: 10,
  roots: [],
  failLog: { path: null, retryEveryMs: 3_600_000 },
  plugins: [],
  webhookAllow: [],
  module: null,
};

/** The configuration that fits a root's status: every remote is an rsync daemon's module. */
export function memoryConfiguration({ id, path, remotes }: RootStatus): RootConfiguration {
  return {
    id,
    path: path as RootConfiguration["path"],
    excludes: [],
    switches: {
      delete: true,
      createFolder: true,
      createFile: true,
      closeWrite: true,
      moveFrom: true,
      moveTo: true,
      attrib: true,
      modify: false,
    },
    remotes: remotes.map(({ id, address }) => ({
      id,
      address,
      destination: {
        kind: "daemon",
        host: "h",
        port: null,
        user: "bob",
        passwordFile: "/etc/pass",
        module: "m",
        path: "",
      },
      params: ["-az"],
      timeoutSeconds: null,
      warm: "active",
    })),
    initialSync: "first",
    periodicSync: null,
    watcher: "auto",
    pollEveryMs: 60_000,
    openFiles: { quietMs: 500, everyMs: 10_000 },
    maxDelete: null,
    trash: null,
  };
}

export function memoryHold(id: string, facts: Partial<Hold> = {}): Hold {
  return {
    id,
    root: "www",
    remote: "172.16.1.41::www",
    origin: "resync",
    createdAtMs: Date.UTC(2026, 10, 20, 9),
    count: 300,
    examples: ["old/a"],
    state: "waiting",
    decidedAtMs: null,
    ...facts,
  };
}

export function memoryFailure(id: number, path: string, facts: Partial<Failure> = {}): Failure {
  return {
    id,
    path,
    root: "www",
    remote: "172.16.1.41::www",
    operation: "send",
    attempts: 3,
    firstAtMs: Date.UTC(2026, 10, 20, 9),
    lastAtMs: Date.UTC(2026, 10, 20, 9, 10),
    nextAtMs: Date.UTC(2026, 10, 20, 10, 10),
    exitCode: 23,
    message: "Permission denied (13)",
    ...facts,
  };
}
