/** The example client against a running daemon, and its types against the description they are made from. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { clientTypes } from "../../docs/client_types.ts";
import { Problem, Tssync } from "../../examples/typescript/client.ts";
import { runTssync } from "../support/executable.ts";
import { startMirror } from "../support/mirror.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree } from "../support/tree.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../examples/typescript");

test("examples/typescript/tssync_api.ts is what the description says; run `bun run docs` after a change", async () => {
  // Formatted or not, the same words in the same order.
  const plain = (text: string) => text.replaceAll(/[\s;,|()]+/g, "");
  expect(plain(readFileSync(resolve(EXAMPLES, "tssync_api.ts"), "utf8"))).toBe(plain(await clientTypes()));
});

test("the TypeScript client flushes, follows events and tells problems by their code", async () => {
  await using dir = await tempDir();
  await buildTree(dir.at("source"), { first: "1" });
  await buildTree(dir.at("target"), {});
  await using mirror = await startMirror(
    ["serve", "--watch", dir.at("source"), "--to", dir.at("target"), "--listen", "127.0.0.1:0"],
    { stateDir: dir.at("state") },
  );
  await mirror.flush();
  const made = await runTssync(["token", "create", "--scope", "events", "--state-dir", dir.at("state")]);
  const token = made.stdout.trim();
  const tssync = new Tssync(`http://${mirror.address}`, token);

  const { roots } = await tssync.ask("get", "/v1/status");
  expect(roots).toMatchObject([{ id: "source", state: "watching" }]);
  const { latest } = await tssync.ask("get", "/v1/events", { query: { after: "latest" } });
  const ending = new AbortController();
  const following = (async () => {
    for await (const { subject } of tssync.follow(latest, "tssync.file.synced_all", ending.signal)) {
      if (subject === "second") return subject;
    }
    return null;
  })();
  await buildTree(dir.at("source"), { second: "2" });
  expect(await following).toBe("second");
  ending.abort();
  await tssync.ask("post", "/v1/flush", { body: { scope: "synced", timeout: "60s" } });
  expect(readFileSync(dir.at("target", "second"), "utf8")).toBe("2");

  const refused = await tssync.ask("post", "/v1/resyncs", { body: {} }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Problem);
  expect(refused).toMatchObject({ status: 403, code: "forbidden" });

  const deploy = spawnSync(process.execPath, [resolve(EXAMPLES, "deploy.ts")], {
    encoding: "utf8",
    env: { ...process.env, TSSYNC_API: `http://${mirror.address}`, TSSYNC_TOKEN: token },
  });
  expect({ status: deploy.status, stderr: deploy.stderr }).toEqual({ status: 0, stderr: "" });
  expect(deploy.stdout).toContain("source: watching, 1 remote(s)\n");
  expect(deploy.stdout).toContain("  second\n");
});
