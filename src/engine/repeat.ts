import type { Clock, Timer } from "../ports.ts";

/** Does something again and again, each time `everyMs` after it was done, until `signal` aborts. `action` must not reject. */
export function repeat(
  { clock, everyMs, signal }: { readonly clock: Clock; readonly everyMs: number; readonly signal: AbortSignal },
  action: () => Promise<void>,
): void {
  let timer: Timer | null = null;
  const schedule = () => {
    if (signal.aborted) return;
    timer = clock.after(everyMs, () => void action().then(schedule));
  };
  signal.addEventListener("abort", () => timer?.cancel(), { once: true });
  schedule();
}
