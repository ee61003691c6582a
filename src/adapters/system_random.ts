import type { Random } from "../ports.ts";

const TOKEN_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** The largest multiple of 36 in a byte: larger bytes would favour the first characters. */
const FAIR_BYTES = 252;

/** The system's source of randomness, fit for secrets. */
export class SystemRandom implements Random {
  fraction(): number {
    const [high, low] = crypto.getRandomValues(new Uint32Array(2));
    // 53 bits, all that a number below 1 can hold.
    return ((high! >>> 5) * 2 ** 26 + (low! >>> 6)) / 2 ** 53;
  }

  token(length: number): string {
    let token = "";
    while (token.length < length) {
      for (const byte of crypto.getRandomValues(new Uint8Array(length - token.length))) {
        if (byte < FAIR_BYTES) token += TOKEN_CHARACTERS[byte % TOKEN_CHARACTERS.length];
      }
    }
    return token;
  }
}
