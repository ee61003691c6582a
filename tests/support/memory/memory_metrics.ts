import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  METRIC_PREFIX,
  type MetricName,
  type Metrics,
} from "../../../src/core/metric.ts";

type Labels = Readonly<Record<string, string>>;

/** Metrics that a test reads by name and labels. */
export class MemoryMetrics implements Metrics {
  readonly contentType = "text/plain; version=0.0.4; charset=utf-8";
  /** By `name{label="value"}`, labels in alphabetical order. */
  readonly values = new Map<string, number>();
  readonly #handles = new Map<string, { add(count: number): void; observe(value: number): void }>();

  counter(name: CounterName, labels: Labels) {
    return this.#handle(keyOf(name, labels));
  }

  histogram(name: HistogramName, labels: Labels) {
    return this.#handle(keyOf(`${name}_count`, labels));
  }

  setGauge(name: GaugeName, values: readonly { readonly labels: Labels; readonly value: number }[]): void {
    for (const key of this.values.keys()) if (key.split("{", 1)[0] === METRIC_PREFIX + name) this.values.delete(key);
    for (const { labels, value } of values) this.values.set(keyOf(name, labels), value);
  }

  render(): Promise<string> {
    return Promise.resolve([...this.values].map(([key, value]) => `${key} ${value}\n`).join(""));
  }

  #handle(key: string) {
    let known = this.#handles.get(key);
    if (known === undefined) {
      this.values.set(key, 0);
      const add = (count: number) => void this.values.set(key, (this.values.get(key) ?? 0) + count);
      this.#handles.set(key, known = { add, observe: () => add(1) });
    }
    return known;
  }
}

function keyOf(name: MetricName | `${HistogramName}_count`, labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`).toSorted();
  return `${METRIC_PREFIX}${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`}`;
}
