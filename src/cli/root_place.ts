import { realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { TssyncError } from "../core/error.ts";

type KnownRoot = { readonly id: string; readonly path: string };

export type NamedPath = {
  /** As it was typed. */
  readonly operand: string;
  /** Of `--root`. */
  readonly rootId: string | null;
  readonly cwd: string;
};

/**
 * The root a path belongs to, and the path in it; `.` is the root itself. A relative path counts from the working directory where
 * that lies in a root, else from the root.
 *
 * @throws TssyncError NOT_FOUND, USAGE where several roots could be meant.
 */
export function placeInRoot(roots: readonly KnownRoot[], { operand, rootId, cwd }: NamedPath) {
  const candidates = rootId === null ? roots : roots.filter(({ id }) => id === rootId);
  if (candidates.length === 0) {
    throw new TssyncError("NOT_FOUND", `There is no root ${JSON.stringify(rootId)}. Roots: ${namesOf(roots)}`);
  }
  const absolute = resolve(cwd, operand);
  const found = below(candidates, absolute) ?? below(candidates.map(withRealPath), realPathOf(absolute));
  if (found !== null) return found;
  if (isAbsolute(operand)) {
    const known = candidates.map(({ id, path }) => `${id} (${path})`).join(", ");
    throw new TssyncError("NOT_FOUND", `${absolute} lies in no root. Roots: ${known}`);
  }
  const [root] = candidates;
  if (root === undefined || candidates.length > 1) {
    throw new TssyncError(
      "USAGE",
      `${JSON.stringify(operand)} may be in any of the roots ${
        namesOf(roots)
      }: say which with --root, or give the absolute path`,
    );
  }
  return { root: root.id, path: operand };
}

function namesOf(roots: readonly KnownRoot[]): string {
  return roots.map(({ id }) => id).join(", ");
}

/** In the innermost root, where roots lie in each other. */
function below(roots: readonly KnownRoot[], absolute: string): { readonly root: string; readonly path: string } | null {
  const places = roots.map(({ id, path }) => ({ root: id, path: relative(path, absolute), length: path.length }))
    .filter(({ path }) => path !== ".." && !path.startsWith("../"))
    .toSorted((one, other) => other.length - one.length);
  const [place] = places;
  return place === undefined ? null : { root: place.root, path: place.path === "" ? "." : place.path };
}

function withRealPath({ id, path }: KnownRoot): KnownRoot {
  return { id, path: dirname(realPathOf(join(path, "entry"))) };
}

/** With the links of the part that is there followed; a link at the end is meant itself. The daemon may be on another machine. */
function realPathOf(path: string): string {
  const missing = [basename(path)];
  for (let directory = dirname(path); directory !== dirname(directory); directory = dirname(directory)) {
    try {
      return join(realpathSync(directory), ...missing);
    } catch {
      missing.unshift(basename(directory));
    }
  }
  return path;
}
