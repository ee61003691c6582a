import { expect, test } from "bun:test";
import { openPrometheusMetrics } from "../../src/adapters/prometheus_metrics.ts";
import type { Metrics } from "../../src/core/metric.ts";
import { MemoryMetrics } from "../support/memory/memory_metrics.ts";

const WORLDS: readonly (readonly [name: string, open: () => Metrics])[] = [
  ["prom-client", () => openPrometheusMetrics({ process: false })],
  ["memory", () => new MemoryMetrics()],
];

/** Samples by their names, labels in alphabetical order. */
async function samples(metrics: Metrics): Promise<Record<string, number>> {
  const found = [...(await metrics.render()).matchAll(/^(\w+)(?:\{([^}]*)\})? (\S+)$/gm)];
  return Object.fromEntries(found.map(([, name, labels = "", value]) => {
    const pairs = [...labels.matchAll(/\w+="[^"]*"/g)].map(([pair]) => pair).toSorted();
    return [pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`, Number(value)];
  }));
}

const www = { root: "www", remote: "r" };

for (const [world, open] of WORLDS) {
  test(`Metrics.counter() (${world}) stands at 0 at once, adds up, and is one for the same labels`, async () => {
    const metrics = open();
    const counter = metrics.counter("sent_bytes_total", www);
    expect(await samples(metrics)).toMatchObject({ 'tssync_sent_bytes_total{remote="r",root="www"}': 0 });
    counter.add(2);
    metrics.counter("sent_bytes_total", { remote: "r", root: "www" }).add(3);
    metrics.counter("sent_bytes_total", { ...www, root: "other" }).add(1);
    expect(await samples(metrics)).toMatchObject({
      'tssync_sent_bytes_total{remote="r",root="www"}': 5,
      'tssync_sent_bytes_total{remote="r",root="other"}': 1,
    });
  });

  test(`Metrics.histogram() (${world}) counts what it observes`, async () => {
    const metrics = open();
    const lag = metrics.histogram("sync_lag_seconds", www);
    expect(await samples(metrics)).toMatchObject({ 'tssync_sync_lag_seconds_count{remote="r",root="www"}': 0 });
    for (const seconds of [0.003, 0.2, 4_000]) lag.observe(seconds);
    expect(await samples(metrics)).toMatchObject({ 'tssync_sync_lag_seconds_count{remote="r",root="www"}': 3 });
  });

  test(`Metrics.setGauge() (${world}) replaces everything that the gauge said before`, async () => {
    const metrics = open();
    metrics.setGauge("watches", [{ labels: { root: "a" }, value: 1 }, { labels: { root: "b" }, value: 2 }]);
    metrics.setGauge("watches_limit", [{ labels: {}, value: 7 }]);
    metrics.setGauge("watches", [{ labels: { root: "b" }, value: 3 }]);
    const after = await samples(metrics);
    expect(after).toMatchObject({ 'tssync_watches{root="b"}': 3, "tssync_watches_limit": 7 });
    expect(Object.keys(after)).not.toContain('tssync_watches{root="a"}');
  });
}
