import { describe, expect, test } from "bun:test";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { ROOT } from "../../../src/core/path.ts";
import type { ManifestEntry } from "../../../src/engine/control.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

type Asked = { readonly path?: string; readonly checksum?: boolean };

/** All entries, with time going on meanwhile. */
async function listed(engine: EngineUnderTest, asked: Asked = {}) {
  const { signal } = new AbortController();
  const { path = ROOT, checksum = false } = asked;
  const { cursor, entries } = engine.daemon.manifest("src", { path: path as RelPath, checksum, signal });
  const found: ManifestEntry[] = [];
  let isDone = false;
  const reading = (async () => {
    for await (const entry of entries) found.push(entry);
  })();
  reading.finally(() => isDone = true).catch(() => {});
  await engine.until(() => isDone);
  await reading;
  return { cursor, entries: found, paths: found.map((entry) => entry.path as string) };
}

async function mirrored(options: ConstructorParameters<typeof EngineUnderTest>[0] = {}): Promise<EngineUnderTest> {
  const engine = new EngineUnderTest(options);
  for (const path of ["b/two", "b/one", "a", "b-side", "c/d/e"]) engine.write(path, path);
  await engine.start();
  await engine.flush();
  return engine;
}

describe("Daemon.manifest()", () => {
  test("lists everything, parents before what is in them, a directory's entries in byte order", async () => {
    const engine = await mirrored();
    const { paths, entries } = await listed(engine);
    expect(paths).toEqual(["a", "b", "b-side", "c", "b/one", "b/two", "c/d", "c/d/e"]);
    expect(entries[0]).toEqual({
      ...{ path: "a" as RelPath, kind: "file", size: 1, sha256: null, error: null },
      ...{ mtimeMs: expect.any(Number), mode: expect.any(Number) },
    });
    expect(entries[1]).toMatchObject({ kind: "directory", size: null });
  });

  test("lists one entry and what is below it, and gives the content's hash where it is asked for", async () => {
    const engine = await mirrored();
    expect((await listed(engine, { path: "c" })).paths).toEqual(["c", "c/d", "c/d/e"]);
    const { entries } = await listed(engine, { path: "a", checksum: true });
    expect(entries).toMatchObject([{
      sha256: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
    }]);
  });

  test("leaves out what the filter excludes, and refuses to list it", async () => {
    const engine = await mirrored({ root: { excludes: ["^b/.*", "(.*)-side"] } });
    expect((await listed(engine)).paths).toEqual(["a", "c", "c/d", "c/d/e"]);
    expect(() => engine.daemon.manifest("src", asked("b-side"))).toThrow("the expression (.*)-side excludes it");
    expect(() => engine.daemon.manifest("src", asked("missing"))).toThrow("There is nothing at missing");
    expect(() => engine.daemon.manifest("nope", asked("a"))).toThrow('There is no root "nope"');
  });

  test("gives a cursor that is older than the walk: what changes during it is told behind it", async () => {
    const engine = await mirrored();
    const { signal } = new AbortController();
    const { cursor, entries } = engine.daemon.manifest("src", { path: ROOT, checksum: false, signal });
    engine.write("z-new");
    await engine.flush();
    const behind = engine.daemon.events().read(Number(cursor.split("-")[1]), 100);
    expect(behind.flatMap(({ items }) => items ?? []).map(({ path }) => path as string)).toContain("z-new");
    await entries.return();
  });

  test("says which entry could not be read", async () => {
    const engine = await mirrored();
    engine.disk.failAt("/src/c" as BytePath, "EACCES", "readDirectory");
    const { entries } = await listed(engine);
    expect(entries.filter(({ error }) => error !== null)).toEqual([
      { path: "c" as RelPath, kind: "directory", size: null, mtimeMs: null, mode: null, sha256: null, error: "EACCES" },
    ]);
  });

  test("refuses a halted root, and breaks off when it is halted meanwhile", async () => {
    const engine = await mirrored();
    const { signal } = new AbortController();
    const { entries } = engine.daemon.manifest("src", { path: ROOT, checksum: false, signal });
    await entries.next();
    engine.disk.rename("/src" as BytePath, "/away" as BytePath);
    const error = await (async () => {
      for await (const _entry of entries);
    })().catch((reason) => reason);
    expect(error).toHaveProperty("code", "NOT_READY");
    expect(() => engine.daemon.manifest("src", asked(""))).toThrow("Cannot list src: it is halted");
  });
});

function asked(path: string) {
  return { path: path as RelPath, checksum: false, signal: new AbortController().signal };
}
