/** One line for each flight that brought something: at `info`, and never one for each file. */
import type { Log } from "../ports.ts";
import type { Flown } from "./remote_host.ts";

export function logFlight(log: Log, root: string, { remote, lane, marks, report, end, refusals }: Flown): void {
  const isIdle = report.files + report.deletes + refusals === 0;
  log.write(
    isIdle ? "debug" : "info",
    `${remote}: ${report.files} sent, ${report.deletes} deleted in ${Math.round(end.durationMs)} ms` +
      (refusals === 0 ? "" : `, ${refusals} refused`),
    { root, remote, lane, marks, bytes: report.bytes, code: end.exitCode },
  );
}
