import { createRoute, z } from "@hono/zod-openapi";
import { TssyncError } from "../src/core/error.ts";
import type { Control } from "../src/engine/control.ts";
import { requireScope } from "./authentication.ts";
import { holdDocument, holdSchema } from "./hold_schema.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { limitSchema, pageOf, pageSchema } from "./page.ts";
import { mayUseRoot, requireRoot } from "./token_roots.ts";

const listRoute = createRoute({
  operationId: "listHolds",
  method: "get",
  path: "/v1/holds",
  tags: ["holds"],
  summary: "Deletes that wait for a decision, and the latest decisions, newest first",
  description: "Scope: status.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("status", "byRoot")] as const,
  request: { query: z.strictObject({ limit: limitSchema, after: z.string().min(1).max(255).optional() }) },
  responses: { 200: jsonAnswer("One page", pageSchema(holdSchema)), ...refusals(404) },
});

const DECISIONS = {
  approve: "Let these deletes be made",
  reject: "Keep on the remote what these deletes name",
} as const;

type Decision = keyof typeof DECISIONS;

const decisionRoute = (decision: Decision) =>
  createRoute({
    operationId: `${decision}Hold`,
    method: "post",
    path: `/v1/holds/{id}/${decision}`,
    tags: ["holds"],
    summary: DECISIONS[decision],
    description: "Scope: admin. A decision is made once: 409 when it was made before.",
    security: TOKEN_NEEDED,
    middleware: [requireScope("admin", "byRoot")] as const,
    request: { params: z.object({ id: z.string() }) },
    responses: { 200: jsonAnswer("As it was decided", holdSchema), ...refusals(404, 409) },
  });

/** `/v1/holds`. */
export function holdRoutes(control: Control) {
  const app = routeGroup();
  app.openapi(listRoute, (c) => {
    const { limit, after } = c.req.valid("query");
    const holds = control.listHolds().filter(({ root }) => mayUseRoot(c.get("identity"), root));
    const from = after === undefined ? 0 : holds.findIndex((hold) => hold.id === after) + 1;
    if (after !== undefined && from === 0) {
      throw new TssyncError("NOT_FOUND", `There is no hold ${JSON.stringify(after)} to go on after`);
    }
    return c.json(pageOf(holds.slice(from, from + limit + 1), limit, (hold) => hold.id, holdDocument), 200);
  });
  for (const decision of Object.keys(DECISIONS) as Decision[]) {
    app.openapi(
      decisionRoute(decision),
      (c) => {
        const { id } = c.req.valid("param");
        const hold = control.listHolds().find((candidate) => candidate.id === id);
        if (hold !== undefined) requireRoot(c.get("identity"), hold.root);
        return c.json(holdDocument(control.decideHold(id, decision)), 200);
      },
    );
  }
  return app;
}
