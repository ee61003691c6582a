/** Metrics in the form Prometheus reads, in a registry of their own. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  METRIC_PREFIX,
  type MetricName,
  METRICS,
  type Metrics,
} from "../core/metric.ts";

/** How often the event loop's delay is sampled: an idle process is woken up no more than it is anyway. */
const LOOP_SAMPLE_MS = 1_000;

/** `process`: with prom-client's usual metrics of the process and the event loop as well. */
export function openPrometheusMetrics({ process }: { readonly process: boolean }): Metrics {
  const registry = new Registry();
  const made = new Map(
    (Object.keys(METRICS) as MetricName[]).map((name) => [name, make(name, registry)] as const),
  );
  let isProcessMissing = process;
  const handles = new Map<string, unknown>();

  /** Made once for the same labels: looking one up costs more than adding to it. */
  function handle<T>(name: MetricName, labels: Readonly<Record<string, string>>, open: () => T): T {
    const key = JSON.stringify([name, ...Object.entries(labels).map((pair) => pair.join("=")).toSorted()]);
    let known = handles.get(key) as T | undefined;
    if (known === undefined) handles.set(key, known = open());
    return known;
  }

  return {
    contentType: registry.contentType,
    counter: (name: CounterName, labels: Readonly<Record<string, string>>) =>
      handle(name, labels, () => {
        const child = (made.get(name) as Counter).labels(labels);
        // It stands there with 0 before anything happens: a rate needs two values.
        child.inc(0);
        return { add: (count) => child.inc(count) };
      }),
    histogram: (name: HistogramName, labels: Readonly<Record<string, string>>) =>
      handle(name, labels, () => {
        const histogram = made.get(name) as Histogram;
        histogram.zero(labels);
        const child = histogram.labels(labels);
        return { observe: (value) => child.observe(value) };
      }),
    setGauge: (name: GaugeName, values) => {
      const gauge = made.get(name) as Gauge;
      gauge.reset();
      for (const { labels, value } of values) gauge.set({ ...labels }, value);
    },
    render() {
      // Sampling the event loop wakes the process every second: not before somebody looks.
      if (isProcessMissing) addProcessMetrics(registry);
      isProcessMissing = false;
      return registry.metrics();
    },
  };
}

function addProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_SAMPLE_MS });
  for (const { name } of registry.getMetricsAsArray()) {
    // Of no use outside Node, where they are always 0, and badly named: `promtool check metrics` refuses them.
    if (/^nodejs_(?:active_|heap_space_)/.test(name)) registry.removeSingleMetric(name);
  }
}

function make(name: MetricName, registry: Registry): Counter | Gauge | Histogram {
  const facts = METRICS[name];
  const shared = { name: METRIC_PREFIX + name, help: facts.help, labelNames: facts.labels, registers: [registry] };
  switch (facts.type) {
    case "counter":
      return new Counter(shared);
    case "gauge":
      return new Gauge(shared);
    case "histogram":
      return new Histogram({ ...shared, buckets: [...facts.buckets] });
  }
}
