/** What goes wrong while threads change a tree. Each leaves tssync running and its remotes reachable. */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import type { MemoryRandom } from "../memory/memory_random.ts";
import { type ModelWorld, type Variant, VARIANTS } from "./model_world.ts";

export const DISTURBANCES = [
  "kill",
  "killAndWait",
  "stop",
  "olderState",
  "remoteAway",
  "overflow",
  "standstill",
  "resync",
  "pause",
] as const;
export type Disturbance = "none" | (typeof DISTURBANCES)[number];

export type Scene = {
  readonly world: ModelWorld;
  readonly random: MemoryRandom;
  /** Ends when the threads are done. */
  readonly changing: Promise<unknown>;
};

const QUEUE_LENGTH = "/proc/sys/fs/inotify/max_queued_events";
const OLDER_STATE = "older-state";

/** Causes it. Resolves with what there is to say about it, once everything runs again. */
export async function quietly(name: Disturbance, scene: Scene): Promise<string> {
  if (name === "none") return "";
  await pause(scene.random.below(3_000));
  return await CAUSES[name](scene);
}

const CAUSES: Record<Exclude<Disturbance, "none">, (scene: Scene) => Promise<string>> = {
  /** More than once, since the second may fall into the recovery from the first. */
  kill: async ({ world, random }) => {
    const times = 1 + random.below(3);
    for (let count = 0; count < times; count++) {
      await world.kill();
      await pause(random.below(500));
      await world.start(variant(random));
      await pause(random.below(1_500));
    }
    return ` ${times} times`;
  },
  killAndWait: async ({ world, random, changing }) => {
    await world.kill();
    await changing;
    // What was there at an earlier kill may come back after a later one.
    if (random.chance(0.3)) await world.saveState(OLDER_STATE);
    await world.start(variant(random));
    return "";
  },
  stop: async ({ world, random, changing }) => {
    await world.stop();
    if (random.chance(0.5)) await changing;
    else await pause(random.below(1_000));
    await world.start(variant(random));
    return "";
  },
  /** A power cut: what was written last is not on the disk. */
  olderState: async ({ world, random }) => {
    await world.kill();
    const isThere = existsSync(`${world.path}/${OLDER_STATE}`);
    if (isThere) await world.restoreState(OLDER_STATE);
    else await world.saveState(OLDER_STATE);
    await world.start(variant(random));
    return isThere ? "" : " saved only";
  },
  remoteAway: async ({ world, random }) => {
    const daemon = random.pick(world.daemons);
    await daemon.stop("SIGTERM");
    await pause(random.below(4_000));
    await daemon.start();
    return "";
  },
  overflow: async ({ world, random, changing }) => {
    if (process.getuid?.() !== 0) return " left out: only root may";
    await world.kill();
    const length = await readFile(QUEUE_LENGTH, "latin1");
    try {
      await writeFile(QUEUE_LENGTH, "64\n");
      await world.start(variant(random));
    } finally {
      await writeFile(QUEUE_LENGTH, length);
    }
    await changing;
    const count = world.mirror!.running.stderr.split("were lost in the kernel").length - 1;
    return ` ${count} times`;
  },
  standstill: async ({ world, random }) => {
    const { child } = world.mirror!.running;
    child.kill("SIGSTOP");
    await pause(random.below(5_000));
    child.kill("SIGCONT");
    return "";
  },
  resync: async ({ world }) => {
    const { code, stdout, stderr } = await world.mirror!.ask("resync", "--wait");
    // Deletes of a tree that was removed just now may have to be approved.
    const approved = await approveAll(world);
    // What vanishes while it is compared may fail it; whoever asked is told, and the changes fly by themselves.
    if (code !== 0 && code !== 1) throw new Error(`tssync resync ended with ${code}: ${stdout}${stderr}`);
    return `${code === 0 ? "" : " failed"}${approved === 0 ? "" : ` ${approved} approved`}`;
  },
  pause: async ({ world, random }) => {
    const which = random.pick([[], ["model"], ["model", "one"]]);
    await ask(world, "pause", ...which);
    await pause(random.below(3_000));
    if (random.chance(0.3)) {
      await world.kill();
      await world.start(variant(random));
    }
    await ask(world, "resume", ...which);
    return ` ${which.join("/")}`;
  },
};

function variant(random: MemoryRandom): Variant {
  return random.pick(Object.keys(VARIANTS) as Variant[]);
}

/**
 * Waits until both remotes have everything. Resolves with the holds that had to be approved: a root that lost most of its
 * entries while nobody watched is asked about, and random operations do that.
 */
export async function settle(world: ModelWorld): Promise<number> {
  let approved = 0;
  for (;;) {
    await world.mirror!.flush();
    const now = await approveAll(world);
    if (now === 0) return approved;
    approved += now;
  }
}

async function ask(world: ModelWorld, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.mirror!.ask(...words);
  if (code !== 0) throw new Error(`tssync ${words.join(" ")} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}

async function approveAll(world: ModelWorld): Promise<number> {
  const { items } = JSON.parse(await ask(world, "holds", "--json")) as { items: { id: string; state: string }[] };
  const waiting = items.filter(({ state }) => state === "waiting");
  for (const { id } of waiting) await ask(world, "holds", "--approve", id);
  return waiting.length;
}
