import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ProcessBudget, type Release } from "../../../src/engine/process_budget.ts";

/** Lets what waits for a promise run. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("ProcessBudget", () => {
  test("tryAcquire() gives so many places and no more", () => {
    const budget = new ProcessBudget(2);
    const [one, two] = [budget.tryAcquire("short"), budget.tryAcquire("short")];
    expect([one === null, two === null, budget.tryAcquire("short"), budget.taken]).toEqual([false, false, null, 2]);
    one!();
    expect([budget.taken, budget.tryAcquire("short") === null]).toEqual([1, false]);
  });

  test("a place that is released twice is one place", () => {
    const budget = new ProcessBudget(1);
    const release = budget.tryAcquire("short")!;
    release();
    release();
    expect([budget.taken, budget.tryAcquire("short") === null, budget.tryAcquire("short")]).toEqual([0, false, null]);
  });

  test("owners get their turn one after another, however many places one of them asks for", async () => {
    const budget = new ProcessBudget(1);
    const turns: string[] = [];
    const release = budget.tryAcquire("short")!;
    for (const owner of ["greedy", "greedy", "greedy", "modest", "late"]) {
      void budget.acquire(owner, "short").then((free) => {
        turns.push(owner);
        free();
      });
    }
    release();
    await settled();
    expect(turns).toEqual(["greedy", "modest", "late", "greedy", "greedy"]);
  });

  test("never gives more places than there are, and lets nobody wait while one is free", async () => {
    const step = fc.oneof(fc.constantFrom("a", "b", "c"), fc.nat(10));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), async (placesMax, steps) => {
        const budget = new ProcessBudget(placesMax);
        const held: Release[] = [];
        let asked = 0;
        let given = 0;
        for (const what of steps) {
          if (typeof what === "string") {
            asked++;
            void budget.acquire(what, "short").then((release) => {
              given++;
              held.push(release);
            });
          } else if (held.length > 0) held.splice(what % held.length, 1)[0]!();
          await settled();
          expect(budget.taken).toBe(held.length);
          expect(held.length).toBeLessThanOrEqual(placesMax);
          if (given < asked) expect(held.length).toBe(placesMax);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("a long stay never takes the last place, unless there is but one", async () => {
    const budget = new ProcessBudget(2);
    const long = budget.tryAcquire("long")!;
    expect(budget.tryAcquire("long")).toBeNull();
    const given: string[] = [];
    void budget.acquire("a", "long").then(() => given.push("long"));
    const short = budget.tryAcquire("short")!;
    void budget.acquire("a", "short").then(() => given.push("short"));
    short();
    await settled();
    expect(given).toEqual(["short"]);
    long();
    await settled();
    expect(given).toEqual(["short"]);
    expect(new ProcessBudget(1).tryAcquire("long")).not.toBeNull();
  });
});
