import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REMOTE_STATES, ROOT_STATES } from "../../api/status_schema.ts";
import { canSandbox, inSandbox } from "../support/sandbox.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8");

function statesOf(title: string): string[] {
  const section = PAGE.slice(PAGE.indexOf(`## ${title}`)).split(/\n## /)[0]!;
  return [...section.matchAll(/^\| `(\w+)`/gm)].map(([, state]) => state!);
}

test("docs/operations.md tells every state of roots and remotes, and no other", () => {
  expect(statesOf("States of a root").toSorted()).toEqual([...ROOT_STATES].toSorted());
  expect(statesOf("States of a remote").toSorted()).toEqual([...REMOTE_STATES].toSorted());
});

test("docs/operations.md names alerts as the shipped rules have them", () => {
  const rules = readFileSync(join(import.meta.dirname, "../../packaging/prometheus/tssync.rules.yml"), "utf8");
  const alerts = PAGE.slice(PAGE.indexOf("## Alerts")).split(/\n## /)[0]!;
  const metrics = [...alerts.matchAll(/\btssync_\w+/g)].map(([name]) => name);
  expect(metrics.length).toBeGreaterThan(7);
  for (const name of metrics) expect(rules).toContain(name);
});

test.skipIf(!await canSandbox())("every command of docs/operations.md works as it stands there", async () => {
  const blocks = [...PAGE.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, body]) => body!);
  expect(blocks.length).toBeGreaterThan(5);
  const before = "mkdir -p /data/site/images; echo a > /data/site/images/a.png\n" +
    "tssync serve -d --watch /data --to /backup/data; tssync flush\n";
  const { status, output } = await inSandbox(`${before}set -x\n${blocks.join("\n")}`);
  expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
});
