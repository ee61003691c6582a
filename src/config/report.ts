import type { Origin } from "./configuration_input.ts";
import type { Problem } from "./problem.ts";

/** Collects what is wrong and what is surprising, so that everything is told at once. */
export type Report = {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** `what`: what was expected and found and how to cure it, as a phrase without a full stop. */
  problem(origin: Origin, what: string): void;
  warning(origin: Origin, what: string): void;
};

export function createReport(): Report {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  return {
    problems,
    warnings,
    problem: (origin, what) =>
      addOnce(problems, placed(origin, origin.file === null ? "Cannot use" : "Cannot read", what)),
    warning: (origin, what) => addOnce(warnings, placed(origin, "Note on", what)),
  };
}

/** What holds for all remotes of a file is looked at once for each of them. */
function addOnce(list: Problem[], problem: Problem): void {
  const isKnown = list.some(({ message, column }) => message === problem.message && column === problem.column);
  if (!isKnown) list.push(problem);
}

/** In the order of the files; within one from top to bottom. What the command line got wrong comes first. */
export function inReadingOrder(problems: readonly Problem[], files: readonly string[]): readonly Problem[] {
  const rank = ({ file }: Problem) => (file === null ? -1 : files.indexOf(file));
  return problems.toSorted((a, b) =>
    rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
  );
}

function placed(origin: Origin, verb: string, what: string): Problem {
  const { file, line, column, found } = origin;
  const place = [file, line === null ? null : `at line ${line}`].filter((part) => part !== null).join(" ");
  const subject = [place, found].filter((part) => part !== "").join(": ");
  // A question closes itself.
  return { file, line, column, message: `${verb} ${subject}: ${what}${what.endsWith("?") ? "" : "."}` };
}
