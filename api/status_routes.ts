import { createRoute } from "@hono/zod-openapi";
import type { Control } from "../src/engine/control.ts";
import { requireScope } from "./authentication.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { mayUseRoot } from "./token_roots.ts";
import { statusDocument, statusSchema } from "./status_schema.ts";

const statusRoute = createRoute({
  operationId: "readStatus",
  method: "get",
  path: "/v1/status",
  tags: ["status"],
  summary: "Every root and remote: state, what waits, how old it is",
  description: "Scope: status.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("status", "byRoot")] as const,
  responses: { 200: jsonAnswer("Status", statusSchema), ...refusals() },
});

/** `/v1/status`. */
export function statusRoutes(control: Control) {
  return routeGroup().openapi(statusRoute, (c) => {
    const status = control.status();
    const identity = c.get("identity");
    const roots = status.roots.filter(({ id }) => mayUseRoot(identity, id));
    // Where the events of all roots go belongs to no single root.
    const plugins = (identity?.roots ?? null) === null ? status.plugins : [];
    return c.json(statusDocument({ ...status, roots, plugins }), 200);
  });
}
