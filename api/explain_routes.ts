import { createRoute, z } from "@hono/zod-openapi";
import type { Control, Explanation, Standing } from "../src/engine/control.ts";
import { requireScope } from "./authentication.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { pathFields, pathFieldsSchema, pathQuery, readPathQuery } from "./path_text.ts";
import { timeSchema, timeText } from "./time_text.ts";
import { requireRoot } from "./token_roots.ts";

const STATES = ["excluded", "waiting", "in_flight", "failed", "held", "synced"] as const satisfies readonly Standing[];
const KINDS = ["file", "directory", "symlink", "other"] as const;

const explanationSchema = pathFieldsSchema.extend({
  root: z.string(),
  kind: z.enum(KINDS).nullable().meta({ description: "What is there now; null: nothing" }),
  remotes: z.array(z.object({
    remote: z.string(),
    state: z.enum(STATES),
    rule: z.string().optional().meta({
      description: "The expression that excludes it, as it stands in the configuration",
    }),
    since: timeSchema.optional().meta({ description: "Since when it stands so, as far as that is known" }),
    message: z.string().optional(),
  })),
}).openapi("Explanation");

export type ExplanationDocument = z.output<typeof explanationSchema>;

const explainRoute = createRoute({
  operationId: "explain",
  method: "get",
  path: "/v1/explain",
  tags: ["status"],
  summary: "Why a path is, or is not yet, on each remote",
  description: "Scope: status.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("status", "byRoot")] as const,
  request: { query: z.strictObject({ root: z.string().min(1).max(1024), ...pathQuery }) },
  responses: { 200: jsonAnswer("As it stands now", explanationSchema), ...refusals(404, 422) },
});

/** `/v1/explain`. */
export function explainRoutes(control: Control) {
  return routeGroup().openapi(explainRoute, async (c) => {
    const { root, ...asked } = c.req.valid("query");
    requireRoot(c.get("identity"), root);
    return c.json(explanationDocument(await control.explain(root, readPathQuery(asked))), 200);
  });
}

function explanationDocument({ root, path, kind, remotes }: Explanation): ExplanationDocument {
  return {
    root,
    ...pathFields(path),
    kind,
    remotes: remotes.map(({ remote, state, rule, sinceMs, message }) => ({
      remote,
      state,
      ...(rule === null ? {} : { rule }),
      ...(sinceMs === null ? {} : { since: timeText(sinceMs) }),
      ...(message === null ? {} : { message }),
    })),
  };
}
