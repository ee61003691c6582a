import { expect, test } from "bun:test";
import { mkdir, symlink } from "node:fs/promises";
import { refuseStateInsideSource } from "../../../src/cli/state_placement.ts";
import type { RootConfiguration } from "../../../src/config/configuration.ts";
import { textToBytePath } from "../../../src/core/path.ts";
import { tempDir } from "../../support/temp_dir.ts";

const root = (path: string, excludes: readonly string[] = []) =>
  ({ id: "r", path: textToBytePath(path), excludes }) as unknown as RootConfiguration;

test("refuseStateInsideSource() refuses a state directory in a source, also one that is still to be made", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("src", "state"), { recursive: true });
  for (const state of ["src", "src/state", "src/new", "src/state/deeper/new"]) {
    expect(() => refuseStateInsideSource(dir.at(state), [root(dir.at("src"))])).toThrow("lies inside the source");
  }
});

test("refuseStateInsideSource() sees through symbolic links", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("src"));
  await symlink(dir.at("src"), dir.at("link"));
  expect(() => refuseStateInsideSource(dir.at("link", "state"), [root(dir.at("src"))])).toThrow("lies inside");
  expect(() => refuseStateInsideSource(dir.at("src", "state"), [root(dir.at("link"))])).toThrow("lies inside");
});

test("refuseStateInsideSource() lets one beside the source or above it pass, and one that a filter excludes", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("src"));
  for (const state of ["src2", "state", "."]) refuseStateInsideSource(dir.at(state), [root(dir.at("src"))]);
  refuseStateInsideSource(dir.at("src", "state"), [root(dir.at("src"), ["^state/*"])]);
});
