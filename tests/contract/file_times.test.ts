import { describe, expect, test } from "bun:test";
import type { BytePath } from "../../src/core/path.ts";
import type { TestDisk } from "../support/test_disk.ts";
import { FILE_SYSTEM_WORLDS } from "./file_system_worlds.ts";
import type { FileSystemWorld } from "./file_system_worlds.ts";

describe.each(Object.keys(FILE_SYSTEM_WORLDS))("%s file system:", (name) => {
  const open = FILE_SYSTEM_WORLDS[name]!;

  /** What each change does to the times of `in/a` and of its directory: m and c where it sets mtime and ctime. */
  const TIMES: Record<string, { act(world: FileSystemWorld): void; file: string; directory: string; path?: string }> = {
    "a write": { act: ({ disk, at }) => disk.write(at("in/a"), "more"), file: "mc", directory: "" },
    "an append": { act: ({ disk, at }) => append(disk, at("in/a")), file: "mc", directory: "" },
    "an open and close": { act: ({ disk, at }) => disk.create(at("in/a")), file: "", directory: "" },
    "a chmod": { act: ({ disk, at }) => disk.chmod(at("in/a"), 0o600), file: "c", directory: "" },
    "a utimes": { act: ({ disk, at }) => disk.utimes(at("in/a"), 1_000_000), file: "mc", directory: "" },
    "a link": { act: ({ disk, at }) => disk.link(at("in/a"), at("out/b")), file: "c", directory: "" },
    "a link beside it": { act: ({ disk, at }) => disk.link(at("in/a"), at("in/b")), file: "c", directory: "mc" },
    "a new file beside it": { act: ({ disk, at }) => disk.create(at("in/b")), file: "", directory: "mc" },
    "a new directory beside it": { act: ({ disk, at }) => disk.mkdir(at("in/b")), file: "", directory: "mc" },
    "an unlink of another name": { act: ({ disk, at }) => disk.unlink(at("out/other")), file: "c", directory: "" },
    "a rename out": {
      act: ({ disk, at }) => disk.rename(at("in/a"), at("out/b")),
      file: "c",
      directory: "mc",
      path: "out/b",
    },
    "a rename in place": {
      act: ({ disk, at }) => disk.rename(at("in/a"), at("in/b")),
      file: "c",
      directory: "mc",
      path: "in/b",
    },
    "a rename in": { act: ({ disk, at }) => disk.rename(at("out/x"), at("in/x")), file: "", directory: "mc" },
    "a rename over another name": {
      act: ({ disk, at }) => disk.rename(at("out/x"), at("out/other")),
      file: "c",
      directory: "",
    },
    "a rename of the directory": {
      act: ({ disk, at }) => disk.rename(at("in"), at("moved")),
      file: "",
      directory: "c",
      path: "moved/a",
    },
  };

  for (const [title, { act, file, directory, path = "in/a" }] of Object.entries(TIMES)) {
    test(`times: ${title} sets "${file}" of the file and "${directory}" of its directory`, () => {
      using world = open();
      const { disk, at } = world;
      disk.mkdir(at("in"));
      disk.mkdir(at("out"));
      disk.write(at("in/a"), "content");
      disk.create(at("out/x"));
      disk.link(at("in/a"), at("out/other"));
      const directoryPath = path.startsWith("moved") ? "moved" : "in";
      const times = (at: BytePath) => world.fileSystem.lstat(at)!;
      const before = [times(at("in/a")), times(at("in"))] as const;
      world.passTime();
      act(world);
      const after = [times(at(path)), times(at(directoryPath))] as const;
      const changed = (index: 0 | 1) =>
        (after[index].mtimeMs === before[index].mtimeMs ? "" : "m") +
        (after[index].ctimeMs === before[index].ctimeMs ? "" : "c");
      expect([changed(0), changed(1)]).toEqual([file, directory]);
      expect(after[0].ctimeMs).toBeGreaterThanOrEqual(before[0].ctimeMs);
    });
  }

  test("a rename sets the times of the new directory too, and the ctime of a moved directory", () => {
    using world = open();
    const { disk, at } = world;
    for (const path of ["in", "in/d", "out"]) disk.mkdir(at(path));
    const before = ["in/d", "out"].map((path) => world.fileSystem.lstat(at(path))!);
    world.passTime();
    disk.rename(at("in/d"), at("out/d"));
    const [moved, out] = ["out/d", "out"].map((path) => world.fileSystem.lstat(at(path))!);
    expect(moved!.inode).toBe(before[0]!.inode);
    expect(moved!.ctimeMs).toBeGreaterThan(before[0]!.ctimeMs);
    expect(moved!.mtimeMs).toBe(before[0]!.mtimeMs);
    expect(out!.ctimeMs).toBeGreaterThan(before[1]!.ctimeMs);
    expect(out!.mtimeMs).toBe(out!.ctimeMs);
  });
});

function append(disk: TestDisk, path: BytePath): void {
  const file = disk.open(path);
  file.write("more");
  file.close();
}
