import { createRoute, z } from "@hono/zod-openapi";
import { TssyncError } from "../src/core/error.ts";
import type { WebhookWish } from "../src/core/webhook.ts";
import type { Control } from "../src/engine/control.ts";
import { requireScope } from "./authentication.ts";
import { readJsonBody } from "./body.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { limitSchema, pageOf, pageSchema } from "./page.ts";
import {
  testSchema,
  webhookBody,
  webhookChanges,
  webhookDocument,
  webhookSchema,
  webhookWithSecret,
  wishOf,
} from "./webhook_schema.ts";

const BODY_BYTES_MAX = 64 * 1024;

const ADMIN = {
  tags: ["plugins"],
  security: TOKEN_NEEDED,
  middleware: requireScope("admin"),
};
const ONE = { params: z.object({ id: z.string() }) };

const listRoute = createRoute({
  ...ADMIN,
  operationId: "listWebhooks",
  method: "get",
  path: "/v1/webhooks",
  summary: "Endpoints that get signed requests",
  description: "Scope: admin. Those of the configuration come first.",
  request: { query: z.strictObject({ limit: limitSchema, after: z.string().min(1).max(255).optional() }) },
  responses: { 200: jsonAnswer("One page", pageSchema(webhookSchema)), ...refusals(404) },
});

const addRoute = createRoute({
  ...ADMIN,
  operationId: "createWebhook",
  method: "post",
  path: "/v1/webhooks",
  summary: "Send events to an endpoint from now on",
  description:
    "Scope: admin. Requests follow the Standard Webhooks specification: the body is the CloudEvent, `webhook-id` its id, " +
    "`webhook-signature` made with the secret that is shown here and nowhere else. Addresses that are not public, and plain " +
    "http, only where `--webhook-allow` or `<webhooks allow>` say so: otherwise 422 `webhook-forbidden`.",
  request: { body: { content: { "application/json": { schema: { $ref: "#/components/schemas/NewWebhook" } } } } },
  responses: { 201: jsonAnswer("Made", webhookWithSecret), ...refusals(413, 415, 422) },
});

const readRoute = createRoute({
  ...ADMIN,
  operationId: "readWebhook",
  method: "get",
  path: "/v1/webhooks/{id}",
  summary: "One of them",
  description: "Scope: admin.",
  request: ONE,
  responses: { 200: jsonAnswer("As it is", webhookSchema), ...refusals(404) },
});

const changeRoute = createRoute({
  ...ADMIN,
  operationId: "changeWebhook",
  method: "patch",
  path: "/v1/webhooks/{id}",
  summary: "Change what is given; enable or disable it",
  description:
    "Scope: admin. Enabled again, it goes on with the event where it stopped, as far as the log still has it.",
  request: {
    ...ONE,
    body: { content: { "application/json": { schema: { $ref: "#/components/schemas/WebhookChanges" } } } },
  },
  responses: { 200: jsonAnswer("As it is now", webhookSchema), ...refusals(404, 413, 415, 422) },
});

const deleteRoute = createRoute({
  ...ADMIN,
  operationId: "deleteWebhook",
  method: "delete",
  path: "/v1/webhooks/{id}",
  summary: "Send it nothing any more, and forget its deliveries",
  description: "Scope: admin.",
  request: ONE,
  responses: { 204: { description: "Gone" }, ...refusals(404, 422) },
});

const testRoute = createRoute({
  ...ADMIN,
  operationId: "testWebhook",
  method: "post",
  path: "/v1/webhooks/{id}/test",
  summary: "Send it one event of the type `tssync.webhook.test`, and see what it answers",
  description: "Scope: admin.",
  request: ONE,
  responses: { 200: jsonAnswer("What became of it", testSchema), ...refusals(404) },
});

const rotateRoute = createRoute({
  ...ADMIN,
  operationId: "rotateWebhookSecret",
  method: "post",
  path: "/v1/webhooks/{id}/rotate",
  summary: "Give it a new secret",
  description: "Scope: admin. For 24 hours each request is signed with both.",
  request: ONE,
  responses: {
    200: jsonAnswer("With its new secret, shown here and nowhere else", webhookWithSecret),
    ...refusals(404, 422),
  },
});

/** `/v1/webhooks`. */
export function webhookRoutes(control: Control) {
  const app = routeGroup();
  app.openAPIRegistry.register("NewWebhook", webhookBody);
  app.openAPIRegistry.register("WebhookChanges", webhookChanges);
  const { webhooks } = control.plugins;

  app.openapi(listRoute, (c) => {
    const { limit, after } = c.req.valid("query");
    const all = webhooks.list();
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    if (after !== undefined && from === 0) {
      throw new TssyncError("NOT_FOUND", `There is no webhook ${JSON.stringify(after)} to go on after`);
    }
    return c.json(pageOf(all.slice(from, from + limit + 1), limit, ({ id }) => id, webhookDocument), 200);
  });

  app.openapi(addRoute, async (c) => {
    const body = await readJsonBody(c, webhookBody, BODY_BYTES_MAX);
    // Every part has a value: the schema's defaults hold.
    const { webhook, secret } = await webhooks.create(wishOf(body) as WebhookWish);
    c.header("location", `/v1/webhooks/${webhook.id}`);
    return c.json({ ...webhookDocument(webhook), secret }, 201);
  });

  app.openapi(readRoute, (c) => c.json(webhookDocument(webhooks.get(c.req.valid("param").id)), 200));

  app.openapi(changeRoute, async (c) => {
    const { id } = c.req.valid("param");
    webhooks.get(id);
    const { state, ...changes } = await readJsonBody(c, webhookChanges, BODY_BYTES_MAX);
    return c.json(webhookDocument(await webhooks.update(id, wishOf(changes), state)), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    await webhooks.delete(c.req.valid("param").id);
    return c.body(null, 204);
  });

  app.openapi(testRoute, async (c) => {
    const { outcome, message } = await webhooks.test(c.req.valid("param").id);
    return c.json({ delivered: outcome === "delivered", message }, 200);
  });

  app.openapi(rotateRoute, async (c) => {
    const { webhook, secret } = await webhooks.rotate(c.req.valid("param").id);
    return c.json({ ...webhookDocument(webhook), secret }, 200);
  });
  return app;
}
