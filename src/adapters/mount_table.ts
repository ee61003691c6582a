/** What is mounted where, by `/proc/self/mountinfo` (`proc_pid_mountinfo(5)`). */
import { Buffer } from "node:buffer";
import { readFileSync, realpathSync } from "node:fs";
import type { BytePath, RelPath } from "../core/path.ts";

/** Directories and files below `path` on which something is mounted, relative to it; none where that cannot be told. */
export function mountsBelow(path: BytePath): RelPath[] {
  let table: string;
  let top: string;
  try {
    table = readFileSync("/proc/self/mountinfo", "latin1");
    // The kernel lists places as they are, not as links lead to them.
    top = realpathSync(Buffer.from(path, "latin1"), { encoding: "latin1" });
  } catch {
    return []; // No /proc here, or the directory is gone, which is looked at elsewhere.
  }
  const prefix = top === "/" ? "/" : `${top}/`;
  const found = new Set<RelPath>();
  for (const line of table.split("\n")) {
    const place = line.split(" ", MOUNT_POINT + 1)[MOUNT_POINT];
    if (place === undefined) continue;
    const plain = place.replaceAll(
      /\\([0-7]{3})/g,
      (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)),
    );
    if (plain.startsWith(prefix) && plain !== prefix) found.add(plain.slice(prefix.length) as RelPath);
  }
  return [...found];
}

/** Fields before it: mount id, parent id, major:minor, root of the mount. */
const MOUNT_POINT = 4;
