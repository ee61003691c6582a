import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type BatchEntry,
  encodeList,
  encodeRules,
  entryCovers,
  type Look,
  PathSet,
  pathsInFlight,
  planBatch,
  type PlanOptions,
} from "../../../src/core/batch.ts";
import type { Mark, MarkKind } from "../../../src/core/mark.ts";
import { isAtOrBelow, parentPath, type RelPath, ROOT } from "../../../src/core/path.ts";

function mark(path: string, kind: MarkKind = "path", content = false): Mark {
  return { path: path as RelPath, kind, content, detectedAtMs: 0, order: 0 };
}

const DIRECTORY = { kind: "directory", size: 0 } as const;
const FILE = { kind: "file", size: 10 } as const;
const LINK = { kind: "symlink", size: 0 } as const;

/** A disk with these entries and the directories above them. */
function diskOf(table: Readonly<Record<string, NonNullable<Look>>>): (path: RelPath) => Look {
  const entries = new Map<string, NonNullable<Look>>(Object.entries(table));
  for (const path of Object.keys(table)) {
    for (let above = parentPath(path as RelPath); above !== ROOT; above = parentPath(above)) {
      entries.set(above, DIRECTORY);
    }
  }
  return (path) => path === ROOT ? DIRECTORY : entries.get(path) ?? null;
}

function plan(marks: readonly Mark[], table: Parameters<typeof diskOf>[0], options: Partial<PlanOptions> = {}) {
  return planBatch(marks, {
    look: diskOf(table),
    largeBytes: 1_000,
    batchBytesMax: 10_000,
    deletes: true,
    busy: () => false,
    plainFirst: false,
    ...options,
  });
}

function shown(entries: readonly BatchEntry[]): string[] {
  return entries.map(({ path, action }) => `${action} ${path}`).toSorted();
}

