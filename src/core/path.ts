/**
 * Names are bytes. A path inside tssync is a string with one character per byte (latin1), so that every name Linux allows
 * survives unchanged; it becomes text only at the edge (log, API, regular expressions).
 */

/**
 * A path relative to a root: one character per byte, no leading or trailing slash, no empty, `.` or `..` component.
 * The empty string is the root itself.
 */
export type RelPath = string & { readonly relPath: unique symbol };

/** An absolute path, one character per byte. */
export type BytePath = string & { readonly bytePath: unique symbol };

/** The root itself. */
export const ROOT = "" as RelPath;

/** Joins a directory and the name of an entry in it. */
export function childPath(directory: RelPath, name: string): RelPath {
  return (directory === "" ? name : `${directory}/${name}`) as RelPath;
}

/** The directory that holds `path`; the root's parent is the root. */
export function parentPath(path: RelPath): RelPath {
  const slash = path.lastIndexOf("/");
  return (slash < 0 ? "" : path.slice(0, slash)) as RelPath;
}

/** The last component; empty for the root. */
export function baseName(path: RelPath): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether `path` is `ancestor` or lies below it. */
export function isAtOrBelow(path: RelPath, ancestor: RelPath): boolean {
  return ancestor === "" || path === ancestor || (path.startsWith(ancestor) && path[ancestor.length] === "/");
}

/** Whether the path is one of these or lies below one; the root is none of them. */
export function isAtOrBelowOneOf(path: RelPath, tops: ReadonlySet<RelPath>): boolean {
  for (let above = path; above !== ROOT; above = parentPath(above)) if (tops.has(above)) return true;
  return false;
}

/** The absolute path of an entry of a root. */
export function absolutePath(root: BytePath, path: RelPath): BytePath {
  return (path === "" ? root : root === "/" ? `/${path}` : `${root}/${path}`) as BytePath;
}

/** The bytes of a path, ready for a system call or for rsync's list. */
export function pathToBytes(path: string): Uint8Array {
  return Uint8Array.from(path, (character) => character.charCodeAt(0));
}

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const looseDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** Text for people: UTF-8, with U+FFFD where the bytes are not valid UTF-8. */
export function pathToText(path: string): string {
  return isAscii(path) ? path : looseDecoder.decode(pathToBytes(path));
}

/** Whether the bytes are valid UTF-8, so that the path may stand in an argument vector. */
export function isValidUtf8(path: string): boolean {
  if (isAscii(path)) return true;
  try {
    strictDecoder.decode(pathToBytes(path));
    return true;
  } catch {
    return false;
  }
}

/** The byte form of text that came from a configuration, the command line or the API. */
export function textToBytes(text: string): string {
  if (isAscii(text)) return text;
  let bytes = "";
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** An absolute path given as text (configuration, command line). */
export function textToBytePath(text: string): BytePath {
  return textToBytes(text) as BytePath;
}

/**
 * Reads a relative path given from outside (byte form). Leading `./` and slashes at either end are forgiven.
 * Gives null where it leaves the root, holds NUL or an empty component.
 */
export function parseRelPath(text: string): RelPath | null {
  const trimmed = text.replace(/^(?:\.?\/+)+/, "").replace(/\/+$/, "");
  if (trimmed === "" || trimmed === ".") return ROOT;
  if (trimmed.includes("\0")) return null;
  const parts = trimmed.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) return null;
  return trimmed as RelPath;
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}
