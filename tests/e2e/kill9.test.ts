/** kill -9 at any moment: nothing is missing afterwards, and no remote is walked to find out. */
import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { MemoryRandom } from "../support/memory/memory_random.ts";
import { LIMITS } from "../../src/core/limits.ts";
import { whatIsKnown } from "../support/model/comparison.ts";
import { settle } from "../support/model/disturbances.ts";
import { BALLAST_FILE_BYTES, type ModelWorld, modelWorld } from "../support/model/model_world.ts";
import type { RsyncDaemon } from "../support/rsync_daemon.ts";
import { waitUntil } from "../support/wait_until.ts";

/** A few in the gate; `KILLS=200 MODEL_SEED=$RANDOM bun test tests/e2e/kill9.test.ts` takes some minutes. */
const KILLS = Number(process.env["KILLS"] ?? 10);
/** The same changes every time; the moments of the kills are the machine's. */
const SEED = Number(process.env["MODEL_SEED"] ?? 1);
const BALLAST_FILES = 64;
/** Sent without deletes, counted, and sent with them. */
const WALKS_FOR_ONE_SHRINK = 3;
const MS_PER_KILL_MAX = 60_000;

/** Both remotes have everything, and what is there is older than what a restart looks at. */
async function worldWithOldBallast(): Promise<ModelWorld> {
  const world = await modelWorld({ ballastFiles: BALLAST_FILES });
  const madeAtMs = Date.now();
  await world.start();
  await waitUntil("the ballast to be old", () => Date.now() - madeAtMs > 2 * LIMITS.watermarkMarginMs);
  await settle(world);
  await world.stop();
  await world.start();
  await settle(world);
  return world;
}

/** The sum of the sizes of all files in the list, for each connection that the daemon has served to its end. */
async function listedBytes(daemon: RsyncDaemon): Promise<number[]> {
  return [...(await daemon.log()).matchAll(/ total size (\d+)$/gm)].map(([, size]) => Number(size));
}

test(`tssync killed at ${KILLS} random moments brings every change, and walks no remote`, async () => {
  const random = new MemoryRandom(SEED);
  await using world = await worldWithOldBallast();
  const ballastBytes = BALLAST_FILES * BALLAST_FILE_BYTES;
  const before = await Promise.all(world.daemons.map(listedBytes));
  // The full sync of the first start is what must not come again, and it is seen.
  for (const sizes of before) expect(Math.max(...sizes)).toBeGreaterThanOrEqual(ballastBytes);

  for (let kill = 1; kill <= KILLS; kill++) {
    const changing = world.change({ seed: random.below(2 ** 31), threads: 2, operations: 60, perSecond: 150 });
    await pause(random.below(400));
    await world.kill();
    await pause(random.below(150));
    await world.start();
    await changing;
    await settle(world);
    const differences = await world.differences();
    if (differences.length === 0) continue;
    const trace = await readFile(world.tracePath, "utf8");
    const known = await whatIsKnown(differences, { mirror: world.mirror, log: world.log(), trace });
    const again = `MODEL_SEED=${SEED} KILLS=${KILLS} bun test tests/e2e/kill9.test.ts`;
    throw new Error(`After kill ${kill}, again: ${again}\n${differences.join("\n")}\n${known}`);
  }
  for (const [index, daemon] of world.daemons.entries()) {
    const sizes = (await listedBytes(daemon)).slice(before[index]!.length);
    expect(sizes.length).toBeGreaterThan(KILLS);
    const walks = sizes.filter((size) => size >= ballastBytes).length;
    // Operations may remove most of the tree at once. That is not believed without a walk, and told.
    const told = world.log().split("\n").filter((line) => line.includes("a full sync compares all of it")).length;
    expect(walks).toBeLessThanOrEqual(WALKS_FOR_ONE_SHRINK * told);
  }
}, 120_000 + KILLS * MS_PER_KILL_MAX);

test("tssync with a state directory of an earlier day finds what changed since, and walks no remote", async () => {
  const random = new MemoryRandom(SEED);
  await using world = await worldWithOldBallast();
  const before = await Promise.all(world.daemons.map(listedBytes));
  await world.kill();
  await world.saveState("earlier");
  for (let round = 0; round < 3; round++) {
    await world.start();
    const changing = world.change({ seed: random.below(2 ** 31), threads: 2, operations: 80, perSecond: 200 });
    await changing;
    if (round < 2) await settle(world);
    await world.kill();
  }
  await world.restoreState("earlier");
  await world.start();
  await settle(world);
  expect(await world.differences()).toEqual([]);
  for (const [index, daemon] of world.daemons.entries()) {
    const sizes = (await listedBytes(daemon)).slice(before[index]!.length);
    expect(Math.max(...sizes)).toBeLessThan(BALLAST_FILES * BALLAST_FILE_BYTES);
  }
}, 600_000);
