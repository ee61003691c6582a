import { expect, test } from "bun:test";
import { TssyncError } from "../../../src/core/error.ts";
import type { BytePath } from "../../../src/core/path.ts";
import type { Reload } from "../../../src/engine/control.ts";
import { EngineUnderTest, remoteConfiguration } from "./engine_under_test.ts";

async function running(remotes: readonly string[] = ["one", "two"]): Promise<EngineUnderTest> {
  const engine = new EngineUnderTest({ remotes });
  for (const path of ["a", "log/a.gz", "log/b", "cache/deep/c"]) engine.write(path);
  await engine.start();
  expect(await engine.flush()).toBe("flushed");
  return engine;
}

const remotesOf = (engine: EngineUnderTest) => engine.daemon.status().roots[0]!.remotes.map(({ id }) => id);
const watchesOf = (engine: EngineUnderTest) => engine.daemon.status().roots[0]!.watches;

test("Daemon.reload() with the same configuration changes nothing and asks for no flight", async () => {
  const engine = await running();
  const [instance] = engine.inotify.instances;
  const before = engine.daemon.listResyncs(100).length;
  expect(await engine.reload({})).toMatchObject({ difference: { roots: { added: [], removed: [], changed: [] } } });
  expect(engine.inotify.instances).toEqual([instance!]);
  expect(engine.daemon.listResyncs(100).length).toBe(before);
  await engine.stop();
});

test("Daemon.reload() adds a remote, which gets everything, and takes one away, which gets no more", async () => {
  const engine = new EngineUnderTest({ remotes: ["one", "two"] });
  engine.write("a");
  await engine.start({ remotes: [remoteConfiguration("one")] });
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences("two")).toEqual(["a"]);
  const [instance] = engine.inotify.instances;
  await engine.reload({ remotes: [remoteConfiguration("two")] });
  expect(remotesOf(engine)).toEqual(["two"]);
  engine.write("b");
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences("two")).toEqual([]);
  expect(engine.differences("one")).toEqual(["b"]);
  // The watches stood all the time.
  expect(engine.inotify.instances).toEqual([instance!]);
  // Back again: what it lacks is found.
  await engine.reload({ remotes: [remoteConfiguration("one"), remoteConfiguration("two")] });
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences("one")).toEqual([]);
  await engine.stop();
  expect(engine.clock.waiting).toBe(0);
});

test("Daemon.reload() with a narrower filter watches and sends less, and deletes nothing", async () => {
  const engine = await running();
  expect(watchesOf(engine)).toBe(4);
  await engine.reload({ excludes: ["(.*)\\.gz", "cache"] });
  expect(watchesOf(engine)).toBe(2);
  engine.write("log/a.gz", "changed");
  engine.write("cache/deep/c", "changed");
  engine.write("log/b", "changed");
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences().sort()).toEqual(["cache/deep/c", "log/a.gz"]);
  await engine.stop();
});

test("Daemon.reload() with a wider filter brings what was hidden, and what changed meanwhile", async () => {
  const engine = new EngineUnderTest({ remotes: ["one"] });
  for (const path of ["a", "log/a.gz", "cache/deep/c"]) engine.write(path);
  await engine.start({ excludes: ["(.*)\\.gz", "cache"] });
  expect(await engine.flush()).toBe("flushed");
  // Only there, and hidden by the filter as well: part of the mirror from now on, so it goes.
  engine.remote().disk.mkdirs("/dst/cache" as BytePath);
  engine.remote().disk.write("/dst/cache/old" as BytePath, "x");
  await engine.reload({ excludes: [] });
  engine.write("cache/deep/d");
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences()).toEqual([]);
  expect(engine.daemon.listResyncs(1)[0]).toMatchObject({ trigger: "reload" });
  await engine.stop();
});

test("Daemon.reload() with a wider filter compares nothing where no full sync is wanted, but sends what was hidden", async () => {
  const engine = new EngineUnderTest({ remotes: ["one"] });
  engine.write("before");
  engine.write("cache/deep/c");
  await engine.start({ excludes: ["cache"], initialSync: "never" });
  await engine.reload({ excludes: [] });
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences()).toEqual(["before"]);
  expect(engine.daemon.listResyncs(10)).toEqual([]);
  await engine.stop();
});

test("Daemon.reload() drops marks of what the filter excludes now", async () => {
  const engine = await running(["one"]);
  engine.daemon.pause({ root: "src", remote: "one" }, "held back");
  engine.write("late.gz");
  engine.disk.unlink("/src/log/a.gz" as BytePath);
  engine.write("late");
  await engine.clock.advance(5_000);
  await engine.reload({ excludes: ["(.*)\\.gz"] });
  await engine.daemon.resume({ root: "src", remote: "one" }, "goes on");
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences().sort()).toEqual(["late.gz", "log/a.gz"]);
  await engine.stop();
});

