/** What rsync's exit codes mean (`rsync(1)`, EXIT VALUES), as data. */

/**
 * `complete`: all there. `partial`: some names did not make it, an audit tells which. `remote_down`: nothing is known, the
 * batch goes back. `refused`: the remote will not have us, or we asked for the impossible: only a person mends that.
 * `deletes_held`: everything was sent, deletes beyond the limit were not.
 */
export type RsyncEnding = "complete" | "partial" | "remote_down" | "refused" | "deletes_held" | "cancelled";

export type ExitFacts = { readonly ending: RsyncEnding; readonly meaning: string };

export const EXIT_CODES: Readonly<Record<number, ExitFacts>> = {
  0: { ending: "complete", meaning: "complete" },
  1: { ending: "refused", meaning: "syntax or usage error" },
  2: { ending: "refused", meaning: "protocol incompatibility" },
  3: { ending: "remote_down", meaning: "input or output directory cannot be used" },
  4: { ending: "refused", meaning: "requested action not supported" },
  5: { ending: "refused", meaning: "the remote refused: unknown module or wrong user or password" },
  6: { ending: "refused", meaning: "the daemon cannot write its log" },
  10: { ending: "remote_down", meaning: "socket error: host down or port closed" },
  11: { ending: "remote_down", meaning: "file input or output error" },
  12: { ending: "remote_down", meaning: "connection broke in the middle" },
  13: { ending: "remote_down", meaning: "diagnostics error" },
  14: { ending: "remote_down", meaning: "interprocess communication error" },
  15: { ending: "remote_down", meaning: "a sibling process crashed" },
  16: { ending: "remote_down", meaning: "a sibling process was ended" },
  19: { ending: "remote_down", meaning: "ended by a user signal" },
  20: { ending: "remote_down", meaning: "ended by a signal" },
  21: { ending: "remote_down", meaning: "waiting for a process failed" },
  22: { ending: "remote_down", meaning: "out of memory" },
  23: { ending: "partial", meaning: "some files or attributes were not transferred" },
  24: { ending: "partial", meaning: "some source files vanished" },
  25: { ending: "deletes_held", meaning: "the limit of deletes was reached" },
  30: { ending: "remote_down", meaning: "no data within the time-out" },
  35: { ending: "remote_down", meaning: "no connection within the time-out" },
  // From ssh and the system, not from rsync itself.
  124: { ending: "remote_down", meaning: "the remote command failed" },
  125: { ending: "remote_down", meaning: "the remote command was killed" },
  126: { ending: "refused", meaning: "the remote cannot run rsync" },
  127: { ending: "refused", meaning: "rsync was not found on the remote" },
  255: { ending: "remote_down", meaning: "ssh failed: host down, key refused or host key unknown" },
};

/** What an end means. Over the network rsync says in words alone that it left deletes out, and ends with 0 (seen with 3.5.0). */
export function endFacts(exitCode: number | null, stderr: string): ExitFacts {
  // Names that vanished hide it in the exit code, too.
  const isHidden = exitCode === 0 || exitCode === FILES_VANISHED;
  if (isHidden && deletesStopped(stderr)) return exitFacts(DELETES_STOPPED);
  const facts = exitFacts(exitCode);
  // A directory became something else while the sender made its list, and the receiver calls that an attack (seen with 3.5.0).
  if (facts.ending === "refused" && /^ABORTING due to invalid path from sender/m.test(stderr)) {
    return { ending: "remote_down", meaning: "the source changed while it was read" };
  }
  return stoppedAt(exitCode, stderr) === null ? facts : { ...facts, ending: "partial" };
}

/**
 * Whether a receiver refused a name that is gone. rsync 3.4.3 and security updates of older ones (Debian's 3.2.7-1+deb12u5)
 * take what `--delete-missing-args` sends for an attack, wherever it is not the first of a list; 3.4.4 does no more.
 */
export function refusesMissing(stderr: string): boolean {
  return /^invalid file mode 00 for /m.test(stderr);
}

/**
 * The file at which a whole call ended, as rsync names it, bytes as latin1; null: it ended otherwise. A receiver gives up where
 * it cannot write on, as on a full disk, and nothing that stands behind that file in the list is sent (seen with 3.5.0).
 */
export function stoppedAt(exitCode: number | null, stderr: string): string | null {
  if (exitCode === null || !BREAKS.has(exitCode)) return null;
  const quoted = /^rsync: (?:\[\w+\] )?write failed on "(.*)"(?: \(in .*\))?: /m.exec(stderr)?.[1];
  // Bytes that cannot be printed.
  return quoted?.replaceAll(/\\#(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))) ?? null;
}

/** What the sender ends with when the receiver has given up: its code, or a connection that is gone. */
const BREAKS: ReadonlySet<number> = new Set([10, 11, 12, 30]);

/** Whether deletes were left out because of `--max-delete`. */
export function deletesStopped(stderr: string): boolean {
  return /^Deletions stopped due to --max-delete limit/m.test(stderr);
}

/** Whether a run left deletes out because of `--max-delete`: a partial end hides that in its exit code. */
export function isLimited(ending: RsyncEnding, stderr: string): boolean {
  return ending === "deletes_held" || deletesStopped(stderr);
}

/** How many deletes were left out because of `--max-delete`; null where rsync did not say. */
export function deletesLeftOut(stderr: string): number | null {
  const counts = [...stderr.matchAll(/^Deletions stopped due to --max-delete limit \((\d+) skipped\)/gm)];
  return counts.length === 0 ? null : counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

const DELETES_STOPPED = 25;

/** Nothing went wrong but that files vanished between rsync's list and their turn. */
export const FILES_VANISHED = 24;

/** Facts of an exit code; an unknown one is one remote's trouble, never the daemon's. */
export function exitFacts(exitCode: number | null): ExitFacts {
  if (exitCode === null) return { ending: "remote_down", meaning: "ended by a signal" };
  return EXIT_CODES[exitCode] ?? { ending: "remote_down", meaning: `unknown exit code ${exitCode}` };
}

/** rsync's messages without its repetitions: what a person needs to see of a failed run, in one line. */
export function summariseMessages(stderr: string, lengthMax = 400): string {
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const telling = lines.filter((line) =>
    !line.startsWith("rsync error: ") && !/^rsync: (connection unexpectedly closed)/.test(line)
  );
  const text = (telling.length > 0 ? telling : lines).slice(0, 3).join("; ");
  return text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;
}

/** The message that speaks of `path`, or the first one that tells anything. `stderr` and `path` are bytes as latin1. */
export function messageFor(path: string, stderr: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) =>
    line !== "" && !line.startsWith("rsync error: ")
  );
  // rsync names the temporary file (`.name.XXXXXX`) where it could not be made, and the path otherwise.
  const exact = lines.find((line) =>
    line.includes(`${path}"`) || line.includes(`/${path}:`) || line.includes(` ${path}:`)
  );
  return exact ?? lines.find((line) => line.includes(name)) ?? lines[0] ?? "rsync gave no reason";
}
