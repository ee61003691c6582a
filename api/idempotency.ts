import { createHash } from "node:crypto";
import { TssyncError } from "../src/core/error.ts";
import type { Store } from "../src/ports.ts";

/** A client that repeats a request later than this no longer repeats it, it asks again. */
const KEEP_MS = 24 * 3_600_000;
/** 24 h of one resync every 90 s; the oldest go first. */
const KEYS_MAX = 1_000;
const KEY_LENGTH_MAX = 255;
const META_KEY = "idempotency-keys";

type Entry = { readonly key: string; readonly request: string; readonly id: string; readonly atMs: number };

/** Which resync each `Idempotency-Key` started: kept in the store, since a client repeats just when the daemon was away. */
export class IdempotencyKeys {
  readonly #meta: Pick<Store, "readMeta" | "writeMeta">;
  readonly #wallMs: () => number;

  constructor(meta: Pick<Store, "readMeta" | "writeMeta">, wallMs: () => number) {
    this.#meta = meta;
    this.#wallMs = wallMs;
  }

  /**
   * The id that this key gave before, or the one that `start` gives now. A `start` that throws leaves the key unused.
   *
   * @throws TssyncError REQUEST_INVALID for a key that is none, IDEMPOTENCY_KEY_REUSED when it stands for another request.
   */
  idFor(key: string | undefined, request: unknown, start: () => string): string {
    if (key === undefined) return start();
    if (key.length > KEY_LENGTH_MAX || !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(key)) {
      throw new TssyncError(
        "REQUEST_INVALID",
        `The header \`Idempotency-Key\` holds ${key.length} characters; expected 1 to ${KEY_LENGTH_MAX} of printable ASCII`,
      );
    }
    const fingerprint = sha256(JSON.stringify(request));
    const known = this.#entries();
    const entry = known.find((candidate) => candidate.key === sha256(key));
    if (entry !== undefined) {
      if (entry.request === fingerprint) return entry.id;
      throw new TssyncError(
        "IDEMPOTENCY_KEY_REUSED",
        `The idempotency key was used for the resync ${entry.id} with another body; use a new key`,
        { id: entry.id },
      );
    }
    const id = start();
    const entries = [...known, { key: sha256(key), request: fingerprint, id, atMs: this.#wallMs() }];
    this.#meta.writeMeta(META_KEY, JSON.stringify(entries.slice(-KEYS_MAX)));
    return id;
  }

  #entries(): Entry[] {
    const text = this.#meta.readMeta(META_KEY);
    // Written by this class only, in this form.
    const entries = text === null ? [] : JSON.parse(text) as Entry[];
    const since = this.#wallMs() - KEEP_MS;
    return entries.filter((entry) => entry.atMs > since);
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64");
}
