/** The event streams as AsyncAPI 3.0, made from the schemas of what travels on them. */
import { z } from "@hono/zod-openapi";
import { EVENT_TYPE_NAMES } from "../src/core/event.ts";
import { BOOKMARK, CLOSED } from "./event_format.ts";
import { eventSchema } from "./event_routes.ts";
import { authSchema } from "./line_listener.ts";
import { ackSchema, PROTOCOL, subscribeSchema } from "./event_socket.ts";
import { problemSchema } from "./openapi.ts";

const cursorSchema = z.string().meta({ description: "Everything up to here was told" });

/** What the streams carry beside events. */
const bookmarkLine = z.object({ type: z.literal(BOOKMARK), id: cursorSchema });
const closedLine = z.object({ type: z.literal(CLOSED), data: problemSchema });
const eventFrame = z.object({ op: z.literal("event"), event: eventSchema });
const bookmarkFrame = z.object({ op: z.literal("bookmark"), cursor: cursorSchema });
const errorFrame = z.object({ op: z.literal("error"), problem: problemSchema });

const readyLine = z.object({ op: z.literal("ready") });
const closeLine = z.object({ op: z.literal("close"), code: z.int(), reason: z.string() });

/** Every message: what it is, and its schema. */
const MESSAGES = {
  event: ["Something happened: a CloudEvent", eventSchema],
  bookmark: ["How far the stream is, when there is nothing to tell", bookmarkLine],
  closed: ["Why the stream ends", closedLine],
  subscribe: ["The first frame of a client", subscribeSchema],
  ack: ["Everything up to this cursor is done", ackSchema],
  eventFrame: ["Something happened", eventFrame],
  bookmarkFrame: ["How far the stream is, when there is nothing to tell", bookmarkFrame],
  errorFrame: ["Why the socket closes", errorFrame],
  auth: ["The first line of a client: who it is", authSchema],
  ready: ["The token is known; now a subscription may follow", readyLine],
  close: ["The last line, in place of a close code", closeLine],
} as const satisfies Record<string, readonly [string, z.ZodType]>;

type MessageName = keyof typeof MESSAGES;

const FROM_STREAM = ["event", "bookmark", "closed"] as const satisfies readonly MessageName[];
const FROM_SOCKET = ["eventFrame", "bookmarkFrame", "errorFrame"] as const satisfies readonly MessageName[];
const TO_SOCKET = ["subscribe", "ack"] as const satisfies readonly MessageName[];
const FROM_LINES = ["ready", ...FROM_SOCKET, "close"] as const satisfies readonly MessageName[];
const TO_LINES = ["auth", ...TO_SOCKET] as const satisfies readonly MessageName[];

const CLOSE_CODES =
  "Close codes: 4400 not understood, 4401 the token was revoked, 4403 not for this token, 4408 too slow, " +
  "4410 the cursor cannot be used, 1001 the daemon stops.";

/** The document. */
export function asyncApiDocument(version: string) {
  return {
    asyncapi: "3.0.0",
    info: {
      title: "tssync events",
      version,
      description: `What happens, in order. Types of events: ${EVENT_TYPE_NAMES.join(", ")}.`,
      license: { name: "MIT" },
    },
    defaultContentType: "application/json",
    servers: {
      http: { host: "127.0.0.1:8008", protocol: "http", security: [{ $ref: "#/components/securitySchemes/bearer" }] },
      ws: { host: "127.0.0.1:8008", protocol: "ws", security: [{ $ref: "#/components/securitySchemes/bearer" }] },
      lines: { host: "127.0.0.1:8009", protocol: "tcp", description: "Where `--listen-jsonl` says; off without it." },
    },
    channels: {
      stream: channel("/v1/events", "http", FROM_STREAM, "With `Accept: text/event-stream` or `application/jsonl`."),
      socket: channel("/v1/events/ws", "ws", [...FROM_SOCKET, ...TO_SOCKET], `Subprotocol ${PROTOCOL}. ${CLOSE_CODES}`),
      lines: channel(null, "lines", [...FROM_LINES, ...TO_LINES], `One frame a line of JSON. ${CLOSE_CODES}`),
    },
    // Seen from the application that is described: it sends what clients receive.
    operations: {
      streamEvents: operation("send", "stream", FROM_STREAM),
      sendFrames: operation("send", "socket", FROM_SOCKET),
      receiveFrames: operation("receive", "socket", TO_SOCKET),
      sendLines: operation("send", "lines", FROM_LINES),
      receiveLines: operation("receive", "lines", TO_LINES),
    },
    components: {
      messages: Object.fromEntries(
        Object.entries(MESSAGES).map((
          [name, [summary, schema]],
        ) => [name, { name, summary, payload: jsonSchema(schema) }]),
      ),
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
    },
  };
}

type Server = "http" | "ws" | "lines";

function channel(address: string | null, server: Server, messages: readonly MessageName[], description: string) {
  return {
    address,
    description,
    servers: [{ $ref: `#/servers/${server}` }],
    messages: Object.fromEntries(messages.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
  };
}

function operation(action: "send" | "receive", name: "stream" | "socket" | "lines", messages: readonly MessageName[]) {
  return {
    action,
    channel: { $ref: `#/channels/${name}` },
    messages: messages.map((message) => ({ $ref: `#/channels/${name}/messages/${message}` })),
  };
}

function jsonSchema(schema: z.ZodType) {
  const { $schema: _draft, ...plain } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return plain;
}
