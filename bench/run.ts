/**
 * Measures tssync beside bare rsync, lsyncd, an inotifywait loop and, where `SERSYNC_BIN` names one, sersync: the same scenarios,
 * interleaved, on loopback. Run: `bun bench/run.ts --help`. What the numbers mean: docs/performance.md.
 */
import { writeFileSync } from "node:fs";
import { type BenchArguments, readArguments, USAGE } from "./bench_arguments.ts";
import { machine } from "./machine.ts";
import { cpuOfEndedChildren, cpuOfMachine } from "./process_cost.ts";
import type { Metrics, Reading } from "./reading.ts";
import { summarise, tableText } from "./result_table.ts";
import type { Scenario, Size } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

/** With `--quick` everything is so much smaller. */
const QUICK_DIVISOR = 10;

async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args.help) return print(USAGE);
  if (args.list) return print(SCENARIOS.map(({ name, title }) => `${name.padEnd(20)} ${title}\n`).join(""));
  const scenarios = chosen(args);
  const about = machine();
  print(Object.entries(about).map(([name, value]) => `${name}: ${value}\n`).join(""));
  tellMissing(scenarios, args);
  const all: Reading[] = [];
  for (const scenario of scenarios) {
    const { floor, readings } = await runScenario(scenario, args);
    all.push(...readings);
    print(`\n${tableText(scenario, summarise(readings, scenario.headlines, floor))}`);
    // Written again after each: a long measurement that is interrupted has not been for nothing.
    if (args.json !== null) writeFileSync(args.json, `${JSON.stringify({ machine: about, args, readings: all })}\n`);
  }
  return all.every((reading) => reading.contender !== "tssync" || reading.failure === null) ? 0 : 1;
}

function chosen({ scenarios }: BenchArguments): readonly Scenario[] {
  for (const name of scenarios) {
    if (SCENARIOS.some((scenario) => scenario.name === name)) continue;
    throw new Error(`There is no scenario ${name}. Known: ${SCENARIOS.map((each) => each.name).join(" ")}.`);
  }
  return scenarios.length === 0 ? SCENARIOS : SCENARIOS.filter((scenario) => scenarios.includes(scenario.name));
}

function contendersOf(scenario: Scenario, { contenders }: BenchArguments) {
  return scenario.contenders.filter(({ name, missing }) =>
    missing() === null && (contenders.length === 0 || contenders.includes(name))
  );
}

function tellMissing(scenarios: readonly Scenario[], { contenders }: BenchArguments): void {
  const all = new Set(scenarios.flatMap((scenario) => scenario.contenders));
  for (const { name, missing } of all) {
    const cure = missing();
    if (cure !== null && (contenders.length === 0 || contenders.includes(name))) print(`without ${name}: ${cure}\n`);
  }
}

/** Floor and contenders take turns, so that a noisy minute meets all of them. */
async function runScenario(scenario: Scenario, args: BenchArguments) {
  const size: Size = {
    count: (full) => args.quick ? Math.ceil(full / QUICK_DIVISOR) : full,
    timeoutMs: args.timeoutMs,
  };
  await using open = await scenario.open(size);
  const readings: Reading[] = [];
  for (let run = 1; run <= args.runs; run++) {
    const { floor } = open;
    if (floor !== null) readings.push(await read(scenario.name, floor.name, run, () => floor.measure()));
    for (const contender of contendersOf(scenario, args)) {
      readings.push(await read(scenario.name, contender.name, run, () => open.measure(contender)));
    }
  }
  return { floor: open.floor?.name ?? null, readings };
}

async function read(
  scenario: string,
  contender: string,
  run: number,
  measure: () => Promise<Metrics>,
): Promise<Reading> {
  process.stderr.write(`${scenario}, ${contender}, run ${run}\n`);
  const before = { ms: performance.now(), machine: cpuOfMachine(), ours: ourCpu() };
  const outcome = await measure().then(
    (metrics) => ({ metrics, failure: null }),
    (error: Error) => ({ metrics: {}, failure: error.message }),
  );
  const seconds = (performance.now() - before.ms) / 1000;
  const foreign = cpuOfMachine() - before.machine - (ourCpu() - before.ours);
  const foreignLoad = Math.max(0, foreign) / seconds / navigator.hardwareConcurrency;
  return { scenario, contender, run, ...outcome, foreignLoad };
}

/** Of this process and of all that it started, which have ended by the time this is asked. */
function ourCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + cpuOfEndedChildren();
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    process.stderr.write(`bench: ${signal}, tidying up\n`);
    process.exit(130);
  });
}
try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