test("Daemon.reload() keeps everything when the configuration is refused, and says why", async () => {
  const engine = await running();
  const problem = { file: "confxml.xml", line: 2, column: 1, message: "confxml.xml, line 2: wrong" };
  engine.wanted = new TssyncError("CONFIG_INVALID", problem.message, { problems: [problem] });
  expect(await engine.reloadWanted()).toMatchObject({ code: "CONFIG_INVALID", details: { problems: [problem] } });
  expect(engine.daemon.status().lastReload).toMatchObject({ ok: false, problems: [problem] });
  engine.write("later");
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences()).toEqual([]);
  // Mended.
  engine.wanted = engine.daemon.configuration();
  await engine.reloadWanted();
  expect(engine.daemon.status().lastReload).toMatchObject({ ok: true, problems: [] });
  await engine.stop();
});

test("Daemon.reload() refuses a new root without a directory before it touches anything", async () => {
  const engine = await running();
  const { configuration } = engine;
  const [root] = configuration.roots;
  const missing = { ...root!, id: "missing", path: "/nowhere" as BytePath };
  engine.wanted = { ...configuration, roots: [{ ...root!, remotes: [root!.remotes[0]!] }, missing] };
  const refusal = await engine.reloadWanted() as TssyncError;
  expect(refusal).toMatchObject({ code: "CONFIG_INVALID" });
  expect(refusal.message).toContain("/nowhere");
  expect(remotesOf(engine)).toEqual(["one", "two"]);
  expect(engine.daemon.status().roots.map(({ id }) => id)).toEqual(["src"]);
  await engine.stop();
});

test("Daemon.reload() adds and removes roots", async () => {
  const engine = await running();
  const { configuration } = engine;
  const [root] = configuration.roots;
  engine.disk.mkdirs("/other" as BytePath);
  engine.disk.write("/other/file" as BytePath, "x");
  const other = { ...root!, id: "other", path: "/other" as BytePath, remotes: [remoteConfiguration("two")] };
  engine.wanted = { ...configuration, roots: [{ ...root!, remotes: [remoteConfiguration("one")] }, other] };
  await engine.reloadWanted();
  await engine.until(() => (engine.daemon.status().roots[1]?.remotes[0]?.lastSyncedAtMs ?? 0) > 0);
  expect(engine.daemon.status().roots.map(({ id, state }) => `${id} ${state}`)).toEqual([
    "src watching",
    "other watching",
  ]);
  expect(engine.inotify.instances.length).toBe(2);
  engine.wanted = { ...configuration, roots: [other] };
  await engine.reloadWanted();
  expect(engine.daemon.status().roots.map(({ id }) => id)).toEqual(["other"]);
  expect(engine.inotify.instances.length).toBe(1);
  await engine.stop();
  expect(engine.clock.waiting).toBe(0);
});

test("Daemon.reload() that moves a root watches the new directory, and compares it as a whole", async () => {
  const engine = await running(["one"]);
  engine.disk.mkdirs("/elsewhere/sub" as BytePath);
  engine.disk.write("/elsewhere/sub/file" as BytePath, "x");
  await engine.reload({ path: "/elsewhere" as BytePath });
  expect(await engine.flush()).toBe("flushed");
  const names = Object.keys(engine.remote().disk.snapshot("/dst" as BytePath)).filter((name) => name !== "");
  expect(names).toContain("sub/file");
  expect(names).not.toContain("a");
  await engine.stop();
});

test("Daemon.reload() tells the event log what changed", async () => {
  const engine = await running();
  const reload = await engine.reload({ maxDelete: 7 }) as Reload;
  expect(reload.difference.roots.changed).toMatchObject([{ id: "src", changes: ["maxDelete"] }]);
  await engine.clock.advance(1_000);
  const feed = engine.daemon.events();
  const events = feed.read(0, 10_000).filter(({ type }) => type === "tssync.config.reloaded");
  expect(events).toMatchObject([{ root: null, facts: { ok: true, difference: { roots: { removed: [] } } } }]);
  await engine.stop();
});

test("Daemon.start() makes a full sync where the filter is another one than when it last ran", async () => {
  const engine = new EngineUnderTest({ remotes: ["one"] });
  for (const path of ["a", "cache/deep/c"]) engine.write(path);
  await engine.start({ excludes: ["cache"] });
  expect(await engine.flush()).toBe("flushed");
  await engine.clock.advance(60_000);
  await engine.stop();
  await engine.clock.advance(60_000);
  await engine.start();
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences()).toEqual([]);
  await engine.stop();
  // And none the next time.
  const before = engine.store.listResyncs(100).length;
  await engine.start();
  expect(await engine.flush()).toBe("flushed");
  expect(engine.store.listResyncs(100).length).toBe(before);
  await engine.stop();
});

test("Daemon.reload() killed before its comparison was made: the next start makes it", async () => {
  const engine = new EngineUnderTest({ remotes: ["one"] });
  for (const path of ["a", "cache/deep/c"]) engine.write(path);
  await engine.start({ excludes: ["cache"] });
  expect(await engine.flush()).toBe("flushed");
  await engine.clock.advance(60_000);
  engine.remote().isReachable = false;
  await engine.reload({ excludes: [] });
  await engine.clock.advance(60_000);
  engine.kill();
  engine.remote().isReachable = true;
  await engine.start();
  await engine.until(() => engine.differences().length === 0);
  await engine.stop();
});
