/** rsync's `--out-format='%i %n'` under the C locale: what changed, and the name with its odd bytes as `\#ooo`. */
import type { RelPath } from "./path.ts";

export type ItemizedLine = {
  /** rsync's eleven letters, or `*deleting`. */
  readonly change: string;
  readonly path: RelPath;
  readonly isDirectory: boolean;
  readonly deleted: boolean;
};

/** The letters have a fixed width and one blank follows: a name may begin with blanks of its own. */
const LINE = /^(\*deleting {2}|[<>ch.][fdLDS][.+?cstTpoguaxbn ]{9}) (.+)$/;

/** Null for a line that is not about an entry. The root itself is the empty path. */
export function parseItemizedLine(line: string): ItemizedLine | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const change = match[1]!.trimEnd();
  const name = unescapeName(match[2]!);
  const isDirectory = name.endsWith("/");
  const path = isDirectory ? name.slice(0, -1) : name;
  return { change, path: (path === "." ? "" : path) as RelPath, isDirectory, deleted: change === "*deleting" };
}

/**
 * Controls (but tab and DEL) and all bytes from 0x80 are escaped, and so is a backslash that would look like the beginning of an escape:
 * what reads like one always is one.
 */
function unescapeName(name: string): string {
  return name.replace(/\\#([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
