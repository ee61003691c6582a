/**
 * Times of the wall clock that are kept across restarts. It may be set back while nobody runs: then what happens afterwards
 * bears earlier times than what is kept. While the machine did not restart, the time since its start tells by how much.
 */
import type { Clock } from "../ports.ts";

/** Where a time of the wall clock was taken. */
export type ClockPlace = {
  /** Of this start of the machine; empty: not known. */
  readonly bootId?: string;
  /** When the machine started, by the wall clock as it was set then; null: not known. */
  readonly bootedAtMs?: number | null;
};

/** Less than this is how finely the kernel tells the time since its start, and a clock that is steered. */
const SET_BACK_MS_MIN = 50;

export function clockPlace({ clock, bootId }: { readonly clock: Clock; readonly bootId: string }): ClockPlace {
  return { bootId, bootedAtMs: clock.bootedAtMs() };
}

/** The same moment, or an earlier one, on the wall clock as it is set now. */
export function inPresentTime(atMs: number, then: ClockPlace, now: ClockPlace): number {
  if (then.bootId === undefined || then.bootId === "" || then.bootId !== now.bootId) return atMs;
  if (typeof then.bootedAtMs !== "number" || typeof now.bootedAtMs !== "number") return atMs;
  const setBackMs = then.bootedAtMs - now.bootedAtMs;
  return setBackMs < SET_BACK_MS_MIN ? atMs : atMs - setBackMs;
}
