/**
 * What becomes of one of rsync's options in `commonParams` or `params`.
 * `pass`: given to rsync as it stands. `drop`: left out, tssync decides or reads what it would change. `refuse` and `warn` say
 * why. The others are read by tssync itself, which gives rsync what follows from them.
 */
export type OptionVerdict =
  | { readonly does: "pass" }
  | { readonly does: "drop" }
  | { readonly does: "refuse"; readonly because: string }
  | { readonly does: "warn"; readonly because: string }
  | {
    readonly does:
      | "delete"
      | "port"
      | "timeout"
      | "shell"
      | "remoteOption"
      | "filterRule"
      | "filterFile"
      | "daemonOnly";
  };

/** One option by its long name; `argument`: whether it takes one. */
export type OptionRule = { readonly argument: boolean; readonly verdict: OptionVerdict };

const PASS: OptionVerdict = { does: "pass" };
const DROP: OptionVerdict = { does: "drop" };
const DELETE: OptionVerdict = { does: "delete" };
const FILTER_FILE: OptionVerdict = { does: "filterFile" };
const refuse = (because: string): OptionVerdict => ({ does: "refuse", because });
const warn = (because: string): OptionVerdict => ({ does: "warn", because });

const OWN_LIST = "tssync gives rsync its own list of names";
const NOTHING_SENT = "nothing would be sent";
const OTHER_MODE = "it makes rsync something other than a sender";
const BATCH_FILE = "it makes rsync work with a file instead of the remote";
const OWN_DELETES = "tssync decides what is deleted and how much";
const ENDS_EARLY = "it ends runs that are not finished";

/**
 * rsync's options (rsync 3.4's manual and later), so that typing errors are found, arguments are told from options, and what
 * would break batching is refused by name.
 */
export const RSYNC_OPTIONS: ReadonlyMap<string, OptionRule> = new Map<string, OptionRule>([
  ...flags(PASS, [
    [
      "checksum",
      "archive",
      "recursive",
      "inc-recursive",
      "i-r",
      "relative",
      "backup",
      "inplace",
      "dirs",
      "mkpath",
      "links",
    ],
    [
      "safe-links",
      "insecure-links",
      "munge-links",
      "keep-dirlinks",
      "hard-links",
      "perms",
      "executability",
      "acls",
      "xattrs",
    ],
    [
      "owner",
      "group",
      "devices",
      "copy-devices",
      "write-devices",
      "specials",
      "drop-D",
      "D",
      "times",
      "atimes",
      "crtimes",
    ],
    ["open-noatime", "omit-dir-times", "omit-link-times", "super", "fake-super", "sparse", "preallocate", "whole-file"],
    [
      "one-file-system",
      "force",
      "partial",
      "delay-updates",
      "numeric-ids",
      "ignore-times",
      "fuzzy",
      "compress",
      "old-compress",
    ],
    ["new-compress", "secluded-args", "protect-args", "trust-sender", "blocking-io", "fsync", "ipv4", "ipv6", "motd"],
    ["implied-dirs"],
  ]),
  ...takingArgument(PASS, [
    [
      "backup-dir",
      "suffix",
      "chmod",
      "checksum-choice",
      "cc",
      "block-size",
      "rsync-path",
      "max-alloc",
      "partial-dir",
      "usermap",
    ],
    ["groupmap", "chown", "temp-dir", "copy-dest", "link-dest", "compress-choice", "zc", "compress-level", "zl"],
    [
      "compress-threads",
      "zt",
      "skip-compress",
      "exclude",
      "include",
      "copy-as",
      "address",
      "sockopts",
      "bwlimit",
      "protocol",
    ],
    ["iconv", "checksum-seed", "log-file", "log-file-format", "confine-root", "early-input"],
  ]),
  // They only change what rsync prints, which tssync reads.
  ...flags(DROP, [
    ["verbose", "quiet", "stats", "8-bit-output", "human-readable", "progress", "itemize-changes", "msgs2stderr"],
  ]),
  ...takingArgument(DROP, [["info", "debug", "stderr", "out-format", "log-format", "outbuf"]]),
  ...flags(DELETE, [[
    "del",
    "delete",
    "delete-before",
    "delete-during",
    "delete-delay",
    "delete-after",
    "delete-missing-args",
  ]]),
  ...takingArgument({ does: "port" }, [["port"]]),
  ...takingArgument({ does: "timeout" }, [["timeout"]]),
  ...takingArgument({ does: "shell" }, [["rsh"]]),
  ...takingArgument({ does: "remoteOption" }, [["remote-option"]]),
  ...takingArgument({ does: "filterRule" }, [["filter"]]),
  ...takingArgument(FILTER_FILE, [["exclude-from", "include-from"]]),
  ...takingArgument({ does: "daemonOnly" }, [["contimeout"]]),

  ...flags(refuse(OWN_LIST), [["from0"]]),
  ...takingArgument(refuse(OWN_LIST), [["files-from"]]),
  ...flags(refuse(NOTHING_SENT), [["dry-run", "list-only", "version", "help"]]),
  ...flags(refuse(OTHER_MODE), [["daemon", "server", "sender", "detach"]]),
  ...takingArgument(refuse(OTHER_MODE), [["config", "dparam"]]),
  ...takingArgument(refuse(BATCH_FILE), [["write-batch", "only-write-batch", "read-batch"]]),
  ...flags(refuse("it deletes files of the source"), [["remove-source-files", "remove-sent-files"]]),
  ...flags(refuse("it deletes although files could not be read"), [["ignore-errors"]]),
  ...flags(refuse("what is filtered is never deleted on a remote"), [["delete-excluded"]]),
  ...flags(refuse("a name that is gone means a delete"), [["ignore-missing-args"]]),
  ...takingArgument(refuse(OWN_DELETES), [["max-delete"]]),
  ...takingArgument(refuse(ENDS_EARLY), [["stop-after", "time-limit", "stop-at"]]),
  ...flags(refuse("directories that stand alone in a batch would be left out"), [["prune-empty-dirs"]]),
  ...flags(refuse("it leaves out all below the first level"), [["old-dirs", "old-d"]]),
  ...flags(refuse("a shell on the remote would split paths at blanks"), [["old-args"]]),
  ...flags(
    refuse(
      "batches are lists separated by NUL, and per-directory filter files are then read the same way; use <filter>",
    ),
    [["F", "cvs-exclude"]],
  ),
  ...takingArgument(refuse("files that are in the other directory would be missing on the remote"), [["compare-dest"]]),
  ...takingArgument(refuse('there is an attribute for it, passwordfile="…" (and --password-file)'), [[
    "password-file",
  ]]),

  ...flags(warn("files that are newer on the remote stay different there"), [["update"]]),
  ...flags(warn("files that are longer on the remote, or changed in the middle, stay different there"), [
    ["append", "append-verify"],
  ]),
  ...flags(warn("changes that keep a file's size stay different on the remote"), [["size-only"]]),
  ...flags(warn("new files are not sent"), [["existing", "ignore-non-existing"]]),
  ...flags(warn("files that exist on the remote are not updated"), [["ignore-existing"]]),
  ...takingArgument(warn("files beyond that size are not sent"), [["max-size", "min-size"]]),
  ...takingArgument(warn("rewrites within that time that keep a file's size stay different on the remote"), [[
    "modify-window",
  ]]),
  ...flags(warn("what a link points to is sent, but changes behind the link are seen by full syncs alone"), [
    ["copy-links", "copy-unsafe-links", "copy-dirlinks"],
  ]),
]);

