import { createRoute, z } from "@hono/zod-openapi";
import { TssyncError } from "../src/core/error.ts";
import type { Control, FlushRequest } from "../src/engine/control.ts";
import { requireScope } from "./authentication.ts";
import { readJsonBody } from "./body.ts";
import { connectionOf } from "./connection.ts";
import { durationSchema } from "./duration.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { pathItem } from "./path_text.ts";
import { idsSchema } from "./resync_schema.ts";
import { rootsMeant } from "./token_roots.ts";

const BODY_BYTES_MAX = 1 << 16;
const TIMEOUT_MS_MAX = 3_600_000;

const flushInputSchema = z.strictObject({
  roots: idsSchema.optional().meta({ description: "Default: all" }),
  scope: z.enum(["seen", "synced"]).default("synced").meta({
    description: "`seen`: read from the kernel; `synced`: on all remotes as well",
  }),
  timeout: durationSchema(TIMEOUT_MS_MAX, "1h").default(30_000).meta({
    type: "string",
    default: "30s",
    example: "30s",
  }),
}).openapi("FlushRequest");

const flushSchema = z.object({
  cursor: z.string().meta({ description: "Everything written before the call has an event up to here" }),
}).openapi("Flush");

const flushRoute = createRoute({
  operationId: "flush",
  method: "post",
  path: "/v1/flush",
  tags: ["resync"],
  summary: "Wait until everything written before this call has been seen or is on all remotes",
  description: "Scope: events.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("events", "byRoot")] as const,
  request: { body: { content: { "application/json": { schema: { $ref: "#/components/schemas/FlushRequest" } } } } },
  responses: { 200: jsonAnswer("It is", flushSchema), ...refusals(404, 413, 415, 422, 504) },
});

/** `/v1/flush`. */
export function flushRoutes(control: Control) {
  const app = routeGroup();
  app.openAPIRegistry.register("FlushRequest", flushInputSchema);
  app.openapi(flushRoute, async (c) => {
    const { roots: named, scope, timeout } = await readJsonBody(c, flushInputSchema, BODY_BYTES_MAX);
    const roots = rootsMeant(c.get("identity"), named);
    connectionOf(c.env).keepOpen?.();
    const request: FlushRequest = { scope, timeoutMs: timeout, ...(roots === undefined ? {} : { roots }) };
    const { cursor } = await control.flush(request).catch((error: unknown) => {
      throw withTextPaths(error);
    });
    return c.json({ cursor }, 200);
  });
  return app;
}

/** The engine names missing paths in bytes. */
function withTextPaths(error: unknown): unknown {
  if (!(error instanceof TssyncError) || !Array.isArray(error.details["paths"])) return error;
  const paths = error.details["paths"].map((path) => pathItem(String(path)));
  return new TssyncError(error.code, error.message, { ...error.details, paths });
}
