import type { ProcessLog } from "../adapters/log.ts";
import { openRsyncRunner } from "../adapters/rsync_runner.ts";
import { readAndCheckConfiguration } from "../config/read_configuration.ts";
import { TssyncError } from "../core/error.ts";
import { textToBytePath } from "../core/path.ts";
import type { Control } from "../engine/control.ts";
import type { Command } from "./command.ts";
import { startBackupServer } from "./demo_backup_server.ts";
import { DEMO_CHANGES, measureChange } from "./demo_change.ts";
import { makeDemoPlace } from "./demo_place.ts";
import type { DemoPlace } from "./demo_place.ts";
import { changeText, emphasisFor, EQUAL_TEXT, sceneText, tryText } from "./demo_text.ts";
import type { DemoScene } from "./demo_text.ts";
import { machineDisk } from "./disk_probe.ts";
import { openCommandLog } from "./log_file.ts";
import { logOptions } from "./log_options.ts";
import { ownCommand } from "./runtime.ts";
import { statePaths } from "./state_paths.ts";
import type { StatePaths } from "./state_paths.ts";
import { jsonText } from "./terminal.ts";
import type { Surroundings } from "./terminal.ts";
import { openInstance } from "./wiring.ts";
import type { Instance } from "./wiring.ts";

/**
 * `tssync demo`: a source, two real rsync daemons and the daemon with its API, in a directory that is removed at the end. The
 * daemon is put together as `serve` does it.
 */
export const demoCommand: Command = async ({ options }, surroundings) => {
  const { terminal } = surroundings;
  const asJson = options.has("json");
  const asked = logOptions(options, surroundings.cwd);
  const logging = options.has("log-level") ? asked : { ...asked, level: "warning" as const };
  const stopping = new AbortController();
  // Outlives all that follows: also a signal that comes while the rest is taken down leaves nothing behind.
  using leaving = leaveOnSignals(stopping);
  // Before anything is made: without rsync there is nothing to show.
  await openRsyncRunner().version();
  await using place = makeDemoPlace();
  leaving.leaveNow = place.leaveNow;
  await using log = openCommandLog(logging);
  await using servers = new AsyncDisposableStack();
  const urls: string[] = [];
  for (const directory of place.remotes) urls.push(servers.use(await startBackupServer(directory)).url);
  await using daemon = await openDaemon(place, urls, log, surroundings);
  await daemon.instance.start();

  const bold = emphasisFor(surroundings, process.stdout.isTTY === true);
  const scene = sceneOf(place, urls, daemon);
  if (!asJson) terminal.out(sceneText(scene, bold));
  const changes = [];
  try {
    for (const change of DEMO_CHANGES) {
      await settle(daemon.instance.control, stopping.signal);
      const ms = await measureChange(change, { ...place, signal: stopping.signal });
      changes.push({ change: change.title, seconds: Number((ms / 1_000).toFixed(6)) });
      if (!asJson) terminal.out(changeText(change.title, ms));
    }
    await settle(daemon.instance.control, stopping.signal);
    await refuseDifferences(place);
    terminal.out(
      asJson ? jsonText({ ...scene, pid: process.pid, changes }) : EQUAL_TEXT + tryText(scene, ownCommand(), bold),
    );
    await aborted(stopping.signal);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  }
  if (!asJson) terminal.out(`\nStopping, and removing ${place.directory}\n`);
  return 0;
};

type Leaving = Disposable & { leaveNow: () => void };

/** The first signal ends the demo in order; with the second everything is gone at once. */
function leaveOnSignals(stopping: AbortController): Leaving {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
  const handlers = signals.map((signal) => {
    const handler = () => {
      if (!stopping.signal.aborted) return stopping.abort();
      off();
      leaving.leaveNow();
      process.kill(process.pid, signal);
    };
    return [signal, handler] as const;
  });
  const atExit = () => leaving.leaveNow();
  const off = () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
    process.off("exit", atExit);
  };
  for (const [signal, handler] of handlers) process.on(signal, handler);
  // For an end that nothing here sees, such as that of an uncaught error.
  process.on("exit", atExit);
  const leaving: Leaving = { leaveNow: () => {}, [Symbol.dispose]: off };
  return leaving;
}

type DemoDaemon = AsyncDisposable & { readonly instance: Instance; readonly paths: StatePaths };

/** sersync's port where it is free, as the daemon would take it. */
const PORTS_WANTED = [8008, 0] as const;

async function openDaemon(
  place: DemoPlace,
  urls: readonly string[],
  log: ProcessLog,
  { env, cwd }: Surroundings,
): Promise<DemoDaemon> {
  const paths = statePaths(place.state, { env, cwd });
  let refusal: unknown;
  for (const port of PORTS_WANTED) {
    const flags = {
      cwd,
      watch: place.source,
      to: urls,
      passwordFile: null,
      params: null,
      threads: null,
      module: null,
      initialSync: "first" as const,
      listen: `127.0.0.1:${port}`,
      webhookAllow: [],
      tlsCert: null,
      tlsKey: null,
    };
    const { configuration } = await readAndCheckConfiguration({ files: [], flags }, machineDisk);
    try {
      const instance = await openInstance({ configuration, paths, log, withApi: true });
      return { instance, paths, [Symbol.asyncDispose]: () => instance[Symbol.asyncDispose]() };
    } catch (error) {
      if (!(error instanceof TssyncError && error.code === "LISTEN_REFUSED")) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

function sceneOf(place: DemoPlace, urls: readonly string[], { instance, paths }: DemoDaemon): DemoScene {
  const tcp = instance.addresses.find((address) => address !== paths.socket);
  return {
    source: place.source,
    remotes: place.remotes.map((directory, index) => ({ directory, url: urls[index] ?? "" })),
    api: { url: `http://${tcp}`, socket: paths.socket, tokenFile: paths.token },
  };
}

const SETTLE_MS_MAX = 60_000;

/** Waits until nothing is under way, so that every change is measured alone. */
async function settle(control: Control, signal: AbortSignal): Promise<void> {
  await Promise.race([control.flush({ scope: "synced", timeoutMs: SETTLE_MS_MAX }), aborted(signal)]);
  signal.throwIfAborted();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** rsync itself compares source and remotes, contents included. */
async function refuseDifferences({ source, remotes }: DemoPlace): Promise<void> {
  for (const remote of remotes) {
    const rsync = openRsyncRunner().start(
      { args: ["-aHnic", "--delete", `${source}/`, `${remote}/`], cwd: textToBytePath(source), env: {} },
      { collectOutput: true },
    );
    rsync.send(new Uint8Array(0));
    const { exitCode, output, stderr } = await rsync.ended;
    if (exitCode === 0 && output === "") continue;
    const found = output === "" ? stderr.trim() : output.trim().split("\n").slice(0, 3).join("; ");
    throw new TssyncError(
      "OUT_OF_SYNC",
      `Compared ${source} with ${remote}: they should be equal, rsync found ${found}`,
    );
  }
}
