/**
 * One thing that is wrong (or, as a warning, surprising) in what was asked for. `message` is a whole sentence that names the
 * file and line itself; the other fields repeat them for machines. All are null where the command line is meant.
 */
export type Problem = {
  readonly file: string | null;
  /** Counted from 1. */
  readonly line: number | null;
  /** Counted from 1, in characters. */
  readonly column: number | null;
  readonly message: string;
};
