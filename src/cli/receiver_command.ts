import { resolve } from "node:path";
import { superviseRsyncServer } from "../adapters/rsync_server.ts";
import { probeServer } from "../adapters/server_probe.ts";
import { SystemClock } from "../adapters/system_clock.ts";
import { judgeServer } from "../core/doctor_server.ts";
import { wouldBreak } from "../core/doctor_finding.ts";
import { TssyncError } from "../core/error.ts";
import type { Command } from "./command.ts";
import { findingsText } from "./doctor_command.ts";
import { openCommandLog } from "./log_file.ts";
import { logOptions } from "./log_options.ts";
import { onSignals } from "./signals.ts";

/** `tssync receiver`: the rsync daemon of the other side, for who has none. */
export const receiverCommand: Command = async ({ options }, { cwd, terminal }) => {
  const config = resolve(cwd, options.text("rsyncd-conf") ?? "/etc/rsyncd.conf");
  const findings = judgeServer(probeServer(config));
  if (wouldBreak(findings)) {
    terminal.err(findingsText(findings));
    throw new TssyncError("CONFIG_INVALID", `Cannot receive with ${config}: see above`, { findings });
  }
  await using log = openCommandLog(logOptions(options, cwd));
  const stopAsked = Promise.withResolvers<string>();
  using _signals = onSignals({
    stop: stopAsked.resolve,
    reload: () => log.write("info", "HUP: rsync reads its configuration anew for every connection"),
    reopenLog: () => log.reopen(),
  });
  await using _server = superviseRsyncServer({ config, clock: new SystemClock(), log });
  // Timers and children of others do not count: something has to keep the process until it is told to end.
  const keeping = setInterval(() => {}, KEEP_MS);
  const signal = await stopAsked.promise;
  clearInterval(keeping);
  log.write("info", `${signal}: stopping`);
  return 0;
};

const KEEP_MS = 3_600_000;
