import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { TssyncError } from "../src/core/error.ts";
import type { Log, Store } from "../src/ports.ts";
import { SCOPES } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** What is kept of a token: never the token itself. */
export type TokenRecord = {
  readonly id: string;
  readonly name: string | null;
  readonly scope: Scope;
  /** The roots it is good for; null: all, and what belongs to no root. */
  readonly roots: readonly string[] | null;
  readonly sha256: Uint8Array;
};

/** What is told of a token. */
export type TokenFacts = Omit<TokenRecord, "sha256"> & {
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
};

/** A token that was presented and is good. */
export type KnownToken = Omit<TokenRecord, "sha256"> & {
  /** Aborted when it is revoked: what was opened with it ends then. */
  readonly revoked: AbortSignal;
};

export type TokensOptions = {
  readonly meta: Pick<Store, "readMeta" | "writeMeta">;
  readonly wallMs: () => number;
  readonly log: Log;
  /** Tokens that are known from elsewhere, such as the state directory's; they cannot be revoked here. */
  readonly given: readonly TokenRecord[];
};

/** As it stands in the store. */
type Stored = {
  readonly id: string;
  readonly name: string | null;
  readonly scope: Scope;
  readonly roots: readonly string[] | null;
  readonly sha256: string;
  readonly isGiven: boolean;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
};

type Entry = {
  readonly record: TokenRecord;
  readonly isGiven: boolean;
  readonly createdAtMs: number;
  lastUsedAtMs: number | null;
  readonly ending: AbortController;
};

const META_KEY = "tokens";
/** One for each program and person; all of them are compared at every request. */
const TOKENS_MAX = 1_000;
/** The last use is stored at most so often: requests must not wait for the disk. */
const USE_STORED_EVERY_MS = 60_000;
/** 256 bits: guessing is out of the question. */
const TOKEN_BYTES = 32;
/** Told apart from other secrets by people and by secret scanners. */
const TOKEN_PREFIX = "tssync_";

/** Who may ask, and for what. Kept in the store as hashes: a token is shown when it is made and never again. */
export class Tokens {
  readonly #meta: TokensOptions["meta"];
  readonly #wallMs: () => number;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  #useStoredAtMs = 0;

  constructor({ meta, wallMs, log, given }: TokensOptions) {
    this.#meta = meta;
    this.#wallMs = wallMs;
    this.#log = log;
    // Written by this class only, in this form.
    const stored = JSON.parse(meta.readMeta(META_KEY) ?? "[]") as Stored[];
    for (const record of given) {
      const known = stored.find(({ sha256 }) => sha256 === textOf(record.sha256));
      this.#add(record, { isGiven: true, createdAtMs: known?.createdAtMs ?? wallMs(), known });
    }
    for (const { sha256, isGiven, createdAtMs, lastUsedAtMs, ...facts } of stored) {
      if (isGiven) continue;
      const record = { ...facts, sha256: Buffer.from(sha256, "base64") };
      this.#add(record, { isGiven: false, createdAtMs, known: { lastUsedAtMs } });
    }
  }

  /** The token that was presented, or null. Takes the same time for every wrong one: hashes are compared, all of them, to the end. */
  find(presented: string): KnownToken | null {
    const presentedHash = hash(presented);
    let found: Entry | null = null;
    for (const entry of this.#entries.values()) {
      if (timingSafeEqual(entry.record.sha256, presentedHash)) found = entry;
    }
    if (found === null) return null;
    this.#used(found);
    const { sha256: _sha256, ...facts } = found.record;
    return { ...facts, revoked: found.ending.signal };
  }

  /** Makes one; `token` is known to the caller alone afterwards. @throws TssyncError STATE_UNUSABLE, BODY_INVALID */
  create(asked: Pick<TokenRecord, "name" | "scope" | "roots">): { readonly token: string; readonly facts: TokenFacts } {
    if (this.#entries.size >= TOKENS_MAX) {
      throw new TssyncError("BODY_INVALID", `There are ${TOKENS_MAX} tokens already; revoke one first`);
    }
    const token = newToken();
    const id = randomUUID().replaceAll("-", "").slice(0, 12);
    const entry = this.#add({ id, ...asked, sha256: hash(token) }, {
      isGiven: false,
      createdAtMs: this.#wallMs(),
      known: undefined,
    });
    this.#storeOr(() => this.#entries.delete(id), "make a token");
    return { token, facts: factsOf(entry) };
  }

  /** In the order in which they were made. */
  list(): TokenFacts[] {
    return [...this.#entries.values()].map(factsOf);
  }

  /** It is good for nothing from now on. @throws TssyncError NOT_FOUND, TOKEN_GIVEN, STATE_UNUSABLE */
  revoke(id: string): TokenFacts {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new TssyncError("NOT_FOUND", `There is no token with the id ${JSON.stringify(id)}`);
    if (entry.isGiven) {
      throw new TssyncError(
        "TOKEN_GIVEN",
        `The token ${id} is that of the file \`token\` in the state directory: remove the file, and the next start makes a new one`,
        { id },
      );
    }
    this.#entries.delete(id);
    this.#storeOr(() => void this.#entries.set(id, entry), "revoke a token");
    entry.ending.abort();
    return factsOf(entry);
  }

  #add(
    record: TokenRecord,
    { isGiven, createdAtMs, known }: {
      readonly isGiven: boolean;
      readonly createdAtMs: number;
      readonly known: Pick<Stored, "lastUsedAtMs"> | undefined;
    },
  ): Entry {
    const lastUsedAtMs = known?.lastUsedAtMs ?? null;
    const entry = { record, isGiven, createdAtMs, lastUsedAtMs, ending: new AbortController() };
    this.#entries.set(record.id, entry);
    return entry;
  }

  #used(entry: Entry): void {
    const nowMs = this.#wallMs();
    entry.lastUsedAtMs = nowMs;
    if (Math.abs(nowMs - this.#useStoredAtMs) < USE_STORED_EVERY_MS) return;
    this.#useStoredAtMs = nowMs;
    try {
      this.#store();
    } catch (error) {
      // Whoever asks has a good token, whatever the disk says.
      this.#log.write("warning", `Cannot store when tokens were used last: ${messageOf(error)}`);
    }
  }

  #storeOr(undo: () => void, what: string): void {
    try {
      this.#store();
    } catch (error) {
      undo();
      throw new TssyncError("STATE_UNUSABLE", `Cannot ${what}: the state directory takes nothing: ${messageOf(error)}`);
    }
  }

  #store(): void {
    const stored = [...this.#entries.values()].map(({ record, isGiven, createdAtMs, lastUsedAtMs }): Stored => {
      const sha256 = textOf(record.sha256);
      return { ...record, sha256, isGiven, createdAtMs, lastUsedAtMs };
    });
    this.#meta.writeMeta(META_KEY, JSON.stringify(stored));
  }
}

/** A record of a token that is known from elsewhere. */
export function tokenRecord(
  token: string,
  id: string,
  scope: Scope,
  roots: readonly string[] | null = null,
): TokenRecord {
  return { id, name: null, scope, roots, sha256: hash(token) };
}

export function newToken(): string {
  return `${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString("base64url")}`;
}

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}

function factsOf({ record: { sha256: _sha256, ...facts }, createdAtMs, lastUsedAtMs }: Entry): TokenFacts {
  return { ...facts, createdAtMs, lastUsedAtMs };
}

function hash(token: string): Uint8Array {
  return createHash("sha256").update(token, "utf8").digest();
}

function textOf(sha256: Uint8Array): string {
  return Buffer.from(sha256).toString("base64");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
