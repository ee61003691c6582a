/**
 * Renames that the remote can repeat by itself: it has the content under the old name, and links it to the new one. The marks
 * of both names fly behind every attempt, so one that failed costs time and nothing else.
 */
import { PathSet } from "../core/batch.ts";
import { LIMITS } from "../core/limits.ts";
import type { Mark } from "../core/mark.ts";
import { canShortcut, renameArguments } from "../core/rename_command.ts";
import { CallReport } from "./call_report.ts";
import { fly } from "./flight.ts";
import { callOptions, type Lane, type LaneShare, lookAt, stallMs } from "./lane.ts";

/** A rename within the root, as the marks of its two names. */
export type RenameMarks = { readonly from: Mark; readonly to: Mark; readonly isDirectory: boolean };

export class RenameLane implements Lane {
  readonly #share: LaneShare;
  /** Attempts in a row that the remote's rsync did not understand. */
  #failures = 0;

  constructor(share: LaneShare) {
    this.#share = share;
  }

  /** Takes a rename on. False when the marks alone are better: then the caller marks both names. */
  queue(rename: RenameMarks): boolean {
    const { marks, host, health } = this.#share;
    if (marks.renames.length >= LIMITS.renamesMax || this.#failures >= LIMITS.renameFailuresMax || health.probing) {
      return false;
    }
    // A filter must not be gone around, and without deletes the old name stays.
    if (host.filter.active || !host.switches.delete) return false;
    if (!canShortcut({ from: rename.from.path, to: rename.to.path, isDirectory: rename.isDirectory })) return false;
    if (!this.#isWorthIt(rename)) return false;
    marks.renames.push(rename);
    return true;
  }

  hasWork(): boolean {
    return this.#share.marks.renames.length > 0;
  }

  async fly(): Promise<boolean> {
    const { marks } = this.#share;
    const next = marks.renames[0];
    if (next === undefined || marks.isBusy(next.from.path, true) || marks.isBusy(next.to.path, true)) return false;
    marks.renames.shift();
    const paths = new PathSet();
    paths.add(next.from.path, true);
    paths.add(next.to.path, true);
    using _flight = marks.beginFlight([next.from, next.to], paths);
    try {
      if (this.#isWorthIt(next)) await this.#shortcut(next);
    } finally {
      for (const mark of [next.from, next.to]) marks.waiting.quick.add(mark);
    }
    return true;
  }

  /** A small file is sent faster than it is looked for. */
  #isWorthIt({ to, isDirectory }: RenameMarks): boolean {
    const look = lookAt(this.#share.host, to.path);
    return isDirectory ? look?.kind === "directory" : look?.kind === "file" && look.size >= LIMITS.renamedFileBytesMin;
  }

  async #shortcut({ from, to, isDirectory }: RenameMarks): Promise<void> {
    const { host, configuration, signal } = this.#share;
    const report = new CallReport();
    const end = await fly(host.world, {
      args: renameArguments(callOptions(this.#share), { from: from.path, to: to.path, isDirectory }),
      cwd: host.rootPath,
      list: new Uint8Array(0),
      onLine: report.onLine,
      stallMs: stallMs(configuration),
      signal,
      isSound: () => host.isSound(false),
    });
    const isUnderstood = end.ending === "complete" || end.ending === "partial";
    this.#failures = isUnderstood ? 0 : end.ending === "refused" ? this.#failures + 1 : this.#failures;
    host.world.log.write(
      "debug",
      `${configuration.id}: rename ${isUnderstood ? "repeated there" : `not repeated: ${end.reason}`}`,
      {
        root: host.rootId,
        remote: configuration.id,
        bytes: report.bytes,
        code: end.exitCode,
      },
    );
  }
}
