import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compileFilter } from "../../../src/core/filter.ts";
import { type BytePath, isAtOrBelow, parentPath, type RelPath } from "../../../src/core/path.ts";
import { verdict } from "../../../src/core/watermark.ts";
import { recover } from "../../../src/engine/recovery.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryDisk } from "../../support/memory/memory_disk.ts";
import { MemoryLog } from "../../support/memory/memory_log.ts";
import { removeTree } from "../../support/test_disk.ts";

const ROOT_PATH = "/r" as BytePath;
const at = (path: string) => `/r/${path}` as BytePath;

async function changedTree(before: (disk: MemoryDisk) => void, after: (disk: MemoryDisk) => void) {
  const clock = new MemoryClock();
  const disk = new MemoryDisk({ now: () => clock.wallMs() });
  disk.mkdirs(ROOT_PATH);
  disk.mkdirs("/elsewhere" as BytePath);
  before(disk);
  await clock.advance(60_000);
  const sinceMs = clock.wallMs();
  await clock.advance(1_000);
  after(disk);
  return { clock, disk, sinceMs, fileSystem: disk, log: new MemoryLog() };
}

async function recovered(
  parts: Awaited<ReturnType<typeof changedTree>>,
  excludes: readonly string[] = [],
): Promise<string[]> {
  const marks: string[] = [];
  const recovering = recover(parts, {
    rootPath: ROOT_PATH,
    filter: compileFilter(excludes),
    sinceMs: parts.sinceMs,
    signal: new AbortController().signal,
    onFound: (path, entry, directoryCtimeMs) => {
      const { mark, content } = verdict(entry, directoryCtimeMs, parts.sinceMs);
      marks.push(`${mark} ${path}${content ? " written" : ""}`);
    },
  });
  await parts.clock.advance(0);
  await recovering;
  return marks.toSorted();
}

function fill(disk: MemoryDisk): void {
  disk.mkdirs(at("a/b"));
  disk.mkdirs(at("c"));
  for (const path of ["a/f", "a/b/g", "c/h", "top"]) disk.write(at(path), "old");
}

describe("recover()", () => {
  test("marks nothing where nothing changed", async () => {
    expect(await recovered(await changedTree(fill, () => {}))).toEqual([]);
  });

  test("marks a rewritten file as written, though its directory knows nothing of it", async () => {
    expect(await recovered(await changedTree(fill, (disk) => disk.write(at("a/b/g"), "new")))).toEqual([
      "path a/b/g written",
    ]);
  });

  test("marks the listing where a name came or went", async () => {
    expect(await recovered(await changedTree(fill, (disk) => disk.unlink(at("c/h"))))).toEqual(["listing c"]);
    expect(await recovered(await changedTree(fill, (disk) => disk.write(at("new"), "x")))).toEqual([
      "listing ",
      "path new written",
    ]);
  });

  test("marks all of a directory that was moved, whatever the times in it say", async () => {
    const marks = await recovered(await changedTree(fill, (disk) => disk.rename(at("a/b"), at("c/n"))));
    expect(marks).toEqual(["listing a", "listing c", "subtree c/n written"]);
  });

  test("does not see what the filter excludes", async () => {
    const parts = await changedTree(fill, (disk) => ["a/b/g", "c/h"].forEach((path) => disk.write(at(path), "new")));
    expect(await recovered(parts, ["a/b"])).toEqual(["path c/h written"]);
  });

  test("goes on where one entry may not be looked at", async () => {
    const parts = await changedTree(fill, (disk) => ["a/f", "c/h"].forEach((path) => disk.write(at(path), "new")));
    parts.disk.failAt(at("a"), "EACCES", "readDirectory");
    expect(await recovered(parts)).toEqual(["path c/h written"]);
    expect(parts.log.messages()).toHaveLength(1);
  });

  test("every change is covered by a mark, whatever was done in which order", async () => {
    const names = ["a", "b", "c"];
    const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
    const step = fc.oneof(
      fc.tuple(fc.constant("write"), path, path),
      fc.tuple(fc.constant("mkdir"), path, path),
      fc.tuple(fc.constant("remove"), path, path),
      fc.tuple(fc.constant("rename"), path, path),
    );
    const play = (disk: MemoryDisk, steps: readonly (readonly [string, string, string])[], content: string) => {
      for (const [what, from, to] of steps) {
        try {
          if (what === "write") disk.write(at(from), content);
          else if (what === "mkdir") disk.mkdirs(at(from));
          else if (what === "remove") removeTree(disk, at(from));
          else disk.rename(at(from), at(to));
        } catch {
          // What the disk refuses did not happen.
        }
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), fc.array(step, { maxLength: 8 }), async (before, after) => {
        let old: Record<string, string> = {};
        const parts = await changedTree((disk) => {
          play(disk, before, "old");
          old = disk.snapshot(ROOT_PATH);
        }, (disk) => play(disk, after, "new"));
        const now = parts.disk.snapshot(ROOT_PATH);
        const marks = (await recovered(parts)).map((mark) => {
          const [kind, marked] = mark.split(" ");
          return { kind, path: marked as RelPath };
        });
        const changed = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((name) =>
          old[name] !== now[name]
        );
        const isCovered = (name: string) =>
          marks.some(({ kind, path: marked }) =>
            kind === "subtree" ? isAtOrBelow(name as RelPath, marked) : marked === name ||
              // A listing also deletes, with all below, what is gone from it.
              (kind === "listing" && name !== "" && coveredByListing(name as RelPath, marked, now))
          );
        expect(changed.filter((name) => !isCovered(name))).toEqual([]);
      }),
    );
  });
});

function coveredByListing(path: RelPath, listed: RelPath, now: Record<string, string>): boolean {
  for (let entry = path;; entry = parentPath(entry)) {
    if (parentPath(entry) === listed) return entry === path || !(now[entry] ?? "").startsWith("directory");
    if (entry === "") return false;
  }
}
