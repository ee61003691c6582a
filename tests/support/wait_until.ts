import { setTimeout as pause } from "node:timers/promises";

/** Far beyond anything that works: a test that gets here hangs. */
const DEADLINE_MS = 60_000;
const POLL_MS = 10;

/**
 * Waits until `probe` gives something other than false, null or undefined, and returns it. For what sends no event; where
 * there is one, await the event. An exception of `probe` ends the wait. `what` completes "Waited for …".
 */
export async function waitUntil<T>(
  what: string,
  probe: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<Exclude<T, false | null | undefined>> {
  const startedAtMs = performance.now();
  for (;;) {
    const found = await probe();
    if (found !== false && found !== null && found !== undefined) return found as Exclude<T, false | null | undefined>;
    if (performance.now() - startedAtMs > deadlineMs) {
      throw new Error(`Waited for ${what}: not so after ${deadlineMs} ms`);
    }
    await pause(POLL_MS);
  }
}
