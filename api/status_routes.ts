import { createRoute } from "@hono/zod-openapi";
import type { Control } from "../src/engine/control.ts";
import { requireScope } from "./authentication.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { statusDocument, statusSchema } from "./status_schema.ts";

const statusRoute = createRoute({
  operationId: "readStatus",
  method: "get",
  path: "/v1/status",
  tags: ["status"],
  summary: "Every root and remote: state, what waits, how old it is",
  description: "Scope: status.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("status")] as const,
  responses: { 200: jsonAnswer("Status", statusSchema), ...refusals() },
});

/** `/v1/status`. */
export function statusRoutes(control: Control) {
  return routeGroup().openapi(statusRoute, (c) => c.json(statusDocument(control.status()), 200));
}
