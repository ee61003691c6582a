import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { placeInRoot } from "../../../src/cli/root_place.ts";
import { memoryRemote, memoryRoot } from "../../support/memory/memory_control.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { memoryDaemon } from "./memory_daemon.ts";

test("tssync explain says how a path stands on each remote, and ends with 0", async () => {
  await using daemon = await memoryDaemon();
  daemon.control.roots = [memoryRoot("www", [memoryRemote("one"), memoryRemote("two")])];
  daemon.control.standings.set("site/a.tmp", {
    state: "waiting",
    message: "The remote is paused: new\ndisks",
    rule: null,
  });
  const { exitCode, out, err } = await daemon.ask("explain", "/data/www/site/a.tmp");
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatch(
    /^www\/site\/a\.tmp: file\n {2}one: waiting since 2026-\S+ \(.+\)\n {4}The remote is paused: new\\ndisks\n {2}two/,
  );
  const asJson = await daemon.ask("explain", "--json", "site/a.tmp");
  expect(JSON.parse(asJson.out)).toMatchObject({ root: "www", path: "site/a.tmp", remotes: [{ remote: "one" }, {}] });
});

test("tssync explain ends with 4 outside of every root, and with 2 where the root is not clear", async () => {
  await using daemon = await memoryDaemon();
  daemon.control.roots = [memoryRoot("www", []), memoryRoot("logs", [])];
  expect(await daemon.ask("explain", "/elsewhere/a")).toMatchObject({ exitCode: 4 });
  expect(await daemon.ask("explain", "--root", "nope", "a")).toMatchObject({ exitCode: 4 });
  expect(await daemon.ask("explain", "a")).toMatchObject({ exitCode: 2 });
  expect(await daemon.ask("explain")).toMatchObject({ exitCode: 2 });
  expect(await daemon.ask("explain", "--root", "logs", "a")).toMatchObject({ exitCode: 0 });
});

test("placeInRoot() takes the innermost root, the working directory and links into account", async () => {
  await using dir = await tempDir();
  mkdirSync(dir.at("real", "site"), { recursive: true });
  symlinkSync(dir.at("real"), dir.at("link"));
  const roots = [{ id: "www", path: dir.at("link") }, { id: "inner", path: dir.at("link/site") }];
  const place = (operand: string, cwd = "/", rootId: string | null = null) =>
    placeInRoot(roots, { operand, cwd, rootId });
  expect(place(dir.at("link/site/a"))).toEqual({ root: "inner", path: "a" });
  expect(place(dir.at("link/b"))).toEqual({ root: "www", path: "b" });
  expect(place(dir.at("real/b"))).toEqual({ root: "www", path: "b" });
  expect(place("a", dir.at("real/site"))).toEqual({ root: "inner", path: "a" });
  expect(place(".", dir.at("link"))).toEqual({ root: "www", path: "." });
  expect(place("site/a", dir.at("link"), "www")).toEqual({ root: "www", path: "site/a" });
  expect(place("site/a", "/", "www")).toEqual({ root: "www", path: "site/a" });
});
