import { describe, expect, test } from "bun:test";
import { SystemRandom } from "../../src/adapters/system_random.ts";
import type { Random } from "../../src/ports.ts";
import { MemoryRandom } from "../support/memory/memory_random.ts";

const IMPLEMENTATIONS: Record<string, () => Random> = {
  system: () => new SystemRandom(),
  memory: () => new MemoryRandom(7),
};

describe.each(Object.keys(IMPLEMENTATIONS))("%s random:", (name) => {
  const random = IMPLEMENTATIONS[name]!();

  test("fraction() stays in [0, 1) and reaches every tenth of it", () => {
    const fractions = Array.from({ length: 2000 }, () => random.fraction());
    expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true);
    expect(new Set(fractions.map((fraction) => Math.floor(fraction * 10))).size).toBe(10);
  });

  test("token() gives that many characters of a-z and 0-9, all of them in time", () => {
    expect(random.token(0)).toBe("");
    expect(random.token(26)).toMatch(/^[a-z0-9]{26}$/);
    expect(new Set(random.token(5000)).size).toBe(36);
  });

  test("token() does not repeat", () => {
    expect(new Set(Array.from({ length: 1000 }, () => random.token(16))).size).toBe(1000);
  });
});

test("MemoryRandom repeats from the same seed, and only from that", () => {
  const tokenOf = (seed: number) => new MemoryRandom(seed).token(20);
  expect(tokenOf(1)).toBe(tokenOf(1));
  expect(tokenOf(1)).not.toBe(tokenOf(2));
});
