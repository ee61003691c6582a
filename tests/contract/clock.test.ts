import { describe, expect, test } from "bun:test";
import { SystemClock } from "../../src/adapters/system_clock.ts";
import type { Clock } from "../../src/ports.ts";
import { MemoryClock } from "../support/memory/memory_clock.ts";

/** A clock, and how to wait on it. */
type Subject = { readonly clock: Clock; readonly until: <T>(promise: Promise<T>) => Promise<T> };

const IMPLEMENTATIONS: Record<string, () => Subject> = {
  system: () => ({ clock: new SystemClock(), until: (promise) => promise }),
  memory: () => {
    const clock = new MemoryClock();
    return {
      clock,
      until: async (promise) => {
        let isSettled = false;
        const settle = () => {
          isSettled = true;
        };
        promise.then(settle, settle);
        await clock.advanceUntil(() => isSettled);
        return promise;
      },
    };
  },
};

/** Resolves when the timer fires. */
function elapsed(clock: Clock, delayMs: number, action: () => void = () => {}): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, () => {
      action();
      resolve();
    });
  });
}

describe.each(Object.keys(IMPLEMENTATIONS))("%s clock:", (name) => {
  const open = IMPLEMENTATIONS[name]!;

  test("after() waits for the delay, by both clocks", async () => {
    const { clock, until } = open();
    const [wallMs, monotonicMs] = [clock.wallMs(), clock.monotonicMs()];
    await until(elapsed(clock, 20));
    // Timers work from a rounded time, so that one may fire a fraction of a millisecond early.
    expect(clock.monotonicMs() - monotonicMs).toBeGreaterThanOrEqual(19);
    expect(clock.wallMs() - wallMs).toBeGreaterThanOrEqual(19);
  });

  test("bootedAtMs() lies in the past, and stays where it is while nobody sets the clock", async () => {
    const { clock, until } = open();
    const bootedAtMs = clock.bootedAtMs()!;
    expect(bootedAtMs).toBeLessThanOrEqual(clock.wallMs());
    await until(elapsed(clock, 200));
    expect(Math.abs(clock.bootedAtMs()! - bootedAtMs)).toBeLessThan(100);
  });

  test("after() never calls at once, not even without a delay", async () => {
    const { clock, until } = open();
    const order: string[] = [];
    const fired = elapsed(clock, 0, () => order.push("timer"));
    order.push("caller");
    await until(fired);
    expect(order).toEqual(["caller", "timer"]);
  });

  test("after() calls in the order in which timers are due, and each once", async () => {
    const { clock, until } = open();
    const order: string[] = [];
    clock.after(20, () => order.push("second"));
    clock.after(5, () => order.push("first"));
    await until(elapsed(clock, 40, () => order.push("third")));
    await until(elapsed(clock, 10));
    expect(order).toEqual(["first", "second", "third"]);
  });

  test("cancel() keeps the action from being called, also by an action that is due with it", async () => {
    const { clock, until } = open();
    const calls: string[] = [];
    const early = clock.after(5, () => calls.push("early"));
    clock.after(10, () => same.cancel());
    const same = clock.after(10, () => calls.push("same"));
    early.cancel();
    await until(elapsed(clock, 30));
    expect(calls).toEqual([]);
  });

  test("cancel() may come late and twice", async () => {
    const { clock, until } = open();
    let calls = 0;
    const timer = clock.after(1, () => calls++);
    await until(elapsed(clock, 10));
    timer.cancel();
    timer.cancel();
    expect(calls).toBe(1);
  });

  test("after() takes delays of months", async () => {
    const { clock, until } = open();
    let calls = 0;
    const timer = clock.after(40 * 24 * 3_600_000, () => calls++);
    await until(elapsed(clock, 10));
    timer.cancel();
    expect(calls).toBe(0);
  });

  test("yield() lets due timers run, however often it is called", async () => {
    const { clock, until } = open();
    let isDue = false;
    clock.after(0, () => {
      isDue = true;
    });
    async function busyWalk(): Promise<void> {
      while (!isDue) await clock.yield();
    }
    await until(busyWalk());
    expect(isDue).toBe(true);
  });

  test("yield() serves several walks in turn", async () => {
    const { clock, until } = open();
    const order: string[] = [];
    async function walk(steps: string[]): Promise<void> {
      for (const step of steps) {
        order.push(step);
        await clock.yield();
      }
    }
    await until(Promise.all([walk(["a1", "a2", "a3"]), walk(["b1", "b2", "b3"])]));
    expect(order).toEqual(["a1", "b1", "a2", "b2", "a3", "b3"]);
  });
});
