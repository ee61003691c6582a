/**
 * `bun tests/simulation/run.ts --seed N [--trace] [--shrink] [--without kill,clock,…]`, or `--from N --count N` for many. Exits with
 * 1 when a seed fails. The same seed does the same again, step by step.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { simulate } from "./simulation.ts";
import { shrink } from "./shrink.ts";
import type { ActionKind } from "./storm.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    from: { type: "string", default: "1" },
    count: { type: "string", default: "1000" },
    without: { type: "string", default: "" },
    trace: { type: "boolean", default: false },
    shrink: { type: "boolean", default: false },
    failures: { type: "string", default: "10" },
  },
});

const without = values.without.split(",").filter((kind) => kind !== "") as ActionKind[];

if (values.seed === undefined) {
  const [first, count] = [Number(values.from), Number(values.count)];
  let failed = 0;
  let ran = 0;
  const startedAtMs = performance.now();
  for (let seed = first; seed < first + count && failed < Number(values.failures); seed++) {
    const { problems } = await simulate({ seed, without });
    ran++;
    if (problems.length === 0) continue;
    failed++;
    console.log(`seed ${seed}: ${problems[0]!.slice(0, 300)}`);
    console.log(`  again, made small: bun tests/simulation/run.ts --seed ${seed} --shrink --trace`);
  }
  console.log(`${failed} of ${ran} seeds failed, ${Math.round(performance.now() - startedAtMs)} ms`);
  process.exitCode = failed === 0 ? 0 : 1;
} else {
  const seed = Number(values.seed);
  const skip = values.shrink ? await shrink({ seed, without }) : new Set<number>();
  const { problems, lines, hash } = await simulate({ seed, without, skip, trace: values.trace });
  for (const line of lines) console.log(line);
  for (const problem of problems) console.log(`PROBLEM ${problem}`);
  console.log(
    `seed ${seed}${values.trace ? `, trace ${hash}` : ""}: ${
      problems.length === 0 ? "well" : `${problems.length} problems`
    }`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}
