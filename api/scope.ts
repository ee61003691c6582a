/** What a token may do, weakest first: each scope includes those before it. */
export const SCOPES = ["status", "events", "resync", "admin"] as const;

export type Scope = (typeof SCOPES)[number];

/** Whether a holder of `held` may use what asks for `wanted`. */
export function scopeCovers(held: Scope, wanted: Scope): boolean {
  return SCOPES.indexOf(held) >= SCOPES.indexOf(wanted);
}
