/**
 * The shortcut for a rename: the remote is told where it has the content already, and links or copies it there. Nothing is
 * deleted by it, and the marks of both names still fly behind it, so one that failed costs time and nothing else.
 */
import { baseName, isValidUtf8, parentPath, type RelPath, ROOT } from "./path.ts";
import {
  type CallOptions,
  comparison,
  destination,
  parameters,
  type RsyncTarget,
  TOTALS,
  transport,
  WHOLE_LIST,
} from "./rsync_command.ts";

export type Rename = { readonly from: RelPath; readonly to: RelPath; readonly isDirectory: boolean };

/**
 * Whether the names may stand in an argument vector, also that of an rsync on the other side. A file that changed both its
 * directory and its name is not found again (checked with rsync 3.5.0).
 */
export function canShortcut({ from, to, isDirectory }: Rename): boolean {
  if (!isDirectory && baseName(from) !== baseName(to) && parentPath(from) !== parentPath(to)) return false;
  return [from, to].every((path) => path !== ROOT && isValidUtf8(path) && !/[*?[\]\\\n]/.test(path));
}

/** rsync's arguments, run in the root. Needs rsync 3.2.3 (`--mkpath`) on both sides. */
export function renameArguments(options: CallOptions, rename: Rename): string[] {
  return [
    ...parameters({ ...options, deletes: false }),
    ...comparison(options),
    // A configuration for sersync may well say -R.
    "--no-relative",
    "--mkpath",
    ...(rename.isDirectory ? directoryArguments(options, rename) : fileArguments(options, rename)),
  ];
}

function directoryArguments(options: CallOptions, { from, to }: Rename): string[] {
  return [
    "--recursive",
    WHOLE_LIST,
    `--link-dest=${contentAt(options.target, from, to)}`,
    TOTALS,
    ...transport(options),
    `./${text(to)}/`,
    `${destination(options.target)}${text(to)}/`,
  ];
}

function fileArguments(options: CallOptions, { from, to }: Rename): string[] {
  const [oldDirectory, newDirectory] = [parentPath(from), parentPath(to)];
  return [
    "--no-recursive",
    // Under another name, the file of the same size and time is found by looking through the directory.
    ...(baseName(from) === baseName(to) ? [] : ["--fuzzy", "--no-whole-file"]),
    ...(oldDirectory === newDirectory ? [] : [`--link-dest=${contentAt(options.target, oldDirectory, newDirectory)}`]),
    TOTALS,
    ...transport(options),
    `./${text(to)}`,
    `${destination(options.target)}${newDirectory === ROOT ? "" : `${text(newDirectory)}/`}`,
  ];
}

/** Where the remote has the content, as its receiver must be told: of the module, or relative to where it writes. */
function contentAt(target: RsyncTarget, content: RelPath, writes: RelPath): string {
  if (target.kind === "daemon") return `/${[target.path, text(content)].filter((part) => part !== "").join("/")}`;
  const up = writes === ROOT ? "" : "../".repeat(writes.split("/").length);
  return `${up}${text(content)}` || ".";
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Argument vectors are text. */
function text(path: RelPath): string {
  return decoder.decode(Uint8Array.from(path, (character) => character.charCodeAt(0)));
}
