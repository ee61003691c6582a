/**
 * Random file operations from several threads against the executable and two rsync daemons, with something going wrong in most
 * rounds. `tests/soak.ts` does the same for hours.
 */
import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { MemoryRandom } from "../support/memory/memory_random.ts";
import { whatIsKnown } from "../support/model/comparison.ts";
import { type Disturbance, quietly, settle } from "../support/model/disturbances.ts";
import { modelWorld } from "../support/model/model_world.ts";

const ROUNDS: readonly Disturbance[] = ["none", "killAndWait", "remoteAway", "olderState", "standstill"];
const OPERATIONS = 150;
/** The same changes every time; when they meet tssync is the machine's. */
const SEED = Number(process.env["MODEL_SEED"] ?? 1);

test(
  "tssync leaves no difference after random operations from three threads, whatever happens meanwhile",
  async () => {
    const random = new MemoryRandom(SEED);
    await using world = await modelWorld({ logLevel: "debug" });
    await world.start();
    let done = 0;
    for (const [index, name] of ROUNDS.entries()) {
      const changing = world.change({
        seed: random.below(2 ** 31),
        threads: 3,
        operations: OPERATIONS,
        perSecond: 120,
      });
      await Promise.all([changing, quietly(name, { world, random, changing })]);
      done += (await changing).done;
      await settle(world);
      const differences = await world.differences();
      if (differences.length === 0) continue;
      const trace = await readFile(world.tracePath, "utf8");
      const known = await whatIsKnown(differences, { mirror: world.mirror, log: world.log(), trace });
      const again = `MODEL_SEED=${SEED} bun test tests/e2e/model.test.ts`;
      throw new Error(`Round ${index} (${name}), again: ${again}\n${differences.join("\n")}\n${known}`);
    }
    // Most operations found something to work on, and something stood there at the end.
    expect(done).toBeGreaterThan((ROUNDS.length * OPERATIONS) / 2);
    await world.stop();
  },
  600_000,
);