describe("planBatch()", () => {
  test("decides by what is on the disk now, not by what happened", () => {
    const { entries } = plan(
      [mark("d/file"), mark("d/dir"), mark("d/link"), mark("d/gone"), mark("d/sub", "listing")],
      {
        "d/file": FILE,
        "d/dir": DIRECTORY,
        "d/link": LINK,
        "d/sub": DIRECTORY,
      },
    );
    expect(shown(entries)).toEqual([
      "attributes d",
      "delete d/gone",
      "list d/sub",
      "send d/dir",
      "send d/file",
      "send d/link",
    ]);
  });

  test("names of a vanished tree only the topmost directory that is missing, and who held it", () => {
    const { entries, marks } = plan([mark("a/b/c/1"), mark("a/b/c/2"), mark("a/b"), mark("a/b/c", "subtree")], {
      "a/x": FILE,
    });
    expect(shown(entries)).toEqual(["attributes a", "delete a/b"]);
    expect(marks).toHaveLength(4);
  });

  test("sends what took the place of a directory instead of the names that were below it", () => {
    for (const obstacle of [FILE, LINK]) {
      const { entries } = plan([mark("a/b/1"), mark("a/b/c/2"), mark("a/b", "listing")], { "a/b": obstacle });
      expect(entries).toEqual([{ path: "a/b" as RelPath, action: "send", whole: true, content: false }]);
    }
  });

  test("knows of what took the place of a directory that the remote may have more below it", () => {
    expect(plan([mark("a/b/1")], { "a/b": FILE }).marks).toEqual([mark("a/b", "subtree")]);
    const large = { kind: "file", size: 1_000 } as const;
    expect(plan([mark("a/b/1")], { "a/b": large }).large).toEqual([mark("a/b", "subtree")]);
  });

  test("asks for the root's own attributes when a name in the root came or went", () => {
    expect(plan([mark("new")], { new: FILE }).rootAttributes?.path).toBe(ROOT);
    expect(plan([mark("gone")], {}).rootAttributes?.path).toBe(ROOT);
    expect(plan([mark("d/f")], { "d/f": FILE }).rootAttributes).toBeNull();
    expect(plan([mark("")], {})).toMatchObject({ entries: [], rootAttributes: mark("") });
  });

  test("deletes nothing where the switch is off, and settles the mark", () => {
    const gone = mark("a/gone");
    const { entries, marks, waiting } = plan([gone], { "a/x": FILE }, { deletes: false });
    expect([shown(entries), marks, waiting]).toEqual([["attributes a"], [gone], []]);
  });

  test("hands on large files and subtrees that are there", () => {
    const [large, subtree, whole] = [mark("big"), mark("d", "subtree"), mark("", "subtree")];
    const found = plan([large, subtree, whole], { big: { kind: "file", size: 1_000 }, d: DIRECTORY });
    expect([found.large, found.subtrees, found.entries]).toEqual([[large], [subtree, whole], []]);
  });

  test("lets the first file fly however large it is, and what does not fit beside it wait", () => {
    const marks = [mark("1"), mark("2"), mark("3")];
    const { entries, waiting, bytes } = plan(marks, {
      1: { kind: "file", size: 90 },
      2: FILE,
      3: { kind: "file", size: 5 },
    }, {
      batchBytesMax: 50,
      largeBytes: Infinity,
    });
    expect([shown(entries), waiting.map(({ path }) => path as string), bytes]).toEqual([["send 1"], ["2", "3"], 90]);
  });

  test("keeps files that need -I apart from files that must not have it", () => {
    const marks = [mark("written", "path", true), mark("touched")];
    const table = { written: FILE, touched: FILE };
    const first = plan(marks, table);
    expect([shown(first.entries), first.waiting, first.isMixed, first.plain]).toEqual([
      ["send written"],
      [marks[1]!],
      true,
      false,
    ]);
    const other = plan(marks, table, { plainFirst: true });
    expect([shown(other.entries), other.waiting, other.plain]).toEqual([["send touched"], [marks[0]!], true]);
    expect(plan([marks[1]!], table)).toMatchObject({ isMixed: false, plain: true });
  });

  test("lets wait what another flight is busy with", () => {
    const busy = (path: RelPath, whole: boolean) => path === "d/busy" || (path === "d" && whole);
    const { entries, waiting } = plan([mark("d/busy"), mark("d/free"), mark("d", "listing"), mark("d")], {
      "d/busy": FILE,
      "d/free": FILE,
    }, { busy });
    expect(shown(entries)).toEqual(["send d", "send d/free"]);
    expect(waiting.map(({ path, kind }) => `${kind} ${path}`)).toEqual(["path d/busy", "listing d"]);
  });

  const names = ["a", "b", "c"];
  const anyPath = fc.array(fc.constantFrom(...names), { maxLength: 3 }).map((parts) => parts.join("/") as RelPath);
  const anyMark = fc.tuple(anyPath, fc.constantFrom<MarkKind>("path", "listing", "subtree"), fc.boolean())
    .map(([path, kind, content]) => mark(path, kind, content));
  const anyDisk = fc.dictionary(
    fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
    fc.constantFrom<NonNullable<Look>>(DIRECTORY, FILE, LINK, { kind: "file", size: 2_000 }),
  ).map((table) => {
    // Nothing stands below a file.
    const isFile = (path: string) => table[path] !== undefined && table[path].kind !== "directory";
    const below = (path: string) =>
      path.split("/").slice(0, -1).map((_, index, parts) => parts.slice(0, index + 1).join("/"));
    return Object.fromEntries(Object.entries(table).filter(([path]) => !below(path).some(isFile)));
  });
  const anyOptions = fc.record({ deletes: fc.boolean(), plainFirst: fc.boolean(), busyAt: fc.option(anyPath) });

  test("gives every mark exactly one place, every name once, and never a name below a file or a missing directory", () => {
    fc.assert(
      fc.property(fc.array(anyMark, { maxLength: 12 }), anyDisk, anyOptions, (marks, table, { busyAt, ...options }) => {
        const look = diskOf(table);
        const busy = (path: RelPath) => busyAt !== null && isAtOrBelow(path, busyAt);
        const found = plan(marks, table, { ...options, busy });
        const placed = [...found.marks, ...found.large, ...found.subtrees, ...found.waiting];
        const roots = marks.filter(({ path, kind }) => path === ROOT && kind === "path").length;
        expect(placed.length + roots).toBe(marks.length);
        if (roots > 0) expect(found.rootAttributes).not.toBeNull();

        const paths = found.entries.map(({ path }) => path);
        expect(new Set(paths).size).toBe(paths.length);
        for (const { path, action } of found.entries) {
          for (let above = parentPath(path); above !== ROOT; above = parentPath(above)) {
            expect(look(above)?.kind).toBe("directory");
          }
          const here = look(path);
          if (action === "delete") expect([here, options.deletes]).toEqual([null, true]);
          else if (action === "list" || action === "attributes") expect(here?.kind).toBe("directory");
          else expect(here).not.toBeNull();
        }
        // What flies is told by an entry, and that of a busy path by none.
        for (const { path } of found.marks) {
          if (!options.deletes && look(path) === null) continue;
          expect(found.entries.some((entry) => entry.path === path || isAtOrBelow(path, entry.path))).toBe(true);
        }
        for (const { path, action } of found.entries) if (busy(path)) expect(action).toBe("attributes");
      }),
    );
  });
});

