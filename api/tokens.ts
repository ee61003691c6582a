import { createHash, timingSafeEqual } from "node:crypto";
import type { Scope } from "./scope.ts";

/** What is kept of a token: never the token itself. */
export type TokenRecord = { readonly name: string; readonly scope: Scope; readonly sha256: Uint8Array };

export function tokenRecord(token: string, name: string, scope: Scope): TokenRecord {
  return { name, scope, sha256: hash(token) };
}

/** The record of a presented token, or null. Takes the same time for every wrong token: hashes are compared, all of them, to the end. */
export function findToken(records: readonly TokenRecord[], presented: string): TokenRecord | null {
  const presentedHash = hash(presented);
  let found: TokenRecord | null = null;
  for (const record of records) if (timingSafeEqual(record.sha256, presentedHash)) found = record;
  return found;
}

function hash(token: string): Uint8Array {
  return createHash("sha256").update(token, "utf8").digest();
}
