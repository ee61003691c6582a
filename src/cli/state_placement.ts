import { realpathSync } from "node:fs";
import type { RootConfiguration } from "../config/configuration.ts";
import { TssyncError } from "../core/error.ts";
import { compileFilter, type FilteredKind } from "../core/filter.ts";
import { isAtOrBelow, parseRelPath, pathToText, textToBytes } from "../core/path.ts";
import type { RelPath } from "../core/path.ts";

/**
 * A state directory inside a source would be mirrored, and every flight would be a change to mirror: without end. It may lie
 * there only where a filter excludes it.
 *
 * @throws TssyncError CONFIG_INVALID
 */
export function refuseStateInsideSource(directory: string, roots: readonly RootConfiguration[]): void {
  const source = sourceAround(directory, "directory", roots);
  if (source === null) return;
  throw new TssyncError(
    "CONFIG_INVALID",
    `Cannot use the state directory ${directory}: it lies inside the source ${source}, so that every mirrored ` +
      "change would make another one. Give --state-dir a directory outside, or exclude it with a filter",
    { directory },
  );
}

/** The source that `path` lies in and that does not exclude it; null: none. */
export function sourceAround(
  path: string,
  kind: FilteredKind,
  roots: readonly RootConfiguration[],
): string | null {
  const real = textToBytes(existingRealPath(path)).slice(1) as RelPath;
  for (const root of roots) {
    const source = textToBytes(existingRealPath(pathToText(root.path))).slice(1) as RelPath;
    if (!isAtOrBelow(real, source)) continue;
    const inside = parseRelPath(real.slice(source.length));
    if (inside !== null && compileFilter(root.excludes).excludedBy(inside, kind) !== null) continue;
    return pathToText(root.path);
  }
  return null;
}

/** Without symbolic links, as far as the path exists. */
function existingRealPath(path: string): string {
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    try {
      return realpathSync(path.slice(0, end)).replace(/\/$/, "") + path.slice(end);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) return path;
    }
  }
  return path;
}
