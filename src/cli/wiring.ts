import { mkdirSync, readFileSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { createApi } from "../../api/app.ts";
import { listenForLines } from "../../api/line_listener.ts";
import { listen } from "../../api/listener.ts";
import type { Listener } from "../../api/listener.ts";
import { tokenRecord, Tokens } from "../../api/tokens.ts";
import { openInotifyFactory } from "../adapters/inotify_watcher.ts";
import { loadFileSystem } from "../adapters/load_libc.ts";
import { openPluginFactory } from "../adapters/plugin_factory.ts";
import { openPrometheusMetrics } from "../adapters/prometheus_metrics.ts";
import { openRsyncRunner } from "../adapters/rsync_runner.ts";
import { openStore } from "../adapters/sqlite_store.ts";
import { stateUnusable } from "../adapters/state_directory.ts";
import { SystemClock } from "../adapters/system_clock.ts";
import { SystemRandom } from "../adapters/system_random.ts";
import type { Configuration, ListenAddress } from "../config/configuration.ts";
import type { ConfigurationReading } from "../config/configuration_input.ts";
import { TssyncError } from "../core/error.ts";
import type { Metrics } from "../core/metric.ts";
import { textToBytePath } from "../core/path.ts";
import { Daemon } from "../engine/daemon.ts";
import type { Control } from "../engine/control.ts";
import type { EngineWorld } from "../engine/engine_world.ts";
import type { Clock, Log, RsyncRunner, Store } from "../ports.ts";
import { tellChanges, withCommandLog } from "./debug_log.ts";
import { runtimeText } from "./runtime.ts";
import { refuseStateInsideSource } from "./state_placement.ts";
import type { StatePaths } from "./state_paths.ts";
import { readTlsFiles } from "./tls_files.ts";
import { readOrMakeToken } from "./token_file.ts";
import { COMMIT, VERSION } from "./version.ts";

export type InstanceOptions = {
  readonly configuration: Configuration;
  /** Reads it again; without it a reload changes nothing. */
  readonly read?: () => Promise<ConfigurationReading>;
  readonly paths: StatePaths;
  readonly log: Log;
  /** Whether the log tells every change and every rsync command. */
  readonly tellsAll?: boolean;
  /** Without the API a single full sync runs. */
  readonly withApi: boolean;
  /** Where events are told as lines over TCP; absent: nowhere. */
  readonly lines?: ListenAddress | null;
};

/** One tssync, put together. Disposing stops it: the API first, then the engine, then the store is closed. */
export type Instance = AsyncDisposable & {
  readonly control: Control;
  /** Starts mirroring; resolves once all watches stand. */
  start(): Promise<void>;
  /** What a watchdog asks. */
  pulse(): ReturnType<Daemon["pulse"]>;
  readonly clock: Clock;
  /** Where the API listens. */
  readonly addresses: readonly string[];
};

/**
 * Puts adapters, engine and API together, in the order in which things can go wrong: rsync, the state directory, the
 * listeners. Nothing is watched before `start()`; until then the API says that it is not ready.
 *
 * @throws TssyncError RSYNC_UNUSABLE, STATE_LOCKED, STATE_UNUSABLE, LISTEN_REFUSED; nothing is left behind then.
 */
export async function openInstance(
  { configuration, read, paths, log, tellsAll = false, withApi, lines = null }: InstanceOptions,
): Promise<Instance> {
  refuseStateInsideSource(paths.directory, configuration.roots);
  const runner = tellsAll ? withCommandLog(openRsyncRunner(), log) : openRsyncRunner();
  const nanoseconds = await probeRsync(runner);

  await using opened = new AsyncDisposableStack();
  const store = opened.use(openStore(paths.directory));
  const clock = new SystemClock();
  let networks: () => readonly string[] = () => configuration.webhookAllow;
  const world: EngineWorld = {
    clock,
    random: new SystemRandom(),
    log,
    fileSystem: await loadFileSystem(),
    inotify: await openInotifyFactory(),
    runner,
    store,
    metrics: openPrometheusMetrics({ process: withApi }),
    plugins: openPluginFactory({
      clock,
      // What a reload changes holds at once.
      webhookAllow: () => networks(),
      memory: { read: (key) => store.readMeta(key), write: (key, text) => store.writeMeta(key, text) },
    }),
    barrierDirectory: textToBytePath(makeBarrierDirectory(paths.directory)),
    nanoseconds,
    bootId: readBootId(),
    node: hostname(),
  };
  const daemon = new Daemon(
    configuration,
    world,
    read && (async () => {
      const reading = await read();
      refuseStateInsideSource(paths.directory, reading.configuration.roots);
      return reading;
    }),
  );
  networks = () => daemon.configuration().webhookAllow;
  if (tellsAll) opened.use(tellChanges(daemon.events(), log));
  let started = false;
  // What was never started has nothing to remember: stopping it would store that it had seen everything.
  opened.defer(() => started ? daemon.stop() : Promise.resolve());
  const addresses: string[] = [];
  const closing = new AbortController();
  if (withApi) {
    for (
      const listener of await openListeners(daemon, {
        ...{ configuration, lines, paths, log, store, metrics: world.metrics },
        closing: closing.signal,
      })
    ) {
      opened.defer(() => listener.stop());
      addresses.push(listener.address);
    }
    opened.defer(() => closing.abort());
  }
  const kept = opened.move();
  return {
    control: daemon,
    clock,
    pulse: () => daemon.pulse(),
    addresses,
    start: () => {
      started = true;
      return daemon.start();
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** As the kernel says; empty where it does not, which counts as the same boot. */
function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return "";
  }
}

/** As it is now; null where the kernel does not say. */
function readWatchesLimit(): number | null {
  try {
    return Number(readFileSync("/proc/sys/fs/inotify/max_user_watches", "latin1"));
  } catch {
    return null;
  }
}

type ApiParts = Pick<InstanceOptions, "configuration" | "lines" | "paths" | "log"> & {
  readonly store: Store;
  readonly metrics: Metrics;
  readonly closing: AbortSignal;
};

async function openListeners(
  daemon: Daemon,
  { configuration, lines = null, paths, log, store, metrics, closing }: ApiParts,
): Promise<Listener[]> {
  const { listen: tcp } = configuration;
  const tokens = new Tokens({
    meta: store,
    wallMs: () => Date.now(),
    log,
    given: [tokenRecord(readOrMakeToken(paths.token), "state-directory", "admin")],
  });
  const { app, subscribers } = createApi(daemon, {
    build: { version: VERSION, commit: COMMIT, runtime: runtimeText() },
    tokens,
    hosts: tcp === null ? [] : ownHosts(tcp.host),
    meta: store,
    wallMs: () => Date.now(),
    log,
    metrics,
    watchesLimit: readWatchesLimit,
    closing,
  });
  const listeners = [await listen({ transport: "unix", path: paths.socket }, app.fetch)];
  try {
    for (const [address, isHttp] of [[tcp, true], [lines, false]] as const) {
      if (address === null) continue;
      const tls = address.tls === null ? null : readTlsFiles(address.tls);
      const on = { transport: "tcp", host: address.host, port: address.port, tls } as const;
      listeners.push(isHttp ? await listen(on, app.fetch) : await listenForLines(on, { subscribers, tokens }));
    }
    return listeners;
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.stop()));
    throw error;
  }
}

