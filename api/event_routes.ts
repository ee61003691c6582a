import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { cursorText as textOfCursor } from "../src/core/event.ts";
import { TssyncError } from "../src/core/error.ts";
import { compileEventFilter } from "../src/core/event_filter.ts";
import type { Control } from "../src/engine/control.ts";
import { holderOf, refuseRevoked, requireScope } from "./authentication.ts";
import { connectionOf } from "./connection.ts";
import type { ApiEnv } from "./connection.ts";
import { durationSchema } from "./duration.ts";
import { type EventFormat, JSON_LINES, SSE } from "./event_format.ts";
import { cursorText, filterOf, filterQuery } from "./event_query.ts";
import { edges, nextCommit, nextTurn, readPage, startAfter } from "./event_reader.ts";
import { PROTOCOL, subscribeOverSocket } from "./event_socket.ts";
import { pump, type StreamLimits, type Subscription } from "./event_stream.ts";
import type { SubscriberMeter, Transport } from "./metrics.ts";
import { refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import type { Tickets } from "./tickets.ts";
import { requireRoot, withinRoots } from "./token_roots.ts";

const STREAMS = { "text/event-stream": SSE, "application/jsonl": JSON_LINES } as const satisfies Record<
  string,
  EventFormat
>;
const TRANSPORTS = { "text/event-stream": "sse", "application/jsonl": "jsonl" } as const satisfies Record<
  keyof typeof STREAMS,
  Transport
>;
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
  /** Aborted when the daemon stops. */
  readonly closing: AbortSignal;
  readonly subscribers: SubscriberMeter;
};

/** `/v1/events`, `/v1/events/ws`, `/v1/tickets`. */
export function eventRoutes(control: Control, { limits, tickets, closing, subscribers }: EventRoutesOptions) {
  const app = routeGroup();
  const feed = control.events();

  app.openapi(socketRoute, (c) => {
    const { upgrade } = connectionOf(c.env);
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket" || upgrade === undefined) {
      throw new TssyncError("REQUEST_INVALID", "This is a WebSocket: ask with `Upgrade: websocket`");
    }
    const offered = c.req.header("sec-websocket-protocol")?.split(",").map((name) => name.trim()) ?? [];
    if (offered.length > 0 && !offered.includes(PROTOCOL)) {
      throw new TssyncError("REQUEST_INVALID", `None of the offered subprotocols is known; expected ${PROTOCOL}`);
    }
    const handlers = subscribeOverSocket(feed, { limits, closing, subscribers, holder: holderOf(c) });
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
      const subscription = {
        feed,
        filter: compiled,
        afterSeq,
        root: filter.root,
        limits,
        closing,
        revoked: holder.revoked,
        subscribers,
        transport: TRANSPORTS[wanted as keyof typeof STREAMS],
      };
      return streamed(c, subscription, wanted as keyof typeof STREAMS);
    }
    const waitMs = Math.min(wait ?? 0, limits.waitMsMax);
    const signal = AbortSignal.any([c.req.raw.signal, closing, holder.revoked]);
    const text = await readJson({ feed, filter: compiled, afterSeq, root: filter.root }, { limit, waitMs, signal });
    refuseRevoked(holder);
    return c.body(text, 200, { "content-type": "application/json" }) as never;
  });
  return app;
}

/** A page as JSON text, once there is something on it or the time is up. */
export async function readJson(
  { feed, filter, afterSeq }: Pick<Subscription, "feed" | "filter" | "afterSeq" | "root">,
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

const encoder = new TextEncoder();

function streamed(c: Context<ApiEnv>, subscription: Subscription, mediaType: keyof typeof STREAMS): Response {
  const gone = new AbortController();
  const format = STREAMS[mediaType];
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      c.req.raw.signal.addEventListener("abort", () => gone.abort(), { once: true });
      const outlet = {
        write: (text: string) => controller.enqueue(encoder.encode(text)),
        pending: () => Math.max(0, -(controller.desiredSize ?? 0)),
        signal: gone.signal,
      };
      void pump(subscription, outlet, format).then((end) => {
        if (gone.signal.aborted) return;
        if (end !== null) outlet.write(format.closing(end.problem));
        controller.close();
      }).catch((error: unknown) => {
        if (!gone.signal.aborted) controller.error(error);
      });
    },
    cancel: () => gone.abort(),
  }, new ByteLengthQueuingStrategy({ highWaterMark: 0 }));
  // Some proxies keep what they are not told to hand on at once.
  return c.body(body, 200, { "content-type": mediaType, "x-accel-buffering": "no" });
}
