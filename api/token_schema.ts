import { z } from "@hono/zod-openapi";
import { SCOPES } from "./scope.ts";
import type { Scope } from "./scope.ts";
import { timeSchema, timeText } from "./time_text.ts";
import type { TokenFacts } from "./tokens.ts";

const NAME_LENGTH_MAX = 255;
const ROOTS_MAX = 1_000;

const rootIds = z.array(z.string().min(1).max(1024));
const scopeSchema = z.enum(SCOPES).meta({
  description: "What it may do; each includes those before it: status, events, resync, admin",
});

export const tokenInputSchema = z.strictObject({
  scope: scopeSchema,
  name: z.string().trim().min(1).max(NAME_LENGTH_MAX).optional().meta({
    description: "For those who look at the list later",
    example: "deploy",
  }),
  roots: rootIds.min(1).max(ROOTS_MAX).optional().meta({
    description: "The roots it is good for; what belongs to no root is refused then. Default: everything",
    example: ["www"],
  }),
}).openapi("TokenInput");

export const tokenSchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  scope: scopeSchema,
  roots: rootIds.nullable().meta({ description: "null: everything" }),
  createdAt: timeSchema,
  lastUsedAt: timeSchema.nullable().meta({ description: "null: never" }),
}).openapi("Token");

export const newTokenSchema = tokenSchema.extend({
  token: z.string().meta({ description: "Shown here and never again" }),
}).openapi("NewToken");

export type TokenInput = { readonly scope: Scope; readonly name?: string; readonly roots?: readonly string[] };
export type TokenDocument = z.output<typeof tokenSchema>;
export type NewTokenDocument = z.output<typeof newTokenSchema>;

export function tokenDocument({ id, name, scope, roots, createdAtMs, lastUsedAtMs }: TokenFacts): TokenDocument {
  return {
    id,
    name,
    scope,
    roots: roots === null ? null : [...roots],
    createdAt: timeText(createdAtMs),
    lastUsedAt: timeText(lastUsedAtMs),
  };
}
