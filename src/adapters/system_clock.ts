import { readFileSync } from "node:fs";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import type { Clock, Timer } from "../ports.ts";

/** The longest delay a timer of the runtime can have; beyond it fires at once. */
const TIMER_DELAY_MS_MAX = 2 ** 31 - 1;

/** The system's clocks and timers. */
export class SystemClock implements Clock {
  wallMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  /** Time asleep counts, as it does for the wall clock. */
  bootedAtMs(): number | null {
    try {
      const seconds = Number.parseFloat(readFileSync("/proc/uptime", "latin1"));
      return Number.isNaN(seconds) ? null : Date.now() - seconds * 1000;
    } catch {
      return null;
    }
  }

  after(delayMs: number, action: () => void): Timer {
    let timer = arm(delayMs);
    return { cancel: () => clearTimeout(timer) };

    function arm(restMs: number): ReturnType<typeof setTimeout> {
      const stepMs = Math.min(restMs, TIMER_DELAY_MS_MAX);
      return setTimeout(() => {
        if (stepMs < restMs) timer = arm(restMs - stepMs);
        else action();
      }, stepMs).unref();
    }
  }

  /** Reading of pipes and sockets and due timers get their turn in both runtimes (checked); it costs 1.5 µs. */
  yield(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
