import { openServiceManager } from "../adapters/service_manager.ts";
import type { ProcessLog } from "../adapters/log.ts";
import type { ListenAddress } from "../config/configuration.ts";
import type { ConfigurationReading } from "../config/configuration_input.ts";
import { ERRORS, TssyncError } from "../core/error.ts";
import { pathToText } from "../core/path.ts";
import type { Control } from "../engine/control.ts";
import type { Command } from "./command.ts";
import { reportFailure, reportReady, startDetached, takeDetachedMark } from "./detach.ts";
import { unexpected } from "./error_report.ts";
import { loadConfiguration } from "./load_configuration.ts";
import { openCommandLog } from "./log_file.ts";
import { logOptions } from "./log_options.ts";
import { chooseLineListener } from "./open_listener.ts";
import type { Invocation } from "./parse_arguments.ts";
import { statusSentence, tellServiceManager } from "./service_status.ts";
import { onSignals } from "./signals.ts";
import { statePaths } from "./state_paths.ts";
import type { StatePaths } from "./state_paths.ts";
import { jsonText } from "./terminal.ts";
import type { Surroundings } from "./terminal.ts";
import { openInstance } from "./wiring.ts";

/** `tssync serve`, and sersync's flags without a command. */
export const serveCommand: Command = async (invocation, surroundings) => {
  const { options } = invocation;
  const detached = takeDetachedMark();
  try {
    const reading = await loadConfiguration(invocation, surroundings.cwd);
    const paths = statePaths(options.text("state-dir"), surroundings);
    const lines = chooseLineListener(reading, options);
    const logging = logOptions(options, surroundings.cwd, reading.configuration);
    const logFile = logging.file ?? paths.log;
    if (options.has("daemon") && !detached) {
      return await goToBackground({ reading, paths, logFile, invocation, surroundings });
    }
    await using log = openCommandLog(detached ? { ...logging, file: logFile } : logging);
    const tellsAll = logging.level === "debug";
    return await serve({ reading, lines, paths, log, tellsAll, invocation, surroundings });
  } catch (error) {
    if (!detached || !process.connected) throw error;
    // Whoever waits in the foreground tells it; the log may be that of a running instance.
    const known = error instanceof TssyncError ? error : unexpected(error);
    reportFailure(known);
    return ERRORS[known.code].exitCode;
  }
};

type Serving = {
  readonly reading: ConfigurationReading;
  readonly lines: ListenAddress | null;
  readonly paths: StatePaths;
  readonly log: ProcessLog;
  readonly tellsAll: boolean;
  readonly invocation: Invocation;
  readonly surroundings: Surroundings;
};

async function serve({ reading, lines, paths, log, tellsAll, invocation, surroundings }: Serving): Promise<number> {
  const { configuration, warnings } = reading;
  const stopAsked = Promise.withResolvers<string>();
  const started = Promise.withResolvers<Control>();
  // Asked for while it starts: then it is done behind that. The log tells what came of it.
  const manager = await openServiceManager(surroundings.env, process.pid);
  const reloadAsked = async () => {
    const control = await started.promise;
    manager.reloading();
    await control.reload().catch(() => {});
    manager.ready(statusSentence(control.status()));
  };
  using _signals = onSignals({
    stop: stopAsked.resolve,
    reload: () => void reloadAsked(),
    reopenLog: () => log.reopen(),
  });
  for (const warning of warnings) log.write("warning", warning.message);
  await using instance = await openInstance({
    configuration,
    read: () => loadConfiguration(invocation, surroundings.cwd),
    paths,
    log,
    tellsAll,
    withApi: true,
    lines,
  });
  await instance.start();
  started.resolve(instance.control);
  for (const root of configuration.roots) {
    const remotes = root.remotes.map((remote) => remote.address).join(", ");
    log.write("info", `mirroring ${pathToText(root.path)} to ${remotes}`, { root: root.id });
  }
  log.write("info", `ready: API on ${instance.addresses.join(" and ")}`, { pid: process.pid });
  reportReady();
  manager.ready(statusSentence(instance.control.status()));
  using _told = tellServiceManager({
    manager,
    clock: instance.clock,
    log,
    status: () => instance.control.status(),
    pulse: () => instance.pulse(),
  });
  if (invocation.options.has("json")) {
    surroundings.terminal.out(jsonText({ ready: true, pid: process.pid, api: instance.addresses }));
  }
  const signal = await stopAsked.promise;
  manager.stopping();
  log.write("info", `${signal}: stopping; the same signal again ends at once`);
  return 0;
}

type GoingToBackground = Omit<Serving, "lines" | "log" | "tellsAll"> & { readonly logFile: string };

/** The configuration is read here too, so that its problems come to the terminal and nothing is left behind. */
async function goToBackground(
  { reading, paths, logFile, invocation, surroundings }: GoingToBackground,
): Promise<number> {
  const { terminal } = surroundings;
  for (const warning of reading.warnings) terminal.err(`tssync: ${warning.message}\n`);
  const pid = await startDetached(paths.directory, logFile);
  terminal.out(
    invocation.options.has("json")
      ? jsonText({ ready: true, pid, log: logFile })
      : `tssync runs in the background: pid ${pid}, log ${logFile}\n`,
  );
  return 0;
}
