/** Which URL a changed path has, as sersync's `refreshCDN` says it. */
import { TssyncError } from "./error.ts";
import { type BytePath, pathToText, textToBytes } from "./path.ts";
import { compilePerlExpression } from "./perl_expression.ts";

export type RefreshRule = {
  readonly watch: BytePath;
  readonly base: string;
  /** Searched in the absolute path; null: the path below `watch` counts. */
  readonly match: string | null;
};

/**
 * The URL of an absolute path, in byte form and not encoded; null: it has none.
 *
 * Throws CONFIG_INVALID for an expression that cannot be used; `src/config` has checked it with file and line before.
 */
export function refreshUrls({ watch, base, match }: RefreshRule): (path: BytePath) => string | null {
  if (match === null) {
    const before = textToBytes(base.replace(/\/+$/, ""));
    return (path) => before + (watch === "/" ? path : path.slice(watch.length));
  }
  const compiled = compilePerlExpression(match, "search");
  if ("problem" in compiled) {
    throw new TssyncError("CONFIG_INVALID", `Cannot use the expression "${match}": ${compiled.problem}.`, { match });
  }
  return (path) => {
    const text = pathToText(path);
    const found = compiled.pattern.exec(text);
    return found === null ? null : textToBytes(base + (found[1] ?? "") + text.slice(found.index + found[0].length));
  };
}
