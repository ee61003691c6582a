/** From a seed to a world and to all that will happen in it. Nothing else in a simulation is chosen by chance. */
import type { EventSwitches } from "../../src/config/configuration.ts";
import { EXIT_CODES } from "../../src/core/rsync_outcome.ts";
import { MemoryRandom } from "../support/memory/memory_random.ts";

/** What a seed decides once. */
export type WorldPlan = {
  readonly switches: EventSwitches;
  readonly excludes: readonly string[];
  /** rsync's parameters: whether it mirrors modes depends on them. */
  readonly params: readonly string[];
  readonly remotes: number;
  readonly remotesBegin: "empty" | "stale" | "equal";
  readonly threadsMax: number;
  readonly timeoutSeconds: number | null;
  readonly initialSync: "always" | "first";
  readonly periodicSyncMs: number | null;
  readonly retryEveryMs: number;
  /** The root is a directory like others, is where a volume is mounted, or lies on a mounted volume. */
  readonly rootIs: "directory" | "mounted" | "below_mount";
  /** `fs.inotify.max_queued_events`. */
  readonly queueLimit: number;
  /** `fs.inotify.max_user_watches`, which may be raised. */
  readonly watchLimit: number;
  /** How long records wait to be read, at most. */
  readonly deliveryMsMax: number;
  /** How long one step of rsync takes, at most. */
  readonly stepMsMax: number;
  /** How long a walk waits for its turn, at most. */
  readonly yieldMsMax: number;
  /** The kernel's coarse clock: the times of files. */
  readonly coarseMs: number;
  /** Names that the operations choose from. */
  readonly names: readonly string[];
  readonly entriesMax: number;
  readonly initialOperations: number;
  readonly maxDelete: number | null;
  /** A directory on the remotes that keeps what was deleted. */
  readonly trash: string | null;
};

/**
 * What goes wrong with the rsyncs of one remote for a while. `refuse`: it takes some names not; `flaky`: any name, now and then,
 * as a disk that is full does.
 */
export type RemoteTrouble = "down" | "exit" | "signal" | "hang" | "deaf" | "start_error" | "flaky" | "refuse";

export type Action =
  & { readonly atMs: number; readonly seed: number }
  & (
    | { readonly kind: "disk"; readonly operations: number }
    | { readonly kind: "open" }
    | { readonly kind: "trouble"; readonly remote: number; readonly trouble: RemoteTrouble; readonly forMs: number }
    /** After so many calls of the ports; at once where it is 0. */
    | { readonly kind: "kill"; readonly afterCalls: number; readonly downMs: number }
    | { readonly kind: "stop"; readonly downMs: number }
    | { readonly kind: "standstill"; readonly forMs: number }
    | { readonly kind: "pause"; readonly forMs: number }
    | { readonly kind: "decide" }
    | { readonly kind: "reader_fails" }
    | { readonly kind: "clock"; readonly byMs: number }
    | { readonly kind: "root_away"; readonly forMs: number; readonly how: "unmount" | "rename" | "rename_and_mkdir" }
    | { readonly kind: "resync" }
    | { readonly kind: "retry" }
    | { readonly kind: "flush"; readonly scope: "seen" | "synced" }
  );

export type ActionKind = Action["kind"];

export type Storm = { readonly world: WorldPlan; readonly actions: readonly Action[] };

export function planStorm(seed: number): Storm {
  const random = new MemoryRandom(seed * 2 + 1);
  const world = { ...planWorld(random), ...planRareSettings(new MemoryRandom(seed * 13 + 7)) };
  return { world, actions: planActions(random, world) };
}

const ALL_ON: EventSwitches = {
  delete: true,
  createFolder: true,
  createFile: true,
  closeWrite: true,
  moveFrom: true,
  moveTo: true,
  attrib: true,
  modify: true,
};

/** What most configurations have. */
const USUAL: EventSwitches = { ...ALL_ON, createFile: false, attrib: false, modify: false };

/** Few, so that they meet often; half of them odd. */
const PLAIN_NAMES = ["a", "b", "c", "d", "e.txt", "f.log"];
const ODD_NAMES = [
  "-n",
  "#x",
  ";y",
  "a]b",
  "[a]",
  " lead",
  "trail ",
  "new\nline",
  "'q\"",
  "$(id)`",
  "*",
  "?",
  "\\#012",
  "back\\",
  ".hid",
  "\xff\xfe",
  "\xc3\xbc",
  "\xe2\x82",
  "~",
  "...",
  "x".repeat(255),
  "\x01\x7f",
  "+ a",
  "- b",
  "!",
];

/** By a chance of their own: what a seed does without them stays as it is. */
function planRareSettings(random: MemoryRandom): Pick<WorldPlan, "maxDelete" | "trash"> {
  return {
    maxDelete: random.chance(0.15) ? random.pick([1, 3, 8]) : null,
    trash: random.chance(0.15) ? ".tssync-trash" : null,
  };
}

