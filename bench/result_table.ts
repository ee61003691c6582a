/** Readings as a table of text: one block per scenario, one line per contender. */
import { QUANTITIES, type Quantity, type Reading, type Unit } from "./reading.ts";
import { ratio, type Spread, spread } from "./statistics.ts";

/** What the table needs to know of a scenario. */
export type TableScenario = {
  readonly name: string;
  readonly title: string;
  /** Compared with the floor, in this order. */
  readonly headlines: readonly Quantity[];
  /** What it must reach, in words. */
  readonly goal: string | null;
};

/** One scenario and contender over all runs. */
export type Summary = {
  readonly contender: string;
  readonly quantities: Partial<Record<Quantity, Spread>>;
  /** Median to the floor's median. */
  readonly ratios: Partial<Record<Quantity, number>>;
  readonly failures: readonly string[];
};

/** Summaries in the order in which the contenders appear. `floor` is the name of the contender that is divided by, if there is one. */
export function summarise(
  readings: readonly Reading[],
  headlines: readonly Quantity[],
  floor: string | null,
): Summary[] {
  const names = [...new Set(readings.map((reading) => reading.contender))];
  const of = (contender: string | null) => readings.filter((reading) => reading.contender === contender);
  const base = spreads(of(floor));
  return names.map((contender) => {
    const quantities = spreads(of(contender));
    const ratios: Partial<Record<Quantity, number>> = {};
    for (const headline of headlines) {
      const found = ratio(quantities[headline]?.median ?? null, base[headline]?.median ?? null);
      if (found !== null) ratios[headline] = found;
    }
    const failures = of(contender).flatMap((reading) => (reading.failure === null ? [] : [reading.failure]));
    return { contender, quantities, ratios, failures };
  });
}

/** A block of Markdown: heading, goal, table. */
export function tableText(scenario: TableScenario, summaries: readonly Summary[]): string {
  const present = (Object.keys(QUANTITIES) as Quantity[]).filter((quantity) =>
    summaries.some((summary) => summary.quantities[quantity] !== undefined)
  );
  const rest = present.filter((quantity) => !scenario.headlines.includes(quantity));
  const headlines = scenario.headlines.filter((quantity) => present.includes(quantity));
  const hasRatio = (quantity: Quantity) => summaries.some((summary) => summary.ratios[quantity] !== undefined);
  const head = [
    "",
    ...headlines.flatMap((quantity) => [QUANTITIES[quantity].title, ...(hasRatio(quantity) ? ["to floor"] : [])]),
  ];
  const rows = summaries.map((summary) => [
    summary.contender,
    ...headlines.flatMap((quantity) => [
      spreadText(summary, quantity),
      ...(hasRatio(quantity) ? [ratioText(summary.ratios[quantity])] : []),
    ]),
    ...rest.map((quantity) => valueText(summary.quantities[quantity]?.median, QUANTITIES[quantity].unit)),
  ]);
  const lines = [`## ${scenario.name}: ${scenario.title}`, ""];
  if (scenario.goal !== null) lines.push(`Goal: ${scenario.goal}`, "");
  lines.push(...alignedTable([[...head, ...rest.map((quantity) => QUANTITIES[quantity].title)], ...rows]));
  for (const { contender, failures } of summaries) {
    for (const failure of new Set(failures)) lines.push("", `${contender}: ${failure}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Three significant digits and the unit that fits. */
export function valueText(value: number | undefined, unit: Unit): string {
  if (value === undefined) return "–";
  if (unit === "seconds") {
    if (value !== 0 && Math.abs(value) < 1e-4) return `${significant(value * 1e6)} µs`;
    if (value !== 0 && value < 0.1) return `${significant(value * 1000)} ms`;
    return `${significant(value)} s`;
  }
  if (unit === "bytes") {
    for (const [size, name] of [[1e9, "GB"], [1e6, "MB"], [1e3, "KB"]] as const) {
      if (Math.abs(value) >= size) return `${significant(value / size)} ${name}`;
    }
    return `${significant(value)} B`;
  }
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : significant(value);
}

function spreads(readings: readonly Reading[]): Partial<Record<Quantity, Spread>> {
  const found: Partial<Record<Quantity, Spread>> = {};
  for (const quantity of Object.keys(QUANTITIES) as Quantity[]) {
    const values = readings.flatMap((reading) => reading.metrics[quantity] ?? []);
    const over = spread(values);
    if (over !== null) found[quantity] = over;
  }
  return found;
}

function spreadText({ quantities, failures }: Summary, quantity: Quantity): string {
  const found = quantities[quantity];
  const { unit } = QUANTITIES[quantity];
  if (found === undefined) return failures.length > 0 ? "failed" : "–";
  const middle = valueText(found.median, unit);
  return found.count === 1 ? middle : `${middle} (${valueText(found.min, unit)}–${valueText(found.max, unit)})`;
}

function ratioText(value: number | undefined): string {
  return value === undefined ? "–" : significant(value);
}

function significant(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits);
}

function alignedTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_cell, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(rows[0]!), line(widths.map((width) => "-".repeat(width))), ...rows.slice(1).map(line)];
}
