/** What tssync asks of rsync: trees, names and arguments. The real rsync answers, and its twin must answer the same. */
import type { CallOptions, FlatOptions, TreeOptions } from "../../src/core/rsync_command.ts";

/** What stands at a path: content of a file, null for a directory, or something special. Directories come before what is in them. */
export type Sample =
  | string
  | null
  | { readonly link: string; readonly mtimeMs?: number }
  | { readonly fifo: true; readonly permissions?: number; readonly mtimeMs?: number }
  | { readonly directory: true; readonly permissions?: number; readonly mtimeMs?: number }
  | { readonly file: string; readonly permissions?: number; readonly mtimeMs?: number };

export type Samples = Readonly<Record<string, Sample>>;

export type RsyncCase = {
  readonly name: string;
  readonly form: "flat" | "tree" | "root";
  readonly list?: readonly string[];
  readonly source?: Samples;
  readonly target?: Samples;
  readonly options?: Partial<Omit<FlatOptions & TreeOptions, "target">>;
  /** Paths of the target that cannot be written or deleted. */
  readonly refused?: readonly string[];
  /** How often rsync counts names that are excluded or met twice is not imitated. */
  readonly withoutCounts?: true;
};

export const CALL: Omit<CallOptions, "target"> = {
  params: ["-a"],
  timeoutSeconds: 20,
  deletes: true,
  deletesMax: null,
  trash: null,
  nanoseconds: true,
};

/** Everything is this old where nothing is said. */
export const OLD_MS = Date.UTC(2020, 0, 1);
const NEWER_MS = Date.UTC(2021, 0, 1);

/** Every byte a name can hold, in names that cannot be mistaken. */
const ODD_NAMES = [
  "#hash",
  ";semicolon",
  "-dash",
  " blank ",
  "new\nline",
  "\xff\xfe",
  "\xe6\x97\xa5",
  "lit\\#012",
  "trail\\",
  "*",
  "[a]",
  "'\"`$(x)",
  "\t\r\x01\x7f",
];

function everyOdd(content: string): Samples {
  return Object.fromEntries(ODD_NAMES.map((name) => [name, content]));
}

const TRASH = { name: ".trash", day: "2026-11-20" };
const DEEP_SOURCE: Samples = { a: null, "a/b": null, "a/b/c": null, "a/b/c/f": "1", "a/g": "2" };
const DEEP_TARGET: Samples = {
  a: null,
  "a/b": null,
  "a/b/x": null,
  "a/b/x/y": null,
  "a/b/x/y/g": "1",
  "a/e": "1",
  "a/z": null,
  other: null,
  "other/k": "1",
};
const TREE_OF_EXTRAS: Samples = { a: null, "a/x": null, "a/x/g": "1", "a/y": null };
const WITH_PROTECTED: Samples = { a: null, "a/x": null, "a/x/k.tmp": "1", "a/y": "1" };

