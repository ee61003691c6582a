/** Prometheus' own tool on what a running tssync says of itself, and on the alerts that come with it. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { runTssync } from "../support/executable.ts";
import { startMirror } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree } from "../support/tree.ts";
import { waitUntil } from "../support/wait_until.ts";

const RULES = resolve(import.meta.dirname, "../../packaging/prometheus");
const hasPromtool = Bun.which("promtool") !== null;

function promtool(args: readonly string[], input = ""): string {
  const { status, stdout, stderr } = spawnSync("promtool", args, { input, encoding: "utf8", cwd: RULES });
  return `${status}: ${stdout}${stderr}`;
}

test("GET /metrics counts what is mirrored, and promtool finds nothing to say about it", async () => {
  await using dir = await tempDir();
  await buildTree(dir.at("source"), { "kept": "1" });
  await buildTree(dir.at("target"), {});
  await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("target") }]);
  await using mirror = await startMirror(
    ["serve", "--watch", dir.at("source"), "--to", `rsync://127.0.0.1:${daemon.port}/m`, "--listen", "127.0.0.1:0"],
    { stateDir: dir.at("state") },
  );
  await mirror.flush();
  const made = await runTssync(["token", "create", "--scope", "status", "--state-dir", dir.at("state")]);
  const scrape = async () => {
    const answer = await fetch(`http://${mirror.address}/metrics`, {
      headers: { authorization: `Bearer ${made.stdout.trim()}` },
    });
    expect(answer.status).toBe(200);
    return await answer.text();
  };
  const value = (text: string, name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "gm"))].reduce(
      (sum, [, one]) => sum + Number(one),
      0,
    );
  const before = await scrape();
  await buildTree(dir.at("source"), { "one": "1", "two": "22" });
  await mirror.flush();
  const after = await waitUntil("two more files to be counted", async () => {
    const text = await scrape();
    return value(text, "tssync_sync_lag_seconds_count") >= value(before, "tssync_sync_lag_seconds_count") + 2
      ? text
      : null;
  });
  expect(value(after, "tssync_synced_files_total")).toBeGreaterThanOrEqual(
    value(before, "tssync_synced_files_total") + 2,
  );
  expect(value(after, "tssync_sent_bytes_total")).toBeGreaterThan(value(before, "tssync_sent_bytes_total"));
  expect(value(after, "tssync_rsync_runs_total")).toBeGreaterThan(0);
  expect(value(after, "tssync_remote_up")).toBe(1);
  expect(value(after, "tssync_watches")).toBe(1);
  expect(value(after, "tssync_resyncs_total")).toBe(1);
  expect(value(after, "tssync_http_requests_total")).toBeGreaterThan(1);
  expect(after).toContain("process_resident_memory_bytes ");
  expect(after).toContain("nodejs_eventloop_lag_seconds ");
  // Labels are bounded: no name of a file is in it.
  for (const name of ["one", "two", "kept"]) expect(after).not.toContain(`"${name}"`);
  if (hasPromtool) expect(promtool(["check", "metrics"], after)).toBe("0: ");
  await mirror.stop();
});

test.skipIf(!hasPromtool)("the alert rules are valid, and fire when they should", () => {
  expect(readFileSync(resolve(RULES, "tssync.rules.yml"), "utf8")).toContain("TssyncRootHalted");
  expect(promtool(["check", "rules", "tssync.rules.yml"])).toContain("SUCCESS: 13 rules found");
  expect(promtool(["test", "rules", "tssync.rules.test.yml"])).toContain("SUCCESS");
});
