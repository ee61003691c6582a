/** What a root holds now, entry by entry, as the mirror sees it: for those who take stock and then follow the events. */
import { LIMITS } from "../core/limits.ts";
import { absolutePath, childPath, pathToText, type RelPath, ROOT } from "../core/path.ts";
import { TssyncError } from "../core/error.ts";
import type { EntryStat } from "../ports.ts";
import type { ManifestEntry, ManifestRequest } from "./control.ts";
import type { Root } from "./root.ts";

/** Files whose content is read at the same time: opening and closing take longer than reading most of them. */
const AT_ONCE = 16;

/**
 * Walks while it is asked for entries: parents before what is in them, the entries of a directory in byte order. Holds one
 * directory's names and those of directories to come, nothing else. Ends with NOT_READY when the root turns out not to be the
 * directory that is mirrored: a list of something else would be worse than none.
 */
export async function* manifestEntries(root: Root, request: ManifestRequest): AsyncGenerator<ManifestEntry> {
  const { path: top, signal } = request;
  const open: RelPath[] = [];
  if (top === ROOT) open.push(ROOT);
  else {
    const entry = await entryAt(root, top, request);
    if (entry !== null) yield entry;
    if (entry?.kind === "directory") open.push(top);
  }
  let entriesSinceYield = 0;
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    const below: RelPath[] = [];
    const listed = readable(() => root.world.fileSystem.readDirectory(absolutePath(root.rootPath, directory)));
    if ("error" in listed) yield { path: directory, ...UNKNOWN, kind: "directory", error: listed.error };
    const entries = "value" in listed ? listed.value ?? [] : [];
    const names = entries.map(({ name }) => name).toSorted();
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const paths = names.slice(at, at + AT_ONCE).map((name) => childPath(directory, name));
      for (const entry of await Promise.all(paths.map((path) => entryAt(root, path, request)))) {
        if (entry === null) continue;
        yield entry;
        if (entry.kind === "directory") below.push(entry.path);
      }
      entriesSinceYield += paths.length;
      if (entriesSinceYield < LIMITS.walkStepEntries) continue;
      entriesSinceYield = 0;
      await root.world.clock.yield();
      signal.throwIfAborted();
    }
    open.push(...below.reverse());
  }
  // An unmounted root looks like one that is empty.
  refuseUnsound(root);
}

/** @throws TssyncError NOT_READY */
export function refuseUnsound(root: Root): void {
  const { state, reason } = root.status();
  if (state !== "halted" && state !== "starting" && state !== "stopped" && root.isSound(true)) return;
  throw new TssyncError(
    "NOT_READY",
    `Cannot list ${root.rootId}: it is ${root.status().state}${
      reason === null ? "" : `: ${reason}`
    }; ask again when it is watched`,
  );
}

/** @throws TssyncError NOT_FOUND where the mirror has nothing at the path. */
export function refuseMissing(root: Root, path: RelPath): void {
  if (path === ROOT) return;
  const stat = root.world.fileSystem.lstat(absolutePath(root.rootPath, path));
  if (stat === null) throw new TssyncError("NOT_FOUND", `There is nothing at ${pathToText(path)} in ${root.rootId}`);
  const rule = ruleAt(root, path, stat);
  if (rule === null) return;
  throw new TssyncError("NOT_FOUND", `${pathToText(path)} is not mirrored: the expression ${rule} excludes it`);
}

function ruleAt({ filter }: Root, path: RelPath, stat: EntryStat): string | null {
  return filter.active ? filter.excludedBy(path, stat.kind === "directory" ? "directory" : "other") : null;
}

async function entryAt(root: Root, path: RelPath, request: ManifestRequest): Promise<ManifestEntry | null> {
  const { world: { fileSystem }, rootPath } = root;
  const place = absolutePath(rootPath, path);
  const looked = readable(() => fileSystem.lstat(place));
  if ("error" in looked) return { path, ...UNKNOWN, error: looked.error };
  const { value: stat } = looked;
  if (stat === null || ruleAt(root, path, stat) !== null) return null;
  const { kind, size, mtimeMs, mode } = stat;
  const known = { path, kind, size: kind === "directory" ? null : size, mtimeMs, mode, sha256: null, error: null };
  if (!request.checksum || kind !== "file") return known;
  try {
    return { ...known, sha256: await fileSystem.sha256(place, request.signal) };
  } catch (error) {
    request.signal.throwIfAborted();
    return { ...known, error: codeOf(error) };
  }
}

const UNKNOWN = { kind: "other", size: null, mtimeMs: null, mode: null, sha256: null } as const;

/** A refusal of the system is told with the entry; anything else ends the walk. */
function readable<T>(look: () => T): { readonly value: T } | { readonly error: string } {
  try {
    return { value: look() };
  } catch (error) {
    return { error: codeOf(error) };
  }
}

function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown }).code;
  if (typeof code === "string") return code;
  throw error;
}
