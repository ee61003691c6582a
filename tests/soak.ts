/**
 * Changes a tree from several threads, breaks things now and then, and compares byte for byte after every round:
 *
 *     bun tests/soak.ts --minutes 60 [--seed N] [--threads 3] [--ops-per-second 150] [--log-level debug] [--calm] [--only DISTURBANCE] [--keep DIR]
 *
 * Stops at the first difference, with everything kept. `TSSYNC_BIN` names the executable. Overflows of the kernel's queue need
 * root; its length is lowered only while tssync starts, and put back.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { MemoryRandom } from "./support/memory/memory_random.ts";
import { whatIsKnown } from "./support/model/comparison.ts";
import { type Disturbance, DISTURBANCES, quietly, settle } from "./support/model/disturbances.ts";
import { modelWorld } from "./support/model/model_world.ts";

const { values } = parseArgs({
  options: {
    "minutes": { type: "string", default: "5" },
    "seed": { type: "string", default: String(Date.now() % 1_000_000) },
    "threads": { type: "string", default: "3" },
    "ops-per-second": { type: "string", default: "150" },
    "log-level": { type: "string", default: "info" },
    "calm": { type: "boolean", default: false },
    "only": { type: "string" },
    "keep": { type: "string" },
  },
});
const seed = Number(values.seed);
const untilMs = Date.now() + Number(values.minutes) * 60_000;
const threads = Number(values.threads);
const perSecond = Number(values["ops-per-second"]);
const logLevel = values["log-level"] === "debug" ? "debug" : "info";

const choices = DISTURBANCES.filter((name) => values.only === undefined || name === values.only);

const say = (line: string) => console.log(`${new Date().toISOString()} ${line}`);

async function main(): Promise<number> {
  const folder = values.keep ?? await mkdtemp(join(tmpdir(), "tssync-soak-"));
  const random = new MemoryRandom(seed);
  const totals = { rounds: 0, done: 0, failed: 0 };
  const met: Record<string, number> = {};
  let interrupted = false;
  // The second one ends it at once.
  process.once("SIGINT", () => interrupted = true);
  process.once("SIGTERM", () => interrupted = true);
  say(`seed ${seed}, in ${folder}`);
  let problem: string | null = null;
  {
    await using world = await modelWorld({ keepIn: folder, logLevel });
    await world.start();
    while (Date.now() < untilMs && !interrupted && problem === null) {
      const name: Disturbance = values.calm || random.chance(0.35) ? "none" : random.pick(choices);
      const roundSeed = random.below(2 ** 31);
      const operations = 20 + random.below(perSecond * 8);
      const startedAtMs = performance.now();
      let differences: string[] = [];
      let told = "";
      let report = { done: 0, failed: 0 };
      try {
        const changing = world.change({ seed: roundSeed, threads, operations, perSecond });
        told = await quietly(name, { world, random, changing });
        report = await changing;
        const flushedAtMs = performance.now();
        const approved = await settle(world);
        if (approved > 0) told += ` ${approved} holds approved`;
        told += ` flush ${Math.round(performance.now() - flushedAtMs)} ms`;
        differences = await world.differences();
      } catch (error) {
        differences = [`: ${(error as Error).stack}`];
      }
      totals.rounds++;
      totals.done += report.done;
      totals.failed += report.failed;
      met[name] = (met[name] ?? 0) + 1;
      const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
      say(
        `round ${totals.rounds} (${name}${told}): ${report.done} operations, ${seconds} s, ${differences.length} differences`,
      );
      if (differences.length > 0) {
        const trace = await readFile(world.tracePath, "utf8");
        const known = await whatIsKnown(differences, { mirror: world.mirror, log: world.log(), trace });
        problem = `${differences.join("\n")}\n\n${known}\n`;
        await writeFile(`${folder}/tssync.log`, world.log());
        for (const [index, daemon] of world.daemons.entries()) {
          await writeFile(`${folder}/rsyncd-${index}.log`, await daemon.log());
        }
        // A mirror that was merely late is equal by now: that says which promise was broken.
        const again = await world.mirror?.flush().then(() => world.differences(), (error: Error) => [error.message]);
        problem += `\nAfter another flush: ${again?.join("\n") || "equal"}\n`;
        await writeFile(`${folder}/problem.txt`, problem);
      } else if (totals.rounds % 5 === 0) await writeFile(world.tracePath, "");
    }
    if (problem === null) await world.stop();
  }
  say(
    `${totals.rounds} rounds, ${totals.done} operations (${totals.failed} met another thread), ${JSON.stringify(met)}`,
  );
  if (problem === null) {
    say("no difference");
    await rm(folder, { recursive: true, force: true });
    return 0;
  }
  const command = `bun tests/soak.ts --seed ${seed} --threads ${threads} --ops-per-second ${perSecond}`;
  say(`DIFFERENCE, all of it kept in ${folder}; the same changes again: ${command}\n${problem.slice(0, 8_000)}`);
  return 1;
}

process.exitCode = await main();