function planWorld(random: MemoryRandom): Omit<WorldPlan, "maxDelete" | "trash"> {
  const names = [...PLAIN_NAMES.slice(0, 3 + random.below(4))];
  while (names.length < 8) names.push(random.pick(ODD_NAMES));
  return {
    switches: planSwitches(random),
    excludes: random.chance(0.25)
      ? random.pick([["(.*/)?b"], [".*\\.log", ".*\\.txt"], ["(.*/)?c/"], ["a/.*"], ["(.*/)?\\..*"]])
      : [],
    params: random.pick([["-a"], ["-a"], ["-az"], ["-rltD"], ["-rlptD", "--compress"]]),
    remotes: random.chance(0.3) ? 2 : 1,
    remotesBegin: random.pick(["empty", "empty", "stale", "equal"]),
    threadsMax: random.pick([1, 2, 3, 10]),
    timeoutSeconds: random.pick([null, null, 30]),
    initialSync: random.chance(0.2) ? "always" : "first",
    periodicSyncMs: random.chance(0.1) ? random.pick([20_000, 600_000]) : null,
    retryEveryMs: random.pick([60_000, 600_000]),
    rootIs: random.pick(["directory", "mounted", "below_mount"]),
    queueLimit: random.pick([16_384, 16_384, 16_384, 40, 12]),
    watchLimit: random.pick([1_000_000, 1_000_000, 6]),
    deliveryMsMax: random.pick([0, 2, 2, 20, 300]),
    stepMsMax: random.pick([0, 1, 1, 5, 40]),
    yieldMsMax: random.pick([0, 1, 30]),
    coarseMs: random.pick([1, 4, 10]),
    names,
    entriesMax: random.pick([12, 25, 50]),
    initialOperations: random.pick([0, 5, 30]),
  };
}

function planSwitches(random: MemoryRandom): EventSwitches {
  const draw = random.fraction();
  if (draw < 0.5) return ALL_ON;
  if (draw < 0.75) return USUAL;
  if (draw < 0.8) return { ...ALL_ON, delete: false };
  const switches: { -readonly [Name in keyof EventSwitches]: boolean } = { ...ALL_ON };
  for (const name of Object.keys(switches) as (keyof EventSwitches)[]) switches[name] = random.chance(0.7);
  return switches;
}

/** How often each kind is chosen. Disk operations are most of what happens. */
const WEIGHTS = {
  disk: 60,
  open: 6,
  trouble: 9,
  kill: 5,
  stop: 2,
  standstill: 3,
  pause: 2,
  decide: 1,
  reader_fails: 0.5,
  clock: 2,
  root_away: 2,
  resync: 2,
  retry: 1.5,
  flush: 4,
} as const satisfies Record<ActionKind, number>;

function planActions(random: MemoryRandom, world: WorldPlan): Action[] {
  const kinds = Object.keys(WEIGHTS) as ActionKind[];
  // A seed leaves out most kinds of trouble: what goes wrong by itself must be seen, too.
  const chosen = kinds.filter((kind) => kind === "disk" || random.chance(0.4));
  const sum = chosen.reduce((total, kind) => total + WEIGHTS[kind], 0);
  const actions: Action[] = [];
  const count = random.pick([8, 20, 40, 70]);
  let atMs = 0;
  for (let index = 0; index < count; index++) {
    atMs += planGapMs(random);
    let draw = random.fraction() * sum;
    const kind = chosen.find((each) => (draw -= WEIGHTS[each]) < 0) ?? "disk";
    actions.push(planAction(random, world, kind, atMs));
  }
  return actions;
}

function planGapMs(random: MemoryRandom): number {
  const draw = random.fraction();
  if (draw < 0.35) return random.below(6);
  if (draw < 0.65) return random.below(120);
  if (draw < 0.9) return random.below(1_500);
  return random.below(8_000);
}

function planAction(random: MemoryRandom, world: WorldPlan, kind: ActionKind, atMs: number): Action {
  const base = { atMs, seed: random.below(2 ** 31) };
  switch (kind) {
    case "disk":
      return { ...base, kind, operations: random.pick([1, 1, 1, 2, 4, 10]) };
    case "open":
    case "resync":
    case "retry":
    case "decide":
    case "reader_fails":
      return { ...base, kind };
    case "trouble":
      return {
        ...base,
        kind,
        remote: random.below(world.remotes),
        trouble: random.pick(["down", "exit", "exit", "signal", "hang", "deaf", "start_error", "flaky", "refuse"]),
        forMs: random.pick([50, 1_000, 5_000, 30_000, 600_000]),
      };
    case "kill":
      return {
        ...base,
        kind,
        afterCalls: random.chance(0.3) ? 0 : random.below(60),
        downMs: random.pick([0, 20, 500, 3_000, 20_000]),
      };
    case "stop":
      return { ...base, kind, downMs: random.pick([0, 20, 500, 3_000, 20_000]) };
    case "standstill":
    case "pause":
      return { ...base, kind, forMs: random.pick([100, 1_000, 10_000]) };
    case "clock":
      return {
        ...base,
        kind,
        byMs: random.pick([-1, 1]) * random.pick([50, 900, 2_500, 60_000, 3_600_000, 90_000_000]),
      };
    case "root_away":
      return {
        ...base,
        kind,
        forMs: random.pick([5, 300, 1_500, 6_000]),
        how: random.pick(["unmount", "unmount", "rename", "rename_and_mkdir"]),
      };
    case "flush":
      return { ...base, kind, scope: random.chance(0.8) ? "synced" : "seen" };
  }
}

/** rsync ends with these only when it has gone through everything: they come of themselves, with names that are refused or vanish. */
const AT_THE_END = [0, 23, 24, 25];
const CODES = [...Object.keys(EXIT_CODES).map(Number).filter((code) => !AT_THE_END.includes(code)), 99];

/** A code that rsync may end with in the middle, known or not. */
export function anyExitCode(random: MemoryRandom): number {
  return random.pick(CODES);
}
