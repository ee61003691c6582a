import { describe, expect, test } from "bun:test";
import { compileFilter } from "../../../src/core/filter.ts";
import { type BytePath, parentPath, type RelPath, ROOT } from "../../../src/core/path.ts";
import { walkBelow } from "../../../src/engine/local_walk.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryDisk } from "../../support/memory/memory_disk.ts";
import { MemoryLog } from "../../support/memory/memory_log.ts";

const ROOT_PATH = "/r" as BytePath;

function world(...files: string[]) {
  const clock = new MemoryClock();
  const disk = new MemoryDisk({ now: () => clock.wallMs() });
  for (const file of files) {
    disk.mkdirs(`/r/${parentPath(file as RelPath)}` as BytePath);
    disk.write(`/r/${file}` as BytePath, "x");
  }
  return { clock, fileSystem: disk, log: new MemoryLog() };
}

const everything = { rootPath: ROOT_PATH, top: ROOT, filter: compileFilter([]), signal: new AbortController().signal };

describe("walkBelow()", () => {
  test("reports everything below its top, parents first, and not the top itself", async () => {
    const found: string[] = [];
    await walkBelow(world("a/b/c", "a/d", "e"), { ...everything, top: "a" as RelPath }, (path, kind) => {
      found.push(`${kind} ${path}`);
    });
    expect(found.toSorted()).toEqual(["directory a/b", "file a/b/c", "file a/d"]);
    expect(found.indexOf("directory a/b")).toBeLessThan(found.indexOf("file a/b/c"));
  });

  test("does not see what the filter excludes, nor enter what its caller turns down", async () => {
    const found: string[] = [];
    const filter = compileFilter(["cache"]);
    await walkBelow(world("cache/x", "no/y", "yes/z"), { ...everything, filter }, (path) => {
      found.push(path);
      return path !== "no";
    });
    expect(found.toSorted()).toEqual(["no", "yes", "yes/z"]);
  });

  test("passes over a directory that may not be read, and says so once", async () => {
    const parts = world("closed/x", "secret/y", "open/z");
    parts.fileSystem.failAt("/r/closed" as BytePath, "EACCES", "readDirectory");
    parts.fileSystem.failAt("/r/secret" as BytePath, "EACCES", "readDirectory");
    const found: string[] = [];
    await walkBelow(parts, everything, (path) => void found.push(path));
    expect(found.toSorted()).toEqual(["closed", "open", "open/z", "secret"]);
    expect(parts.log.messages()).toHaveLength(1);
    expect(parts.log.messages()[0]).toMatch(/cannot list: \/r\/.*EACCES.*, and 1 more/);
  });

  test("rejects where the refusal is not about one entry: what was not seen would be taken for gone", async () => {
    const parts = world("a/x");
    parts.fileSystem.failAt("/r/a" as BytePath, "EMFILE", "readDirectory");
    expect(String(await walkBelow(parts, everything, () => {}).catch((error: unknown) => error))).toContain("EMFILE");
  });

  test("lets others in between and stops when it is told to", async () => {
    const parts = world(...Array.from({ length: 3_000 }, (_, index) => `d${index % 30}/${index}`));
    const abort = new AbortController();
    let found = 0;
    const walking = walkBelow(parts, { ...everything, signal: abort.signal }, () => void found++)
      .catch((error: unknown) => error);
    expect(found).toBeLessThan(3_000);
    abort.abort("enough");
    await parts.clock.advance(0);
    expect(await walking).toBe("enough");
    expect(found).toBeLessThan(3_000);
  });
});
