import { expect, test } from "bun:test";
import { pulseTrouble } from "../../../src/core/heartbeat.ts";

const ALIVE = { lagMs: 3, tickAgeMs: 800, isStuck: false };

test("pulseTrouble() finds nothing where work moves", () => {
  expect(pulseTrouble(ALIVE, 5_000)).toBeNull();
});

for (
  const [what, pulse, expected] of [
    ["a blocked event loop", { lagMs: 6_000 }, "the event loop was late by 6000 ms"],
    ["an engine that stands still", { tickAgeMs: 20_000 }, "nothing was remembered for 20 s"],
    ["work that nobody sends", { isStuck: true }, "a remote has work that nobody sends"],
  ] as const
) {
  test(`pulseTrouble() sees ${what}`, () => {
    expect(pulseTrouble({ ...ALIVE, ...pulse }, 5_000)).toBe(expected);
  });
}