describe("encodeList()", () => {
  test("gives every name a leading slash, a listed directory a trailing one, and a NUL after each", () => {
    const list = encodeList([
      { path: "#a" as RelPath, action: "send" },
      { path: "d\n\xff" as RelPath, action: "list" },
      { path: ROOT, action: "list" },
      { path: "-x" as RelPath, action: "delete" },
    ]);
    expect(Buffer.from(list).toString("latin1")).toBe("/#a\0/d\n\xff/\0/\0/-x\0");
  });

  test("loses no byte of any name", () => {
    const name = fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) =>
      [...bytes].filter((byte) => byte !== 0 && byte !== 0x2f)
    )
      .filter((bytes) => bytes.length > 0).map((bytes) => String.fromCharCode(...bytes));
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/") as RelPath);
    const entry = fc.record({ path, action: fc.constantFrom("send" as const, "list" as const, "delete" as const) });
    fc.assert(fc.property(fc.array(entry), (entries) => {
      const told = Buffer.from(encodeList(entries)).toString("latin1").split("\0").slice(0, -1);
      expect(told.map((each) => ({
        path: each.replace(/^\//, "").replace(/\/$/, "") as RelPath,
        isListed: each.endsWith("/"),
      }))).toEqual(entries.map((each) => ({ path: each.path, isListed: each.action === "list" })));
    }));
  });
});

test("encodeRules() lets through the paths, what is above and what is below them, and quotes wildcards where there are any", () => {
  const rules = String.fromCharCode(
    ...encodeRules([{ path: "d/b\\s" as RelPath }, { path: "d/[x]*" as RelPath }, { path: "top" as RelPath }]),
  );
  expect(rules.split("\0")).toEqual([
    "/d/",
    "/d/b\\s",
    "/d/\\[x]\\*",
    "/top",
    "/d/b\\\\s/**",
    "/d/\\[x]\\*/**",
    "/top/**",
    "",
  ]);
});

describe("PathSet", () => {
  const anyPath = fc.array(fc.constantFrom("a", "b", "ab"), { minLength: 1, maxLength: 4 }).map((parts) =>
    parts.join("/") as RelPath
  );
  const anyEntry = fc.tuple(anyPath, fc.boolean());

  /** Two names meet when they are the same, or when one is replaced as a whole and the other lies below it. */
  function meet([path, whole]: readonly [RelPath, boolean], [other, otherWhole]: readonly [RelPath, boolean]): boolean {
    return path === other || (whole && isAtOrBelow(other, path)) || (otherWhole && isAtOrBelow(path, other));
  }

  test("meets() is what it says, whatever was added", () => {
    fc.assert(fc.property(fc.array(anyEntry), anyEntry, (added, [path, whole]) => {
      const paths = new PathSet();
      for (const entry of added) paths.add(...entry);
      expect(paths.meets(path, whole)).toBe(added.some((entry) => meet(entry, [path, whole])));
    }));
  });

  test("meets() is symmetric", () => {
    fc.assert(fc.property(anyEntry, anyEntry, (one, other) => {
      const [ones, others] = [new PathSet(), new PathSet()];
      ones.add(...one);
      others.add(...other);
      expect(ones.meets(...other)).toBe(others.meets(...one));
    }));
  });

  test("brings() is what travels: of a listed directory its own entries, of one that goes all below", () => {
    const entry = (path: string, action: BatchEntry["action"]) => ({ path: path as RelPath, action, content: false });
    const paths = pathsInFlight([
      { ...entry("", "list"), whole: true },
      { ...entry("d/listed", "list"), whole: true },
      { ...entry("d/gone", "delete"), whole: true },
      { ...entry("d/sent", "send"), whole: false },
    ]);
    const brought = ["", "d", "d/x", "d/listed/x", "d/listed/x/y", "d/gone/x/y", "d/sent", "d/sent/x"];
    expect(brought.filter((path) => paths.brings(path as RelPath))).toEqual([
      ...["", "d", "d/listed/x", "d/gone/x/y", "d/sent"],
    ]);
  });

  test("pathsInFlight() leaves out directories that are named for their times alone", () => {
    const paths = pathsInFlight([
      { path: "d" as RelPath, action: "attributes", whole: false, content: false },
      { path: "d/gone" as RelPath, action: "delete", whole: true, content: false },
    ]);
    expect(paths.meets("d" as RelPath, false)).toBe(false);
    expect(paths.meets("d/gone/x" as RelPath, false)).toBe(true);
  });
});

describe("entryCovers()", () => {
  test("a deleted directory answers for all below it, a listed one for its own entries", () => {
    const entry = (action: BatchEntry["action"]): BatchEntry => ({
      path: "d" as RelPath,
      action,
      whole: true,
      content: false,
    });
    const covered = (action: BatchEntry["action"]) =>
      ["d", "d/x", "d/x/y", "dx"].filter((path) => entryCovers(entry(action), path as RelPath));
    expect(covered("send")).toEqual(["d"]);
    expect(covered("list")).toEqual(["d", "d/x"]);
    expect(covered("delete")).toEqual(["d", "d/x", "d/x/y"]);
  });
});
