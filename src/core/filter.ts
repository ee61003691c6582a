import { parentPath, pathToText } from "./path.ts";
import type { RelPath } from "./path.ts";
import { compilePerlExpression } from "./perl_expression.ts";
import { TssyncError } from "./error.ts";

/** What stands at a path, as far as a filter can tell apart. */
export type FilteredKind = "directory" | "other";

/** Decides which paths do not exist for tssync. One engine for events, watches, directory pushes and full syncs. */
export type Filter = {
  /** False where nothing can be excluded: the hot path need not even ask. */
  readonly active: boolean;
  /** The expression that excludes `path` (or a directory above it), as its author wrote it; null: not excluded. */
  excludedBy(path: RelPath, kind: FilteredKind): string | null;
};

/** Verdicts on this many directories are remembered, twice over; beyond that the older half is judged again. */
const MEMO_ENTRIES_MAX = 8192;

const NO_FILTER: Filter = { active: false, excludedBy: () => null };

/**
 * Makes a filter from regular expressions in sersync's (Perl's) syntax. A path is excluded when an expression matches in full
 * its `sub/name`, its `/sub/name` or, for a directory, its `sub/name/`, read as UTF-8; everything below an excluded directory
 * is excluded with it. The root itself never is.
 *
 * Throws CONFIG_INVALID for an expression that cannot be used; `src/config` has checked them with file and line before.
 */
export function compileFilter(excludes: readonly string[]): Filter {
  if (excludes.length === 0) return NO_FILTER;
  const rules = excludes.map(compileRule);
  let recent = new Map<RelPath, string | null>();
  let older = new Map<RelPath, string | null>();

  function directoryExcludedBy(directory: RelPath): string | null {
    if (directory === "") return null;
    // Not `??`: a remembered null is a verdict too.
    let known = recent.get(directory);
    if (known === undefined) known = older.get(directory);
    if (known !== undefined) return known;
    const verdict = directoryExcludedBy(parentPath(directory)) ?? matchingRule(rules, directory, "directory");
    if (recent.size >= MEMO_ENTRIES_MAX) {
      older = recent;
      recent = new Map();
    }
    recent.set(directory, verdict);
    return verdict;
  }

  return {
    active: true,
    excludedBy(path, kind) {
      if (path === "") return null;
      if (kind === "directory") return directoryExcludedBy(path);
      return directoryExcludedBy(parentPath(path)) ?? matchingRule(rules, path, kind);
    },
  };
}

type Rule = { readonly expression: string; readonly pattern: RegExp };

function compileRule(expression: string): Rule {
  const compiled = compilePerlExpression(expression, "full");
  if ("problem" in compiled) {
    throw new TssyncError("CONFIG_INVALID", `Cannot use the filter expression "${expression}": ${compiled.problem}.`, {
      expression,
    });
  }
  return { expression, pattern: compiled.pattern };
}

function matchingRule(rules: readonly Rule[], path: RelPath, kind: FilteredKind): string | null {
  const name = pathToText(path);
  const rooted = `/${name}`;
  const closed = kind === "directory" ? `${name}/` : null;
  for (const { expression, pattern } of rules) {
    if (pattern.test(name) || pattern.test(rooted) || (closed !== null && pattern.test(closed))) return expression;
  }
  return null;
}
