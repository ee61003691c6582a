import { createRoute, z } from "@hono/zod-openapi";
import { DELIVERY_STATES } from "../src/core/delivery.ts";
import { TssyncError } from "../src/core/error.ts";
import type { Control } from "../src/engine/control.ts";
import { requireScope } from "./authentication.ts";
import { deliveryDocument, deliverySchema } from "./delivery_schema.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { limitSchema, pageOf, pageSchema } from "./page.ts";

const idText = z.string().regex(/^\d{1,15}$/, "expected the id of a delivery, a whole number");

const listRoute = createRoute({
  operationId: "listDeliveries",
  method: "get",
  path: "/v1/deliveries",
  tags: ["plugins"],
  summary: "What plugins and webhooks were given, and what became of it",
  description:
    "Scope: status. Everything that waits or is dead, and the latest of what was delivered. What was not given to a plugin " +
    "yet stands in the status as `unread`.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("status")] as const,
  request: {
    query: z.strictObject({
      plugin: z.string().min(1).max(500).optional().meta({
        description: "The name of a plugin, the id of a webhook or of one receiver",
      }),
      state: z.enum(DELIVERY_STATES).optional(),
      limit: limitSchema,
      after: idText.transform(Number).optional().meta({ type: "string" }),
    }),
  },
  responses: { 200: jsonAnswer("One page", pageSchema(deliverySchema)), ...refusals() },
});

const redeliverRoute = createRoute({
  operationId: "redeliver",
  method: "post",
  path: "/v1/deliveries/{id}/redeliver",
  tags: ["plugins"],
  summary: "Deliver it again now, whatever became of it",
  description: "Scope: admin.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("admin")] as const,
  request: { params: z.object({ id: z.string() }) },
  responses: { 202: jsonAnswer("It is on its way", deliverySchema), ...refusals(404) },
});

/** `/v1/deliveries`. */
export function deliveryRoutes(control: Control) {
  const app = routeGroup();
  app.openapi(listRoute, (c) => {
    const { plugin, state, limit, after } = c.req.valid("query");
    const found = control.plugins.listDeliveries({ plugin, state, afterId: after, limit: limit + 1 });
    return c.json(pageOf(found, limit, ({ id }) => String(id), deliveryDocument), 200);
  });
  app.openapi(redeliverRoute, (c) => {
    const { id } = c.req.valid("param");
    if (!idText.safeParse(id).success) {
      throw new TssyncError("NOT_FOUND", `There is no delivery with the id ${JSON.stringify(id)}`);
    }
    return c.json(deliveryDocument(control.plugins.redeliver(Number(id))), 202);
  });
  return app;
}