/** One-letter options and their long names. */
export const SHORT_OPTIONS: Readonly<Record<string, string>> = {
  "0": "from0",
  "4": "ipv4",
  "6": "ipv6",
  "8": "8-bit-output",
  "@": "modify-window",
  A: "acls",
  B: "block-size",
  C: "cvs-exclude",
  D: "D",
  E: "executability",
  F: "F",
  H: "hard-links",
  I: "ignore-times",
  J: "omit-link-times",
  K: "keep-dirlinks",
  L: "copy-links",
  M: "remote-option",
  N: "crtimes",
  O: "omit-dir-times",
  P: "P",
  R: "relative",
  S: "sparse",
  T: "temp-dir",
  U: "atimes",
  V: "version",
  W: "whole-file",
  X: "xattrs",
  a: "archive",
  b: "backup",
  c: "checksum",
  d: "dirs",
  e: "rsh",
  f: "filter",
  g: "group",
  h: "human-readable",
  i: "itemize-changes",
  k: "copy-dirlinks",
  l: "links",
  m: "prune-empty-dirs",
  n: "dry-run",
  o: "owner",
  p: "perms",
  q: "quiet",
  r: "recursive",
  s: "secluded-args",
  t: "times",
  u: "update",
  v: "verbose",
  x: "one-file-system",
  y: "fuzzy",
  z: "compress",
};

/** `--no-…` of these would undo what every batch needs. */
export const NEVER_SWITCHED_OFF: Readonly<Record<string, string>> = {
  relative: "names travel relative to the watched directory",
  R: "names travel relative to the watched directory",
  "implied-dirs": "the attributes of the directories above a name travel with it",
};

function flags(verdict: OptionVerdict, names: readonly (readonly string[])[]): [string, OptionRule][] {
  return names.flat().map((name) => [name, { argument: false, verdict }]);
}

function takingArgument(verdict: OptionVerdict, names: readonly (readonly string[])[]): [string, OptionRule][] {
  return names.flat().map((name) => [name, { argument: true, verdict }]);
}
