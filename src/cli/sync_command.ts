import { resyncDocument } from "../../api/resync_schema.ts";
import type { ResyncDocument } from "../../api/resync_schema.ts";
import { TssyncError } from "../core/error.ts";
import type { Control, Resync } from "../engine/control.ts";
import type { Command } from "./command.ts";
import { loadConfiguration } from "./load_configuration.ts";
import { openCommandLog } from "./log_file.ts";
import { logOptions } from "./log_options.ts";
import { openProgress } from "./progress.ts";
import { HELD_TEXT, remoteLine } from "./resync_command.ts";
import { onSignals } from "./signals.ts";
import { statePaths } from "./state_paths.ts";
import { jsonText } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { openInstance } from "./wiring.ts";

const PROGRESS_MS = 200;
/** Without a terminal nobody looks: often enough to notice that it waits for a decision. */
const QUIET_MS = 1_000;

/** `tssync sync`: the engine as ever, for one full sync of everything. */
export const syncCommand: Command = async (invocation, surroundings) => {
  const { options } = invocation;
  const { terminal } = surroundings;
  const { configuration, warnings } = await loadConfiguration(invocation, surroundings.cwd);
  const logging = logOptions(options, surroundings.cwd, configuration);
  await using log = openCommandLog({ ...logging, ...(options.has("log-level") ? {} : { level: "warning" }) });
  for (const warning of warnings) log.write("warning", warning.message);

  const stopping = new AbortController();
  using _signals = onSignals({
    stop: (signal) =>
      stopping.abort(new TssyncError("STOPPING", `Interrupted by ${signal}; what was sent so far stays there`)),
    reload: () => {},
    reopenLog: () => log.reopen(),
  });
  await using instance = await openInstance({
    configuration: {
      ...configuration,
      roots: configuration.roots.map((root) => ({ ...root, initialSync: "always" })),
      // The log keeps what happens for the daemon, which has their places in it.
      plugins: [],
    },
    paths: statePaths(options.text("state-dir"), surroundings),
    log,
    withApi: false,
  });
  await instance.start();
  const ended = await waitForAll(instance.control, terminal, stopping.signal);
  terminal.out(options.has("json") ? jsonText({ resyncs: ended }) : summaryText(ended));
  return ended.every((resync) => resync.state === "succeeded") ? 0 : 1;
};

async function waitForAll(control: Control, terminal: Terminal, stop: AbortSignal): Promise<ResyncDocument[]> {
  // Starting queued one for every root.
  const ids = control.status().roots.map((root) => root.id);
  const started = control.listResyncs(ids.length).toReversed();
  using progress = await openProgress(terminal);
  const interrupted = new Promise<never>((_, reject) => {
    // It is a TssyncError, made above.
    stop.addEventListener("abort", () => reject(stop.reason as TssyncError), { once: true });
  });
  const waitMs = terminal.showsProgress ? PROGRESS_MS : QUIET_MS;
  const ended: ResyncDocument[] = [];
  for (const { id } of started) {
    let resync = control.resync(id);
    while (isUnderWay(resync)) {
      progress.show(totalProgress(started.map((one) => control.resync(one.id))));
      resync = await Promise.race([control.waitForResync(id, waitMs), interrupted]);
    }
    ended.push(resyncDocument(resync));
  }
  return ended;
}

/** One that is held waits for a person, and there is none here. */
function isUnderWay({ finishedAtMs, state }: Resync): boolean {
  return finishedAtMs === null && state !== "held";
}

function totalProgress(resyncs: readonly Resync[]): Resync["progress"] {
  const sum = (pick: (progress: Resync["progress"]) => number) =>
    resyncs.reduce((total, resync) => total + pick(resync.progress), 0);
  return {
    remotesDone: sum((progress) => progress.remotesDone),
    remotes: sum((progress) => progress.remotes),
    files: sum((progress) => progress.files),
    bytes: sum((progress) => progress.bytes),
  };
}

function summaryText(resyncs: readonly ResyncDocument[]): string {
  return resyncs.flatMap((resync) => [
    ...resync.perRemote.map((result) => `${remoteLine(result)}\n`),
    ...(resync.state === "held" ? [HELD_TEXT] : []),
  ]).join("");
}
