import { createRoute, z } from "@hono/zod-openapi";
import { cursorText as textOfCursor } from "../src/core/event.ts";
import { compileEventFilter } from "../src/core/event_filter.ts";
import type { Control } from "../src/engine/control.ts";
import { holderOf, refuseRevoked, requireScope } from "./authentication.ts";
import { readJsonBody } from "./body.ts";
import { connectionOf } from "./connection.ts";
import { durationSchema } from "./duration.ts";
import { cursorText, filterFields, filterOf } from "./event_query.ts";
import { startAfter } from "./event_reader.ts";
import { pageSchema, readJson } from "./event_routes.ts";
import type { StreamLimits } from "./event_stream.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import type { NamedSubscription, Subscriptions } from "./subscriptions.ts";
import { timeSchema, timeText } from "./time_text.ts";
import { requireRoot, withinRoots } from "./token_roots.ts";

const BODY_BYTES_MAX = 1 << 16;

const nameParam = z.object({
  name: z.string().regex(/^[\w.-]{1,64}$/, "expected 1 to 64 letters, digits, dots, dashes"),
});

const inputSchema = z.strictObject({
  after: cursorText.optional().meta({
    description: "A cursor, `earliest` or `latest`; a new one begins with `latest`",
  }),
  ...filterFields,
}).openapi("SubscriptionInput");

const ackSchema = z.strictObject({ cursor: cursorText }).openapi("Acknowledgement");

const subscriptionSchema = z.object({
  name: z.string(),
  cursor: z.string().meta({ description: "Events up to here were acknowledged" }),
  ...filterFields,
  createdAt: timeSchema,
  acknowledgedAt: timeSchema.nullable(),
}).openapi("Subscription");

const shared = {
  tags: ["events"],
  security: TOKEN_NEEDED,
  middleware: [requireScope("events", "byRoot")],
};

const body = (name: string) => ({
  content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } },
});

const readRoute = createRoute({
  ...shared,
  operationId: "readSubscription",
  method: "get",
  path: "/v1/subscriptions/{name}",
  summary: "A named cursor that the server keeps",
  description: "Scope: events.",
  request: { params: nameParam },
  responses: { 200: jsonAnswer("As it is", subscriptionSchema), ...refusals(404) },
});

const putRoute = createRoute({
  ...shared,
  operationId: "putSubscription",
  method: "put",
  path: "/v1/subscriptions/{name}",
  summary: "Make one, or change what it wants",
  description: "Scope: events.",
  request: { params: nameParam, body: body("SubscriptionInput") },
  responses: {
    200: jsonAnswer("It was there before", subscriptionSchema),
    201: jsonAnswer("It is new", subscriptionSchema),
    ...refusals(410, 413, 415, 422),
  },
});

const deleteRoute = createRoute({
  ...shared,
  operationId: "deleteSubscription",
  method: "delete",
  path: "/v1/subscriptions/{name}",
  summary: "Forget it",
  description: "Scope: events.",
  request: { params: nameParam },
  responses: { 204: { description: "It is forgotten" }, ...refusals(404) },
});

const eventsRoute = createRoute({
  ...shared,
  operationId: "readSubscribedEvents",
  method: "get",
  path: "/v1/subscriptions/{name}/events",
  summary: "What it has not acknowledged",
  description: "Scope: events. The same again until it is acknowledged.",
  request: {
    params: nameParam,
    query: z.strictObject({
      wait: durationSchema(60_000, "60s").optional().meta({ type: "string", example: "30s" }),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
  },
  responses: { 200: jsonAnswer("One page", pageSchema), ...refusals(404, 410) },
});

const ackRoute = createRoute({
  ...shared,
  operationId: "acknowledge",
  method: "post",
  path: "/v1/subscriptions/{name}/ack",
  summary: "Everything up to this cursor is done",
  description: "Scope: events.",
  request: { params: nameParam, body: body("Acknowledgement") },
  responses: { 200: jsonAnswer("As it is now", subscriptionSchema), ...refusals(404, 410, 413, 415, 422) },
});

export type SubscriptionRoutesOptions = {
  readonly limits: StreamLimits;
  readonly closing: AbortSignal;
  readonly subscriptions: Subscriptions;
};

/** `/v1/subscriptions`. */
export function subscriptionRoutes(control: Control, { limits, closing, subscriptions }: SubscriptionRoutesOptions) {
  const app = routeGroup();
  const feed = control.events();
  app.openAPIRegistry.register("SubscriptionInput", inputSchema);
  app.openAPIRegistry.register("Acknowledgement", ackSchema);

  /** A cursor that can be used now, in its own words. */
  function usable(after: string, root: string | null): string {
    const seq = startAfter(feed, after, root);
    return textOfCursor({ epoch: feed.range().epoch, seq });
  }

  app.openapi(readRoute, (c) => c.json(documentOf(subscriptions.get(c.req.valid("param").name)), 200));

  app.openapi(putRoute, async (c) => {
    const { name } = c.req.valid("param");
    const { after, ...asked } = await readJsonBody(c, inputSchema, BODY_BYTES_MAX);
    const filter = filterOf(asked);
    if (filter.root !== null) requireRoot(holderOf(c), filter.root);
    const given = after === undefined ? null : usable(after, filter.root);
    const { subscription, isNew } = subscriptions.put(name, filter, { given, otherwise: usable("latest", null) });
    return isNew ? c.json(documentOf(subscription), 201) : c.json(documentOf(subscription), 200);
  });

  app.openapi(deleteRoute, (c) => {
    subscriptions.delete(c.req.valid("param").name);
    return c.body(null, 204);
  });

  app.openapi(eventsRoute, async (c) => {
    const { filter, cursor } = subscriptions.get(c.req.valid("param").name);
    const { wait, limit } = c.req.valid("query");
    const afterSeq = startAfter(feed, cursor, filter.root);
    connectionOf(c.env).keepOpen?.();
    const waitMs = Math.min(wait ?? 0, limits.waitMsMax);
    const holder = holderOf(c);
    if (filter.root !== null) requireRoot(holder, filter.root);
    const signal = AbortSignal.any([c.req.raw.signal, closing, holder.revoked]);
    const place = { feed, filter: withinRoots(compileEventFilter(filter), holder), afterSeq, root: filter.root };
    const text = await readJson(place, { limit, waitMs, signal });
    refuseRevoked(holder);
    return c.body(text, 200, {
      "content-type": "application/json",
    }) as never;
  });

  app.openapi(ackRoute, async (c) => {
    const { name } = c.req.valid("param");
    const { filter } = subscriptions.get(name);
    const { cursor } = await readJsonBody(c, ackSchema, BODY_BYTES_MAX);
    return c.json(documentOf(subscriptions.acknowledge(name, usable(cursor, filter.root))), 200);
  });
  return app;
}

function documentOf({ name, cursor, filter, createdAtMs, acknowledgedAtMs }: NamedSubscription) {
  const { types, root, remote, path } = filter;
  return {
    name,
    cursor,
    ...(types.length === 0 ? {} : { types: [...types] }),
    ...(root === null ? {} : { root }),
    ...(remote === null ? {} : { remote }),
    ...(path === null ? {} : { path }),
    createdAt: timeText(createdAtMs),
    acknowledgedAt: timeText(acknowledgedAtMs),
  };
}
