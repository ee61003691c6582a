/** Tells the service manager how the daemon is, and that it lives: fed by the pipeline, not by a bare timer. */
import type { ServiceManager } from "../adapters/service_manager.ts";
import { pulseTrouble } from "../core/heartbeat.ts";
import type { DaemonStatus } from "../engine/control.ts";
import type { Clock, Log, Timer } from "../ports.ts";

/** How often the status line is looked at where nobody watches. */
const STATUS_EVERY_MS = 5_000;

export type ServiceStatusOptions = {
  readonly manager: ServiceManager;
  readonly clock: Clock;
  readonly log: Log;
  readonly status: () => DaemonStatus;
  /** What the engine shows of itself. */
  readonly pulse: () => { readonly tickAgeMs: number; readonly isStuck: boolean };
};

/** Begins to tell; disposing ends it. */
export function tellServiceManager(options: ServiceStatusOptions): Disposable {
  const { manager, clock, log, status, pulse } = options;
  // Nobody is to be told, and an idle process not to be woken.
  if (!manager.listens) return { [Symbol.dispose]() {} };
  const { watchdogMs } = manager;
  // Twice within the time it waits, as sd_watchdog_enabled(3) asks.
  const everyMs = watchdogMs === null ? STATUS_EVERY_MS : Math.min(STATUS_EVERY_MS, watchdogMs / 2);
  let timer: Timer | null = null;
  let said = "";
  let wasStuck = false;
  let isInTrouble = false;
  const beat = (dueMs: number) => {
    const { tickAgeMs, isStuck } = pulse();
    const lagMs = clock.monotonicMs() - dueMs;
    const trouble = pulseTrouble({ lagMs, tickAgeMs, isStuck: isStuck && wasStuck }, everyMs);
    wasStuck = isStuck;
    if (trouble === null) manager.alive();
    else if (!isInTrouble) log.write("error", `the watchdog is not fed: ${trouble}`);
    isInTrouble = trouble !== null;
    const text = statusSentence(status());
    if (text !== said) manager.status(text);
    said = text;
    schedule();
  };
  const schedule = () => {
    const dueMs = clock.monotonicMs() + everyMs;
    timer = clock.after(everyMs, () => beat(dueMs));
  };
  schedule();
  return { [Symbol.dispose]: () => timer?.cancel() };
}

/** One line: `2 remotes ok; 1 retrying (10.0.0.2::www); 12 changes wait`. */
export function statusSentence({ roots, lastReload }: Pick<DaemonStatus, "roots" | "lastReload">): string {
  const remotes = roots.flatMap((root) => root.remotes);
  const troubled = remotes.filter(({ state }) => state !== "ok" && state !== "syncing");
  const waiting = remotes.reduce((sum, { pending }) => sum + pending, 0);
  const parts = [
    `${remotes.length - troubled.length} of ${remotes.length} remotes ok`,
    ...troubled.slice(0, NAMED_MAX).map(({ address, state }) => `${address} ${state}`),
    ...(troubled.length > NAMED_MAX ? [`${troubled.length - NAMED_MAX} more in trouble`] : []),
    ...roots.filter(({ state }) => state !== "watching").map(({ id, state }) => `${id} ${state}`),
    ...(waiting === 0 ? [] : [`${waiting} changes wait`]),
    ...(lastReload.ok ? [] : ["the configuration was refused, the one of before holds"]),
  ];
  return parts.join("; ");
}

const NAMED_MAX = 3;
