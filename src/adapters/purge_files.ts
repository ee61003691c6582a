/** What lies in a directory of which only the whole is known to have changed. */
import type { EventItem } from "../core/event.ts";
import { absolutePath, type BytePath, childPath, type RelPath } from "../core/path.ts";
import { nodeFileSystem } from "./file_system.ts";

/** More than that one by one is no purge any more: it would take longer than a call may. */
const FILES_MAX = 100_000;

/**
 * Its files, as events about them: of this level alone where the directory's own entries changed, else of all levels. One that was moved
 * here has them under its old name too. What was deleted from it is no longer known; a directory that is gone has none. null: there
 * are too many.
 */
export function filesBelow(root: BytePath, item: EventItem): EventItem[] | null {
  const { path, from } = item;
  const files = filesThere(root, from === null ? item : { ...item, reach: "subtree" });
  if (files === null || from === null) return files;
  return [...files, ...files.map((file) => ({ ...file, path: `${from}${file.path.slice(path.length)}` as RelPath }))];
}

function filesThere(root: BytePath, { path, reach, ...item }: EventItem): EventItem[] | null {
  if (reach === null) return [];
  const files: EventItem[] = [];
  const open: RelPath[] = [path];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    for (const { name, kind } of nodeFileSystem.readDirectory(absolutePath(root, directory)) ?? []) {
      const below = childPath(directory, name);
      if (kind !== "directory") files.push({ ...item, path: below, kind: "file", operation: "write", reach: null });
      else if (reach === "subtree") open.push(below);
      if (files.length > FILES_MAX) return null;
    }
  }
  return files;
}
