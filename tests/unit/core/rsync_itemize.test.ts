import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import type { RelPath } from "../../../src/core/path.ts";
import { parseItemizedLine } from "../../../src/core/rsync_itemize.ts";
import { tempDir } from "../../support/temp_dir.ts";

test("parseItemizedLine() reads what was sent, created or changed", () => {
  const cases: Record<string, { change: string; path: string; isDirectory: boolean }> = {
    "<f+++++++++ a/new.txt": { change: "<f+++++++++", path: "a/new.txt", isDirectory: false },
    ">f..t...... a": { change: ">f..t......", path: "a", isDirectory: false },
    ".f...pog... a": { change: ".f...pog...", path: "a", isDirectory: false },
    "cL+++++++++ link": { change: "cL+++++++++", path: "link", isDirectory: false },
    "cLc.T...... link": { change: "cLc.T......", path: "link", isDirectory: false },
    "hf+++++++++ other name": { change: "hf+++++++++", path: "other name", isDirectory: false },
    "cS+++++++++ fifo": { change: "cS+++++++++", path: "fifo", isDirectory: false },
    "cd+++++++++ a/b/": { change: "cd+++++++++", path: "a/b", isDirectory: true },
    ".d..t...... ./": { change: ".d..t......", path: "", isDirectory: true },
    ".f          same": { change: ".f", path: "same", isDirectory: false },
  };
  for (const [line, expected] of Object.entries(cases)) {
    expect(parseItemizedLine(line)).toEqual({ ...expected, path: expected.path as RelPath, deleted: false });
  }
});

test("parseItemizedLine() reads deletes", () => {
  const deleted = { change: "*deleting", deleted: true };
  expect(parseItemizedLine("*deleting   a/b")).toEqual({ ...deleted, path: "a/b" as RelPath, isDirectory: false });
  expect(parseItemizedLine("*deleting   a/b/")).toEqual({ ...deleted, path: "a/b" as RelPath, isDirectory: true });
});

test("parseItemizedLine() knows lines that are about no entry", () => {
  const lines = [
    "",
    "sent 12 bytes  received 3 bytes",
    "cannot delete non-empty directory: a",
    "*deleting",
    ">f+++++++++ ",
  ];
  for (const line of lines) expect(parseItemizedLine(line)).toBeNull();
});

test("parseItemizedLine() gives back every name as the real rsync prints it", async () => {
  await using dir = await tempDir();
  const names = ["lit\\#012y", "\\#01", "\\#0123", "\\#999", "\\", "trail\\", " lead", "  ", "trail ", "a -> b", "..."];
  for (let byte = 1; byte < 256; byte++) if (byte !== 0x2f) names.push(`n${String.fromCharCode(byte)}`);
  for (const side of ["source", "target"]) mkdirSync(dir.at(side));
  for (const [index, name] of names.entries()) {
    const path = (side: string) => Buffer.from(`${dir.at(side)}/${name}`, "latin1");
    // Half of them is to be sent, half to be deleted; every third is a directory.
    const at = path(index % 2 === 0 ? "source" : "target");
    if (index % 3 === 0) mkdirSync(at);
    else writeFileSync(at, "");
  }
  const args = ["-a", "-n", "--delete", "--out-format=%i %n", `${dir.at("source")}/`, `${dir.at("target")}/`];
  const { stdout } = spawnSync("rsync", args, { env: { ...process.env, LC_ALL: "C" }, encoding: "latin1" });
  const items = stdout.split("\n").filter((line) => line !== "").map((line) => parseItemizedLine(line));
  expect(items).not.toContain(null);
  const found = items.filter((item) => item?.path !== "").map((item) => {
    const index = names.indexOf(item!.path);
    return {
      name: item!.path,
      sent: item!.deleted === (index % 2 === 1),
      directory: item!.isDirectory === (index % 3 === 0),
    };
  });
  expect(found.map(({ name }) => name as string).sort()).toEqual(names.toSorted());
  expect(found.every(({ sent, directory }) => sent && directory)).toBe(true);
});
