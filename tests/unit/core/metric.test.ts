import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { METRIC_PREFIX, type MetricName, METRICS } from "../../../src/core/metric.ts";
import { projectFiles } from "../../support/project.ts";

type Facts = { readonly type: string; readonly labels: readonly string[] };

/** Labels that Prometheus adds. */
const ADDED = ["instance", "job", "le"];

/** Every metric of ours that a text asks for, with the labels it selects by. */
function asked(text: string): { readonly name: string; readonly labels: string[] }[] {
  return [...text.matchAll(/\b(tssync_[a-z_]+)(?:\{([^}]*)\})?/g)].map(([, name, selector = ""]) => ({
    name: name!,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label]) => label!),
  }));
}

function problems(text: string): string[] {
  return asked(text).flatMap(({ name, labels }) => {
    const whole = name.slice(METRIC_PREFIX.length);
    const base = whole.replace(/_(?:bucket|sum|count)$/, "");
    const facts: Facts | undefined = METRICS[whole as MetricName] ??
      (METRICS[base as MetricName]?.type === "histogram" ? METRICS[base as MetricName] : undefined);
    if (facts === undefined) return [`there is no metric ${name}`];
    return labels.filter((label) => !facts.labels.includes(label) && !ADDED.includes(label))
      .map((label) => `${name} has no label ${label}`);
  });
}

test("METRICS follows Prometheus' names: base units, counters end in _total and nothing else does", () => {
  for (const [name, { type, help }] of Object.entries(METRICS)) {
    expect({ name, isTotal: name.endsWith("_total") }).toEqual({ name, isTotal: type === "counter" });
    expect(name).not.toMatch(/_(?:ms|milliseconds|kb|minutes)(?:_|$)/);
    expect(help).not.toEndWith(".");
  }
});

test("problems() sees metrics and labels that do not exist", () => {
  expect(problems('tssync_nothing > 1; tssync_watches{path="x", root="y"}; rate(tssync_sync_lag_seconds_bucket[5m])'))
    .toEqual([
      "there is no metric tssync_nothing",
      "tssync_watches has no label path",
    ]);
});

test("dashboard and alerts ask for metrics and labels that exist, and forget none that is worth a look", () => {
  const files = projectFiles().filter(({ path }) => /^packaging\/(grafana|prometheus)\//.test(path));
  expect(files.length).toBeGreaterThanOrEqual(2);
  for (const { path, text } of files) {
    const plain = path.endsWith(".json") ? text.replaceAll('\\"', '"') : text;
    expect({ path, problems: problems(plain) }).toEqual({ path, problems: [] });
  }
  const dashboard = files.find(({ path }) => path.endsWith("tssync.json"))!.text;
  expect(Object.keys(METRICS).filter((name) => !dashboard.includes(METRIC_PREFIX + name))).toEqual([]);
});

test("docs/api.md names every metric with its labels", () => {
  const page = readFileSync(new URL("../../../docs/api.md", import.meta.url), "utf8");
  for (const [name, { labels }] of Object.entries(METRICS)) {
    const row = page.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${name}\``));
    expect({ name, row: row ?? null }).not.toEqual({ name, row: null });
    for (const label of labels) expect(row).toContain(label);
  }
});
