import { createHash, randomBytes } from "node:crypto";
import type { Identity } from "./connection.ts";

/** Long enough for a page to open its stream. */
const LIVES_MS = 30_000;
/** Tickets at once; the oldest go first. */
const TICKETS_MAX = 1_000;

type Entry = { readonly expiresAtMs: number; readonly holder: Identity };

/** One-use tickets, which stand for the scope `events` of whoever asked for them. Only their hashes are kept, and only in memory. */
export class Tickets {
  readonly #wallMs: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  create(holder: Identity): { readonly ticket: string; readonly expiresAtMs: number } {
    const ticket = randomBytes(24).toString("base64url");
    const expiresAtMs = this.#wallMs() + LIVES_MS;
    this.#entries.set(hash(ticket), { expiresAtMs, holder });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= TICKETS_MAX) break;
      this.#entries.delete(oldest);
    }
    return { ticket, expiresAtMs };
  }

  /** Who comes with it; null: it is no ticket. It is none afterwards, and none once its holder's token is revoked. */
  use(ticket: string): Identity | null {
    const entry = this.#entries.get(hash(ticket));
    this.#entries.delete(hash(ticket));
    if (entry === undefined || entry.expiresAtMs <= this.#wallMs() || entry.holder.revoked.aborted) return null;
    return { ...entry.holder, scope: "events" };
  }
}

/** Looked up by its hash, so that the time it takes tells nothing of other tickets. */
function hash(ticket: string): string {
  return createHash("sha256").update(ticket).digest("base64");
}
