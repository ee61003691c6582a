import { createRoute, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { CDN_PROVIDER_NAMES } from "../src/core/cdn_provider.ts";
import { TssyncError } from "../src/core/error.ts";
import type { Control } from "../src/engine/control.ts";
import { cachesOf } from "../src/engine/purge_requests.ts";
import { requireScope } from "./authentication.ts";
import { readJsonBody } from "./body.ts";
import type { ApiEnv } from "./connection.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";

/** A thousand URLs of ordinary length. */
const BODY_BYTES_MAX = 1 << 18;
const ITEMS_MAX = 1_000;
const VALUE_CHARACTERS_MAX = 4_096;

const valueSchema = z.string().min(1).max(VALUE_CHARACTERS_MAX);

const purgeInputSchema = z.strictObject({
  urls: z.array(valueSchema).max(ITEMS_MAX).default([]).meta({ example: ["http://www.example.com/a.png"] }),
  directories: z.array(valueSchema).max(ITEMS_MAX).default([]).meta({ example: ["http://www.example.com/css/"] }),
  tags: z.array(valueSchema).max(ITEMS_MAX).default([]),
}).openapi("PurgeRequest");

const purgeSchema = z.object({
  provider: z.string(),
  batch: z.string().meta({ description: "Stands in every event and delivery of this purge" }),
  count: z.int().meta({ description: "Things to purge, one event each" }),
  first: z.string().meta({ description: "Id of the first event" }),
  last: z.string().meta({ description: "Id of the last one" }),
}).openapi("Purge");

const purgeRoute = (control: Control) =>
  createRoute({
    operationId: "purge",
    method: "post",
    path: "/v1/cdn/{provider}/purge",
    tags: ["plugins"],
    summary: "Let caches forget URLs, directories or tags",
    description:
      "Scope: resync. It is stored when this answers, and goes the same way as what changed files bring about: " +
      "the deliveries tell what became of it.",
    security: TOKEN_NEEDED,
    middleware: [requireScope("resync"), providerExists(control)] as const,
    request: {
      params: z.object({ provider: z.string().meta({ example: CDN_PROVIDER_NAMES[0] }) }),
      body: { content: { "application/json": { schema: { $ref: "#/components/schemas/PurgeRequest" } } } },
    },
    responses: { 202: jsonAnswer("Taken on", purgeSchema), ...refusals(404, 413, 415, 422) },
  });

/** `/v1/cdn/{provider}/purge`. */
export function purgeRoutes(control: Control) {
  const app = routeGroup();
  app.openAPIRegistry.register("PurgeRequest", purgeInputSchema);
  app.openapi(purgeRoute(control), async (c) => {
    const { provider } = c.req.valid("param");
    const asked = await readJsonBody(c, purgeInputSchema, BODY_BYTES_MAX);
    return c.json({ provider, ...control.requestPurge({ provider, ...asked }) }, 202);
  });
  return app;
}

/** That there is no such cache is said before anything else about the request. */
function providerExists(control: Control) {
  return createMiddleware<ApiEnv>(async function existence(c, next) {
    const provider = c.req.param("provider") ?? "";
    if (cachesOf(control.configuration(), provider).length === 0) {
      throw new TssyncError(
        "NOT_FOUND",
        `No plugin that is switched on has a <cdn provider=${JSON.stringify(provider)}>; there may be ${
          CDN_PROVIDER_NAMES.join(", ")
        }`,
      );
    }
    await next();
  });
}
