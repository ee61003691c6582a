import { createRoute, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import type { Control, Resync } from "../src/engine/control.ts";
import { requireScope } from "./authentication.ts";
import { readJsonBody } from "./body.ts";
import { connectionOf } from "./connection.ts";
import type { ApiEnv, Identity } from "./connection.ts";
import { durationSchema } from "./duration.ts";
import type { IdempotencyKeys } from "./idempotency.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { limitSchema, pageOf, pageSchema } from "./page.ts";
import { readResyncRequest, resyncDocument, resyncInputSchema, resyncSchema } from "./resync_schema.ts";
import { mayUseRoot, requireRoot, rootsMeant } from "./token_roots.ts";

/** Holds 10,000 paths of ordinary length. */
const BODY_BYTES_MAX = 1 << 20;
const WAIT_MS_MAX = 600_000;

const startRoute = createRoute({
  operationId: "startResync",
  method: "post",
  path: "/v1/resyncs",
  tags: ["resync"],
  summary: "Compare source and remotes and send what differs; no body: everything",
  description: "Scope: resync. The same `Idempotency-Key` gives the same resync for 24 h, also after it has ended.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("resync", "byRoot")] as const,
  request: {
    headers: z.object({ "idempotency-key": z.string().optional() }),
    body: { content: { "application/json": { schema: { $ref: "#/components/schemas/ResyncRequest" } } } },
  },
  responses: {
    202: {
      ...jsonAnswer("Queued or running", resyncSchema),
      headers: z.object({ location: z.string().meta({ description: "Where it can be watched" }) }),
    },
    ...refusals(404, 409, 413, 415, 422),
  },
});

const listRoute = createRoute({
  operationId: "listResyncs",
  method: "get",
  path: "/v1/resyncs",
  tags: ["resync"],
  summary: "Resyncs, newest first",
  description: "Scope: status.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("status", "byRoot")] as const,
  request: { query: z.strictObject({ limit: limitSchema, after: z.string().min(1).max(255).optional() }) },
  responses: { 200: jsonAnswer("One page", pageSchema(resyncSchema)), ...refusals(404) },
});

const readRoute = (control: Control) =>
  createRoute({
    operationId: "readResync",
    method: "get",
    path: "/v1/resyncs/{id}",
    tags: ["resync"],
    summary: "One resync, at once or when it has ended",
    description: "Scope: status.",
    security: TOKEN_NEEDED,
    middleware: [requireScope("status", "byRoot"), resyncExists(control)] as const,
    request: {
      params: z.object({ id: z.string() }),
      query: z.strictObject({
        wait: durationSchema(WAIT_MS_MAX, "10m").optional().meta({
          type: "string",
          description: "How long to wait for its end",
          example: "60s",
        }),
      }),
    },
    responses: { 200: jsonAnswer("As it stands then", resyncSchema), ...refusals(404) },
  });

const cancelRoute = (control: Control) =>
  createRoute({
    operationId: "cancelResync",
    method: "delete",
    path: "/v1/resyncs/{id}",
    tags: ["resync"],
    summary: "End its rsyncs; what arrived stays",
    description: "Scope: resync.",
    security: TOKEN_NEEDED,
    middleware: [requireScope("resync"), resyncExists(control)] as const,
    request: { params: z.object({ id: z.string() }) },
    responses: { 202: jsonAnswer("As it stands now: it ends in a moment", resyncSchema), ...refusals(404, 409) },
  });

/** `/v1/resyncs`. */
export function resyncRoutes(control: Control, keys: IdempotencyKeys) {
  const app = routeGroup();
  app.openAPIRegistry.register("ResyncRequest", resyncInputSchema);

  app.openapi(startRoute, async (c) => {
    const asked = readResyncRequest(await readJsonBody(c, resyncInputSchema, BODY_BYTES_MAX));
    const roots = rootsMeant(c.get("identity"), asked.roots);
    const request = roots === undefined ? asked : { ...asked, roots };
    const id = keys.idFor(c.req.header("idempotency-key"), request, () => control.startResync(request, "api").id);
    c.header("location", `/v1/resyncs/${encodeURIComponent(id)}`);
    return c.json(resyncDocument(control.resync(id)), 202);
  });

  app.openapi(listRoute, (c) => {
    const { limit, after } = c.req.valid("query");
    const found = visibleResyncs(control, c.get("identity"), limit + 1, after);
    return c.json(pageOf(found, limit, (resync) => resync.id, resyncDocument), 200);
  });

  app.openapi(readRoute(control), async (c) => {
    const { id } = c.req.valid("param");
    const { wait } = c.req.valid("query");
    if (wait === undefined || wait === 0) return c.json(resyncDocument(control.resync(id)), 200);
    connectionOf(c.env).keepOpen?.();
    return c.json(resyncDocument(await control.waitForResync(id, wait)), 200);
  });

  app.openapi(cancelRoute(control), (c) => c.json(resyncDocument(control.cancelResync(c.req.valid("param").id)), 202));
  return app;
}

/** That a resync does not exist is said before anything else about the request. */
function resyncExists(control: Control) {
  return createMiddleware<ApiEnv>(async function existence(c, next) {
    const resync = control.resync(c.req.param("id") ?? "");
    for (const root of rootsOf(control, resync)) requireRoot(c.get("identity"), root);
    await next();
  });
}

/** Those whose roots are all the holder's business. */
function visibleResyncs(control: Control, holder: Identity | null, limit: number, after: string | undefined): Resync[] {
  const found: Resync[] = [];
  let from = after;
  while (found.length < limit) {
    const page = control.listResyncs(limit, from);
    found.push(...page.filter((resync) => rootsOf(control, resync).every((root) => mayUseRoot(holder, root))));
    if (page.length < limit) break;
    from = page.at(-1)?.id;
  }
  return found.slice(0, limit);
}

function rootsOf(control: Control, { request, perRemote }: Resync): readonly string[] {
  // What it named, and where it named none what it came to: a root may have been taken out of the configuration since.
  return request.roots ?? [...control.status().roots.map(({ id }) => id), ...perRemote.map(({ root }) => root)];
}
