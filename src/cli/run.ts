import { checkCommand } from "./check_command.ts";
import type { Command } from "./command.ts";
import type { CommandName } from "./command_table.ts";
import { completionCommand } from "./completion_command.ts";
import { demoCommand } from "./demo_command.ts";
import { reportError } from "./error_report.ts";
import { doctorCommand } from "./doctor_command.ts";
import { eventsCommand } from "./events_command.ts";
import { explainCommand } from "./explain_command.ts";
import { failuresCommand } from "./failures_command.ts";
import { flushCommand } from "./flush_command.ts";
import { helpCommand } from "./help_command.ts";
import { commandText, overviewText } from "./help_text.ts";
import { holdsCommand } from "./holds_command.ts";
import { initCommand } from "./init_command.ts";
import { parseArguments } from "./parse_arguments.ts";
import { pauseCommand, resumeCommand } from "./pause_command.ts";
import { pluginCommand } from "./plugin_command.ts";
import { receiverCommand } from "./receiver_command.ts";
import { reloadCommand } from "./reload_command.ts";
import { resyncCommand } from "./resync_command.ts";
import { serveCommand } from "./serve_command.ts";
import { statusCommand } from "./status_command.ts";
import { syncCommand } from "./sync_command.ts";
import type { Surroundings } from "./terminal.ts";
import { tokenCommand } from "./token_command.ts";
import { verifyCommand } from "./verify_command.ts";
import { versionCommand } from "./version_command.ts";
import { WATCH_FAILED, watchCommand } from "./watch_command.ts";

const RUNNERS = {
  serve: serveCommand,
  sync: syncCommand,
  check: checkCommand,
  doctor: doctorCommand,
  init: initCommand,
  receiver: receiverCommand,
  demo: demoCommand,
  status: statusCommand,
  reload: reloadCommand,
  resync: resyncCommand,
  failures: failuresCommand,
  events: eventsCommand,
  flush: flushCommand,
  explain: explainCommand,
  pause: pauseCommand,
  resume: resumeCommand,
  holds: holdsCommand,
  token: tokenCommand,
  watch: watchCommand,
  verify: verifyCommand,
  plugin: pluginCommand,
  version: versionCommand,
  help: helpCommand,
  completion: completionCommand,
} as const satisfies Record<CommandName, Command>;

/** Runs one command line (without the program's name). Resolves with the exit code, never rejects. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    const invocation = parseArguments(args);
    if (invocation.options.has("help")) {
      surroundings.terminal.out(invocation.bare ? overviewText() : commandText(invocation.command));
      return 0;
    }
    return await RUNNERS[invocation.command](invocation, surroundings);
  } catch (error) {
    const exitCode = reportError(error, surroundings.terminal, args.includes("--json"));
    // inotifywait has one code for whatever is wrong, and another meaning for ours.
    return args[0] === "watch" ? WATCH_FAILED : exitCode;
  }
}
