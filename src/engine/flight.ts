/** One rsync run, watched from its start to its end. */
import { endFacts, type RsyncEnding, summariseMessages } from "../core/rsync_outcome.ts";
import { LIMITS } from "../core/limits.ts";
import type { BytePath } from "../core/path.ts";
import type { WaitingRsync } from "./warm_senders.ts";
import type { Clock, RsyncProcess, RsyncRunner, Store } from "../ports.ts";

/** How one rsync run ended: every field is always there. */
export type FlightEnd = {
  readonly ending: RsyncEnding;
  readonly exitCode: number | null;
  readonly durationMs: number;
  /** rsync's messages, latin1. */
  readonly stderr: string;
  /** It was ended because nothing went on any more. */
  readonly isStalled?: boolean;
  /** In one line, for people; empty when complete. */
  readonly reason: string;
};

export type FlightWorld = { readonly runner: RsyncRunner; readonly clock: Clock; readonly store: Store };

export type FlightRequest = {
  readonly args: readonly string[];
  readonly cwd: BytePath;
  readonly list: Uint8Array;
  readonly onLine?: (line: string) => void;
  /** Hears of the process, to ask it how far it is. */
  readonly onStarted?: (process: Pick<RsyncProcess, "sentBytes" | "ended">) => void;
  /** Ended when nothing was read or written for so long. */
  readonly stallMs: number;
  /** Ends the run; its ending is then `cancelled`. */
  readonly signal: AbortSignal;
  /**
   * Whether the directory is the root. Asked when the process stands in it and before it gets its list: what is mounted or
   * unmounted later does not move a process that has started. When it is not, the ending is `cancelled`.
   */
  readonly isSound: () => boolean;
  /** An rsync of the same arguments that was started before and waits for its list. */
  readonly waiting?: WaitingRsync | null;
};

/**
 * Both sides of a connection tell each other now and then that they are alive, also when they wait for each other for ever (seen
 * once with 3.2.7). A run that does no more than that is ended, too, but late: a file of terabytes may be put together there.
 */
const ALIVE_BYTES_MAX = 4096;
const ALIVE_STALL_TIMES = 20;

/** Readings of a run's activity within one stall time. */
const READINGS = 4;

/** Runs rsync once. Never rejects: whatever happens is an ending. */
export async function fly(world: FlightWorld, request: FlightRequest): Promise<FlightEnd> {
  if (request.signal.aborted) {
    request.waiting?.process.end(LIMITS.killGraceMs);
    return CANCELLED;
  }
  const startedAtMs = world.clock.monotonicMs();
  const process = startOrUse(world, request);
  if (!request.isSound()) {
    process.end(LIMITS.killGraceMs);
    await process.ended;
    return CANCELLED;
  }
  request.onStarted?.(process);
  process.send(request.list);
  // Recorded behind the list: the change is on its way before the database hears of the process that carries it.
  const leftover = process.pid === null ? null : world.runner.describe(process.pid);
  if (leftover !== null) world.store.recordProcess(leftover);
  const abort = () => process.end(LIMITS.killGraceMs);
  request.signal.addEventListener("abort", abort, { once: true });
  const stall = watchStall(world.clock, process, request.stallMs);
  try {
    const end = await process.ended;
    const text = summariseMessages(end.stderr);
    const durationMs = world.clock.monotonicMs() - startedAtMs;
    if (request.signal.aborted) return { ...CANCELLED, durationMs };
    if (stall.stalledMs > 0) {
      const reason = `no progress for ${Math.round(stall.stalledMs / 1000)} s, ended`;
      return { ending: "remote_down", exitCode: end.exitCode, durationMs, stderr: end.stderr, reason, isStalled: true };
    }
    if (end.startError !== null) {
      const reason = `rsync could not be started: ${end.startError}`;
      return { ending: "remote_down", exitCode: null, durationMs, stderr: "", reason };
    }
    const facts = endFacts(end.exitCode, end.stderr);
    const signal = end.signal === null ? "" : ` (${end.signal})`;
    return {
      ending: facts.ending,
      exitCode: end.exitCode,
      durationMs,
      stderr: end.stderr,
      reason: facts.ending === "complete" ? "" : `${facts.meaning}${signal}${text === "" ? "" : `: ${text}`}`,
    };
  } finally {
    stall.cancel();
    request.signal.removeEventListener("abort", abort);
    if (leftover !== null) world.store.forgetProcess(leftover.pid);
  }
}

function startOrUse(world: FlightWorld, request: FlightRequest): RsyncProcess {
  if (request.waiting) {
    request.waiting.sink.onLine = request.onLine ?? null;
    return request.waiting.process;
  }
  return world.runner.start(
    { args: request.args, cwd: request.cwd, env: {} },
    request.onLine === undefined ? {} : { onLine: request.onLine },
  );
}

export const CANCELLED: FlightEnd = {
  ending: "cancelled",
  exitCode: null,
  durationMs: 0,
  stderr: "",
  reason: "cancelled",
};

function watchStall(
  clock: Clock,
  process: RsyncProcess,
  stallMs: number,
): { readonly stalledMs: number; cancel(): void } {
  const watch = { stalledMs: 0, cancel: () => timer.cancel() };
  let last = -1;
  let alive = { activity: -Infinity, readings: 0 };
  let quietReadings = 0;
  const look = () => {
    const activity = process.activity();
    quietReadings = activity !== null && activity === last ? quietReadings + 1 : 0;
    last = activity ?? -1;
    const isAlive = activity !== null && activity - alive.activity <= ALIVE_BYTES_MAX;
    alive = isAlive ? { ...alive, readings: alive.readings + 1 } : { activity: activity ?? -Infinity, readings: 0 };
    if (quietReadings >= READINGS || alive.readings >= ALIVE_STALL_TIMES * READINGS) {
      watch.stalledMs = quietReadings >= READINGS ? stallMs : ALIVE_STALL_TIMES * stallMs;
      process.end(LIMITS.killGraceMs);
    } else timer = clock.after(stallMs / READINGS, look);
  };
  let timer = clock.after(stallMs / READINGS, look);
  return watch;
}
