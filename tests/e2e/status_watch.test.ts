/** `tssync status --watch` beside a daemon that comes and goes. */
import { expect, test } from "bun:test";
import { runTssync, startTssync } from "../support/executable.ts";
import { startMirror } from "../support/mirror.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree } from "../support/tree.ts";

test("tssync status --watch shows the status again and again, also behind a restart of the daemon", async () => {
  await using dir = await tempDir();
  await buildTree(dir.at("source"), {});
  await buildTree(dir.at("target"), {});
  const serve = ["serve", "--watch", dir.at("source"), "--to", dir.at("target"), "--listen", "off"];
  const state = ["--state-dir", dir.at("state")];
  expect((await runTssync(["status", "--watch", ...state])).code).toBe(3);
  await using first = await startMirror(serve, { stateDir: dir.at("state") });
  await using watching = startTssync(["status", "--watch", ...state]);
  await watching.waitForLine(/^source .* watching$/);
  await first.stop();
  await watching.waitForLine(/the daemon is away; waiting for it/);
  await using second = await startMirror(serve, { stateDir: dir.at("state") });
  await using lines = startTssync(["status", "--watch", "--json", ...state]);
  const [line] = await lines.waitForLine(/^\{.*\}$/);
  expect(JSON.parse(line)).toMatchObject({ roots: [{ id: "source" }] });
  await second.stop();
});
