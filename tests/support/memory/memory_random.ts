import type { Random } from "../../../src/ports.ts";

const TOKEN_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Randomness that repeats: the same seed gives the same numbers. */
export class MemoryRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Mulberry32, by Tommy Ettinger: 32 bits of state, good enough to choose faults with. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  token(length: number): string {
    let token = "";
    while (token.length < length) token += TOKEN_CHARACTERS[this.below(TOKEN_CHARACTERS.length)];
    return token;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of them. */
  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new Error("Nothing to pick from");
    return choices[this.below(choices.length)]!;
  }
}
