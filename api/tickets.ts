import { createHash, randomBytes } from "node:crypto";

/** Long enough for a page to open its stream. */
const LIVES_MS = 30_000;
/** Tickets at once; the oldest go first. */
const TICKETS_MAX = 1_000;

/** One-use tickets, which stand for the scope `events`. Only their hashes are kept, and only in memory. */
export class Tickets {
  readonly #wallMs: () => number;
  readonly #expiresAtMs = new Map<string, number>();

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  create(): { readonly ticket: string; readonly expiresAtMs: number } {
    const ticket = randomBytes(24).toString("base64url");
    const expiresAtMs = this.#wallMs() + LIVES_MS;
    this.#expiresAtMs.set(hash(ticket), expiresAtMs);
    for (const oldest of this.#expiresAtMs.keys()) {
      if (this.#expiresAtMs.size <= TICKETS_MAX) break;
      this.#expiresAtMs.delete(oldest);
    }
    return { ticket, expiresAtMs };
  }

  /** Whether it is a ticket; it is none afterwards. */
  use(ticket: string): boolean {
    const expiresAtMs = this.#expiresAtMs.get(hash(ticket));
    this.#expiresAtMs.delete(hash(ticket));
    return expiresAtMs !== undefined && expiresAtMs > this.#wallMs();
  }
}

/** Looked up by its hash, so that the time it takes tells nothing of other tickets. */
function hash(ticket: string): string {
  return createHash("sha256").update(ticket).digest("base64");
}
