import { expect, test } from "bun:test";
import { samplePaths } from "../../../src/cli/sample_paths.ts";

const line = (path: string, type = "file") => `${JSON.stringify({ path, type })}\n`;
const MANIFEST = `${line("dir", "directory")}${line("a")}${line("b")}${line("odd\ufffd")}${line("link", "symlink")}${
  line("c")
}`;

test("samplePaths() takes files alone, and all of them where there are few", () => {
  expect(samplePaths(MANIFEST, 9, () => 0)).toEqual(["a", "b", "c"]);
});

test("samplePaths() gives every file the same chance", () => {
  expect(samplePaths(MANIFEST, 1, () => 0)).toEqual(["c"]);
  expect(samplePaths(MANIFEST, 1, () => 0.99)).toEqual(["a"]);
});