/** The names under which a listener may be addressed beside those of loopback. */
function ownHosts(host: string): string[] {
  const wildcard = host === "0.0.0.0" || host === "::" || host === "[::]";
  const addresses = wildcard
    ? Object.values(networkInterfaces()).flatMap((interfaces) => interfaces ?? []).map(({ address }) => address)
    : [host];
  return [
    hostname(),
    ...addresses.map((address) => address.includes(":") ? `[${address.replace(/^\[|\]$/g, "")}]` : address),
  ];
}

/** Whether the local rsync compares nanoseconds. */
async function probeRsync(runner: RsyncRunner): Promise<boolean> {
  const { major, minor, patch, text } = await runner.version();
  if (major < 3 || (major === 3 && minor < 1)) {
    throw new TssyncError(
      "RSYNC_UNUSABLE",
      `The rsync in PATH has version ${text}, tssync needs 3.1 or newer; upgrade it (Debian, Ubuntu: apt-get install rsync)`,
      { version: text },
    );
  }
  return major > 3 || minor > 1 || patch >= 3;
}

function makeBarrierDirectory(stateDirectory: string): string {
  const directory = join(stateDirectory, "barrier");
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return directory;
  } catch (error) {
    throw stateUnusable(stateDirectory, "its directory barrier cannot be made", error);
  }
}