export const RSYNC_CASES: readonly RsyncCase[] = [
  { name: "an empty list", form: "flat", list: [], source: { f: "1" } },
  { name: "a new file", form: "flat", list: ["/f"], source: { f: "1" } },
  { name: "a new file under new directories", form: "flat", list: ["/a/b/c/f"], source: DEEP_SOURCE },
  {
    name: "directories on the way with their attributes",
    form: "flat",
    list: ["/a/b"],
    source: {
      a: { directory: true, permissions: 0o700, mtimeMs: NEWER_MS },
      "a/b": { directory: true, mtimeMs: NEWER_MS },
    },
    target: { a: null },
  },
  { name: "an unchanged file", form: "flat", list: ["/f"], source: { f: "1" }, target: { f: "1" } },
  {
    name: "a changed file",
    form: "flat",
    list: ["/f"],
    source: { f: { file: "12345", mtimeMs: NEWER_MS } },
    target: { f: "12" },
  },
  {
    name: "a file of the same size and second",
    form: "flat",
    list: ["/f"],
    source: { f: { file: "2", mtimeMs: OLD_MS + 500 } },
    target: { f: "1" },
  },
  {
    name: "a file of the same size and second, compared in seconds",
    form: "flat",
    list: ["/f"],
    options: { nanoseconds: false, params: ["-a"] },
    source: { f: { file: "2", mtimeMs: OLD_MS + 500 } },
    target: { f: "1" },
  },
  {
    name: "a file of the same size and time, written",
    form: "flat",
    list: ["/f"],
    options: { content: true },
    source: { f: "2" },
    target: { f: "1" },
  },
  {
    name: "new permissions",
    form: "flat",
    list: ["/f", "/d"],
    source: { f: { file: "1", permissions: 0o600 }, d: { directory: true, permissions: 0o700 } },
    target: { f: "1", d: null, "d/extra": "1" },
  },
  {
    name: "sersync's parameters",
    form: "flat",
    list: ["/new", "/older", "/newer", "/d/f"],
    options: { params: ["-artuz"] },
    source: { new: "1", older: "2", newer: { file: "2", mtimeMs: NEWER_MS + 1 }, d: null, "d/f": "1" },
    target: { older: { file: "11", mtimeMs: NEWER_MS }, newer: { file: "11", mtimeMs: NEWER_MS } },
  },
  {
    name: "parameters without times and permissions",
    form: "flat",
    list: ["/f", "/g", "/l", "/p"],
    options: { params: ["-rz"] },
    source: {
      f: { file: "1", permissions: 0o600 },
      g: { file: "22", permissions: 0o600 },
      l: { link: "f" },
      p: { fifo: true },
    },
    target: { g: "1" },
  },
  {
    name: "links and pipes",
    form: "flat",
    list: ["/new", "/same", "/other", "/later", "/dangling", "/pipe", "/older pipe"],
    source: {
      new: { link: "f" },
      same: { link: "f" },
      other: { link: "g" },
      later: { link: "f", mtimeMs: NEWER_MS },
      dangling: { link: "\xff/nowhere" },
      pipe: { fifo: true },
      "older pipe": { fifo: true, permissions: 0o600, mtimeMs: NEWER_MS },
    },
    target: {
      same: { link: "f" },
      other: { link: "f", mtimeMs: NEWER_MS },
      later: { link: "f" },
      "older pipe": { fifo: true },
    },
  },
  {
    name: "every kind in the place of every other",
    form: "flat",
    list: ["/fl", "/fp", "/fd", "/lf", "/lp", "/ld", "/pf", "/pl", "/pd", "/df", "/dl", "/dp"],
    source: {
      fl: "1",
      fp: "1",
      fd: "1",
      lf: { link: "x" },
      lp: { link: "x" },
      ld: { link: "x" },
      pf: { fifo: true },
      pl: { fifo: true },
      pd: { fifo: true },
      df: null,
      dl: null,
      dp: null,
    },
    target: {
      fl: { link: "y" },
      fp: { fifo: true },
      fd: null,
      "fd/x": null,
      "fd/x/y": "1",
      lf: "2",
      lp: { fifo: true },
      ld: null,
      "ld/x": "1",
      pf: "2",
      pl: { link: "y" },
      pd: null,
      df: "2",
      dl: { link: "fd" },
      dp: { fifo: true },
    },
  },
  {
    name: "every kind in the place of every other, without deletes",
    form: "flat",
    list: ["/fl", "/fd", "/fe", "/ld", "/pd", "/df"],
    options: { deletes: false },
    source: { fl: "1", fd: "1", fe: "1", ld: { link: "x" }, pd: { fifo: true }, df: null },
    target: {
      fl: { link: "y" },
      fd: null,
      "fd/x": "1",
      fe: null,
      ld: null,
      "ld/x": "1",
      pd: null,
      "pd/x": "1",
      df: "2",
    },
  },
  {
    name: "a new entry below what was a file",
    form: "flat",
    list: ["/f/g"],
    source: { f: null, "f/g": "1" },
    target: { f: "1" },
  },
  {
    name: "a new entry below what was a link to a directory",
    form: "flat",
    list: ["/f/g"],
    source: { f: null, "f/g": "1" },
    target: { d: null, f: { link: "d" } },
  },
  {
    name: "missing names",
    form: "flat",
    list: ["/gone", "/a/gone", "/a", "/tree", "/never"],
    source: { a: { directory: true, mtimeMs: NEWER_MS } },
    target: { gone: "1", a: null, "a/gone": { link: "x" }, tree: null, "tree/x": null, "tree/x/y": "1", "tree/z": "1" },
  },
  {
    name: "a missing directory, named with a slash",
    form: "flat",
    list: ["/gone/"],
    target: { gone: null, "gone/x": "1" },
  },
  {
    name: "missing names without deletes",
    form: "flat",
    list: ["/a/f", "/gone", "/c/d"],
    options: { deletes: false },
    source: DEEP_SOURCE,
    target: { gone: "1" },
  },
  {
    name: "missing names that are to be left alone",
    form: "flat",
    list: ["/a/f", "/gone", "/a/gone", "/b/gone", "/c/d", "/file/below"],
    options: { deletes: false },
    source: { ...DEEP_SOURCE, b: null, file: "1" },
    target: { gone: null, "gone/x": "1", a: null, "a/gone": "1", c: null, "c/x": "1" },
  },
  {
    name: "names whose parents are gone",
    form: "flat",
    list: ["/a/b/f", "/a/b/g", "/a/c/x"],
    target: { a: null, "a/b": null, "a/b/f": "1", "a/b/k": "1" },
  },
  {
    name: "names whose parents are gone, with the topmost",
    form: "flat",
    list: ["/a/b/f", "/a"],
    target: { a: null, "a/b": null, "a/b/f": "1", "a/b/k": "1" },
  },
  { name: "names gone on both sides", form: "flat", list: ["/a/f", "/b"], target: { k: "1" } },
  {
    name: "a name below a file",
    form: "flat",
    list: ["/f/x", "/g"],
    source: { f: "1", g: "1" },
    target: { f: null, "f/x": "1" },
  },
  { name: "a name below a link to a file", form: "flat", list: ["/l/x"], source: { f: "1", l: { link: "f" } } },
  {
    name: "a name below a link to a directory",
    form: "flat",
    list: ["/l/x"],
    source: { d: null, "d/x": "1", l: { link: "d" } },
  },
  { name: "odd names, new", form: "flat", list: ODD_NAMES.map((name) => `/${name}`), source: everyOdd("1") },
  { name: "odd names, gone", form: "flat", list: ODD_NAMES.map((name) => `/${name}`), target: everyOdd("1") },
  { name: "odd names, listed", form: "flat", list: ["/"], source: everyOdd("1"), target: { "gone\xff\n": "1" } },
  {
    name: "a listing with extras",
    form: "flat",
    list: ["/d/"],
    source: { d: null, "d/sub": null, "d/sub/deep": "1", "d/new": "1", "d/newer": null },
    target: {
      d: null,
      "d/sub": null,
      "d/sub/extra": "1",
      "d/gone": null,
      "d/gone/x": null,
      "d/gone/x/y": "1",
      "d/gonef": "1",
    },
  },
  {
    name: "a listing without deletes",
    form: "flat",
    list: ["/d/"],
    options: { deletes: false },
    source: { d: null, "d/sub": null, "d/f": "1" },
    target: { d: null, "d/gone": "1" },
  },
  {
    name: "a listing of the root",
    form: "flat",
    list: ["/"],
    source: { d: null, "d/new": "1" },
    target: { gone: null, "gone/x": "1" },
  },
  {
    name: "a listing of what is a file now",
    form: "flat",
    list: ["/d/"],
    source: { d: "1" },
    target: { d: null, "d/x": "1" },
  },
  {
    name: "a listing of what is a link to a directory now",
    form: "flat",
    list: ["/l/"],
    source: { d: null, "d/k": "1", l: { link: "d" } },
    target: { l: { link: "d" } },
  },
  {
    name: "a listing next to a name that cannot be looked at",
    form: "flat",
    list: ["/d/", "/f/k"],
    source: { d: null, "d/f": "1", f: "1" },
    target: { d: null, "d/x": "1" },
  },
  {
    name: "a listing next to a name whose parent is gone",
    form: "flat",
    list: ["/d/", "/q/k"],
    source: { d: null, "d/f": "1" },
    target: { d: null, "d/x": "1" },
  },
  {
    name: "a directory without its content",
    form: "flat",
    list: ["/d"],
    source: { d: { directory: true, mtimeMs: NEWER_MS }, "d/sub": null, "d/f": "1" },
    target: { d: null, "d/extra": "1" },
  },
  {
    name: "the same name in many ways",
    form: "flat",
    list: ["/a/f", "/a/f", "/a", "/a/"],
    source: { a: null, "a/f": "1", "a/g": "1" },
  },
  {
    name: "excluded names",
    withoutCounts: true,
    form: "flat",
    list: ["/a/", "/a/j.tmp", "/a/k.tmp", "/x.tmp/f", "/y.tmp/"],
    options: { excludePatterns: ["*.tmp"] },
    source: { a: null, "a/j.tmp": "1", "a/f": "1", "x.tmp": null, "x.tmp/f": "1", "y.tmp": null, "y.tmp/f": "1" },
    target: { a: null, "a/k.tmp": "1" },
  },
  {
    name: "a missing directory that holds something excluded",
    form: "flat",
    list: ["/a"],
    options: { excludePatterns: ["*.tmp"] },
    target: WITH_PROTECTED,
  },
  {
    name: "a file in the place of a directory that holds something excluded",
    form: "flat",
    list: ["/a"],
    options: { excludePatterns: ["*.tmp"] },
    source: { a: "1" },
    target: WITH_PROTECTED,
  },
  {
    name: "a file that the target refuses",
    form: "flat",
    list: ["/a/f", "/a/g"],
    source: { a: null, "a/f": { file: "1", mtimeMs: NEWER_MS }, "a/g": "1" },
    target: { a: null, "a/f": "2" },
    refused: ["a/f"],
  },
  {
    name: "a delete that the target refuses",
    form: "flat",
    list: ["/a/f", "/a/g", "/a"],
    source: { a: null },
    target: { a: null, "a/f": "2", "a/g": "2" },
    refused: ["a/f"],
  },
  {
    name: "a delete inside of a directory that the target refuses",
    form: "flat",
    list: ["/a/d", "/a"],
    source: { a: null },
    target: { a: null, "a/d": null, "a/d/f": "1", "a/d/g": "1" },
    refused: ["a/d/f"],
  },
  { name: "a subtree", form: "tree", list: ["/a/"], source: DEEP_SOURCE, target: DEEP_TARGET },
  { name: "a subtree named without a slash", form: "tree", list: ["/a"], source: DEEP_SOURCE },
  { name: "the whole tree", form: "tree", list: ["/"], source: DEEP_SOURCE, target: DEEP_TARGET },
  {
    name: "a subtree without deletes",
    form: "tree",
    list: ["/a/"],
    options: { deletes: false },
    source: DEEP_SOURCE,
    target: DEEP_TARGET,
  },
  {
    name: "subtrees inside of each other",
    withoutCounts: true,
    form: "tree",
    list: ["/a/b/", "/a/"],
    source: DEEP_SOURCE,
    target: DEEP_TARGET,
  },
  {
    name: "a subtree by content",
    form: "tree",
    list: ["/a/"],
    options: { checksum: true },
    source: { a: null, "a/same": { file: "1", mtimeMs: NEWER_MS }, "a/other": "2", "a/longer": "22" },
    target: { a: null, "a/same": "1", "a/other": "1", "a/longer": "1" },
  },
  { name: "a subtree that is gone", form: "tree", list: ["/a/"], target: TREE_OF_EXTRAS },
  {
    name: "a subtree with changed kinds",
    form: "tree",
    list: ["/a/"],
    source: { a: null, "a/f": "1", "a/d": null, "a/d/k": null, "a/d/k/m": "1" },
    target: { a: null, "a/f": null, "a/f/k": null, "a/d": "1" },
  },
  {
    name: "a subtree with no delete allowed",
    form: "tree",
    list: ["/a/"],
    options: { deletesMax: 0 },
    source: DEEP_SOURCE,
    target: TREE_OF_EXTRAS,
  },
  {
    name: "a subtree with one delete allowed",
    form: "tree",
    list: ["/a/"],
    options: { deletesMax: 1 },
    source: DEEP_SOURCE,
    target: { a: null, "a/x": null, "a/y": null },
  },
  {
    name: "a subtree with enough deletes allowed",
    form: "tree",
    list: ["/a/"],
    options: { deletesMax: 3 },
    source: DEEP_SOURCE,
    target: TREE_OF_EXTRAS,
  },
  {
    name: "a subtree with excluded names",
    form: "tree",
    list: ["/"],
    options: { excludePatterns: ["*.tmp", "/sub/f", "y/", "b?d"] },
    source: { sub: null, "sub/f": "1", "sub/x": null, "sub/x/f": "1", "sub/j.tmp": "1", bad: "1", y: "1" },
    target: { sub: null, "sub/y": null, "sub/gone": null, "sub/gone/k.tmp": "1", "sub/gone/g": "1", bed: "1" },
  },
  {
    name: "a listing with trash",
    form: "flat",
    list: ["/d/"],
    options: { trash: TRASH },
    source: {
      d: { directory: true, permissions: 0o700 },
      "d/f": "1",
      "d/k": null,
      "d/l": { link: "new" },
      "d/same": "1",
    },
    target: {
      d: { directory: true, permissions: 0o750 },
      "d/f": "22",
      "d/e": "1",
      "d/l": { link: "old" },
      "d/k": "1",
      "d/p": { fifo: true },
      "d/same": "1",
      "d/gone": { directory: true, permissions: 0o700 },
      "d/gone/x": null,
      "d/gone/x/y": "1",
    },
  },
  {
    name: "missing names and a changed kind with trash",
    form: "flat",
    list: ["/d", "/g", "/k"],
    options: { trash: TRASH },
    source: { k: "1" },
    target: { d: null, "d/x": null, "d/x/y": "1", g: "1", k: null, "k/x": "1" },
  },
  {
    name: "the whole tree with trash",
    form: "tree",
    list: ["/"],
    options: { trash: TRASH },
    source: DEEP_SOURCE,
    target: { ...DEEP_TARGET, ".trash": null, ".trash/old": "1" },
  },
  {
    name: "the root's own attributes",
    form: "root",
    source: { "": { directory: true, permissions: 0o750, mtimeMs: NEWER_MS }, a: null, f: "1" },
    target: { k: "1", f: "2" },
  },
];
