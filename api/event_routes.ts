import { createRoute, z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { cursorText as textOfCursor } from "../src/core/event.ts";
import { TssyncError } from "../src/core/error.ts";
import { type CompiledFilter, compileEventFilter } from "../src/core/event_filter.ts";
import type { EventFeed } from "../src/engine/event_log.ts";
import type { Control } from "../src/engine/control.ts";
import { holderOf, refuseRevoked, requireScope } from "./authentication.ts";
import { connectionOf } from "./connection.ts";
import { durationSchema } from "./duration.ts";
import { JSON_LINES, SSE } from "./event_format.ts";
import { cursorText, filterOf, filterQuery } from "./event_query.ts";
import { edges, nextCommit, nextTurn, readPage, startAfter } from "./event_reader.ts";
import { PROTOCOL, subscribeOverSocket } from "./event_socket.ts";
import type { StreamLimits } from "./event_stream.ts";
import { refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { streamOf } from "./stream_body.ts";
import type { Subscribers } from "./subscribers.ts";
import type { Tickets } from "./tickets.ts";
import { requireRoot, withinRoots } from "./token_roots.ts";

const STREAMS = {
  "text/event-stream": { transport: "sse", format: SSE },
  "application/jsonl": { transport: "jsonl", format: JSON_LINES },
} as const;
const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;
const WAIT_MS_MAX = 60_000;

export const eventSchema = z.looseObject({
  specversion: z.literal("1.0"),
  id: z.string().meta({ description: "Also the cursor behind this event" }),
  source: z.string(),
  type: z.string(),
  subject: z.string().optional().meta({ description: "Path relative to the root; a directory ends with a slash" }),
  time: z.iso.datetime(),
  datacontenttype: z.literal("application/json"),
  data: z.looseObject({ root: z.string().optional() }),
}).openapi("Event");

export const pageSchema = z.object({
  events: z.array(eventSchema),
  cursor: z.string().meta({ description: "Everything up to here was looked at: what to send as `after` next" }),
  earliest: z.string().meta({ description: "Reading behind this cursor gives everything that is kept" }),
  latest: z.string(),
}).openapi("Events");

export type EventDocument = z.output<typeof eventSchema>;
export type EventPage = z.output<typeof pageSchema>;

const waitSchema = durationSchema(WAIT_MS_MAX, "60s").optional().meta({ type: "string", example: "30s" });
const limitSchema = z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT);

const eventsRoute = createRoute({
  operationId: "listEvents",
  method: "get",
  path: "/v1/events",
  tags: ["events"],
  summary: "What happened: one page, or a stream of it",
  description:
    "Scope: events. `Accept: text/event-stream` and `application/jsonl` follow the log, without `after` from now on; " +
    "JSON is one page, without `after` from the beginning, and waits for the first event up to `wait`.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("events", "byRoot")] as const,
  request: {
    query: z.strictObject({
      after: cursorText.optional().meta({ description: "A cursor, `earliest` or `latest`" }),
      wait: waitSchema,
      limit: limitSchema,
      ...filterQuery,
      ticket: z.string().optional(),
    }),
  },
  responses: {
    200: {
      description: "One page, or a stream",
      content: {
        "application/json": { schema: pageSchema },
        "text/event-stream": { schema: z.string() },
        "application/jsonl": { schema: z.string() },
      },
    },
    ...refusals(410),
  },
});

const socketRoute = createRoute({
  operationId: "followEvents",
  method: "get",
  path: "/v1/events/ws",
  tags: ["events"],
  summary: "The same as a WebSocket",
  description:
    `Scope: events. Subprotocol ${PROTOCOL}; the first frame is {"op": "subscribe", "after", "types", "root", "remote", "path"}.`,
  security: TOKEN_NEEDED,
  middleware: [requireScope("events", "byRoot")] as const,
  request: { query: z.strictObject({ ticket: z.string().optional() }) },
  responses: { 101: { description: "It is one" }, ...refusals() },
});

const ticketRoute = createRoute({
  operationId: "createTicket",
  method: "post",
  path: "/v1/tickets",
  tags: ["events"],
  summary: "A one-use ticket for browsers, which cannot set headers on EventSource and WebSocket",
  description: "Scope: events. Pass it as `?ticket=` within 30 s.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("events", "byRoot")] as const,
  responses: {
    201: {
      description: "It is shown once",
      content: { "application/json": { schema: z.object({ ticket: z.string(), expiresAt: z.iso.datetime() }) } },
    },
    ...refusals(),
  },
});

export type EventRoutesOptions = {
  readonly limits: StreamLimits;
  readonly tickets: Tickets;
  readonly subscribers: Subscribers;
  /** Aborted when the daemon stops. */
  readonly closing: AbortSignal;
};

/** `/v1/events`, `/v1/events/ws`, `/v1/tickets`. */
export function eventRoutes(control: Control, { limits, tickets, subscribers, closing }: EventRoutesOptions) {
  const app = routeGroup();
  const feed = control.events();

  app.openapi(socketRoute, (c) => {
    const { upgrade, peer } = connectionOf(c.env);
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket" || upgrade === undefined) {
      throw new TssyncError("REQUEST_INVALID", "This is a WebSocket: ask with `Upgrade: websocket`");
    }
    const offered = c.req.header("sec-websocket-protocol")?.split(",").map((name) => name.trim()) ?? [];
    if (offered.length > 0 && !offered.includes(PROTOCOL)) {
      throw new TssyncError("REQUEST_INVALID", `None of the offered subprotocols is known; expected ${PROTOCOL}`);
    }
    const handlers = subscribeOverSocket(subscribers, {
      holder: holderOf(c),
      transport: "websocket",
      peer: peer?.() ?? null,
    });
    return upgrade(offered.length > 0 ? PROTOCOL : null, handlers);
  });

  app.openapi(ticketRoute, (c) => {
    const { ticket, expiresAtMs } = tickets.create(holderOf(c));
    return c.json({ ticket, expiresAt: new Date(expiresAtMs).toISOString() }, 201);
  });

  app.openapi(eventsRoute, async (c) => {
    const { after, wait, limit, ...asked } = c.req.valid("query");
    const filter = filterOf(asked);
    c.header("vary", "accept");
    const wanted = accepts(c, {
      header: "Accept",
      supports: ["application/json", ...Object.keys(STREAMS)],
      default: "application/json",
    });
    const isStream = Object.hasOwn(STREAMS, wanted);
    const lastEventId = c.req.header("last-event-id");
    const from = lastEventId === undefined || lastEventId === ""
      ? after ?? (isStream ? "latest" : "earliest")
      : lastEventId;
    const afterSeq = startAfter(feed, from, filter.root);
    const holder = holderOf(c);
    if (filter.root !== null) requireRoot(holder, filter.root);
    const compiled = withinRoots(compileEventFilter(filter), holder);
    connectionOf(c.env).keepOpen?.();
    if (isStream) {
      const format = STREAMS[wanted as keyof typeof STREAMS];
      const peer = connectionOf(c.env).peer?.() ?? null;
      const place = { transport: format.transport, name: holder.name, peer, revoked: holder.revoked };
      const body = streamOf(subscribers, { ...place, wanted: filter, filter: compiled, afterSeq }, {
        format: format.format,
        goodbyeMs: limits.goodbyeMs,
        gone: c.req.raw.signal,
      });
      // Some proxies keep what they are not told to hand on at once.
      return c.body(body, 200, { "content-type": wanted, "x-accel-buffering": "no" });
    }
    const waitMs = Math.min(wait ?? 0, limits.waitMsMax);
    const signal = AbortSignal.any([c.req.raw.signal, closing, holder.revoked]);
    const text = await readJson({ feed, filter: compiled, afterSeq }, { limit, waitMs, signal });
    refuseRevoked(holder);
    return c.body(text, 200, { "content-type": "application/json" }) as never;
  });
  return app;
}

/** A page as JSON text, once there is something on it or the time is up. */
export async function readJson(
  { feed, filter, afterSeq }: {
    readonly feed: EventFeed;
    readonly filter: CompiledFilter;
    readonly afterSeq: number;
  },
  { limit, waitMs, signal }: { readonly limit: number; readonly waitMs: number; readonly signal: AbortSignal },
): Promise<string> {
  const untilMs = performance.now() + waitMs;
  let seq = afterSeq;
  for (;;) {
    const page = readPage(feed, seq, filter, limit);
    seq = page.seq;
    const leftMs = untilMs - performance.now();
    if (page.events.length > 0 || (page.isAtEnd && (leftMs <= 0 || signal.aborted))) {
      const { epoch } = feed.range();
      const events = page.events.map(({ json }) => json).join(",");
      const { earliest, latest } = edges(feed);
      const cursor = JSON.stringify(textOfCursor({ epoch, seq }));
      return `{"events":[${events}],"cursor":${cursor},"earliest":${JSON.stringify(earliest)},"latest":${
        JSON.stringify(latest)
      }}`;
    }
    if (page.isAtEnd) await nextCommit(feed, leftMs, signal);
    else await nextTurn();
  }
}
