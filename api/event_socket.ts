/** Events over a WebSocket: one subscription for each, told in the first frame. */
import { z } from "zod";
import { parseCursor } from "../src/core/event.ts";
import { TssyncError } from "../src/core/error.ts";
import type { ErrorCode } from "../src/core/error.ts";
import { compileEventFilter } from "../src/core/event_filter.ts";
import type { EventFeed } from "../src/engine/event_log.ts";
import type { Identity, Socket, SocketHandlers } from "./connection.ts";
import type { EventFormat } from "./event_format.ts";
import { cursorText, filterFields, filterOf } from "./event_query.ts";
import { startAfter } from "./event_reader.ts";
import { pump, type StreamEnd, type StreamLimits } from "./event_stream.ts";
import { tokenRevoked } from "./authentication.ts";
import { issuesOf, issueText } from "./body.ts";
import type { SubscriberMeter } from "./metrics.ts";
import { problemOf } from "./problem.ts";
import { requireRoot, withinRoots } from "./token_roots.ts";

export const PROTOCOL = "tssync.v1";

/** How long the first frame may take. */
const SUBSCRIBE_MS_MAX = 10_000;

/** Close codes. */
const CODES = {
  invalid: 4400,
  revoked: 4401,
  forbidden: 4403,
  gone: 4410,
  slow: 4408,
  stopping: 1001,
  inside: 1011,
} as const;

const REFUSALS: Partial<Record<ErrorCode, number>> = { CURSOR_EXPIRED: CODES.gone, FORBIDDEN: CODES.forbidden };

const subscribeSchema = z.strictObject({ op: z.literal("subscribe"), after: cursorText.optional(), ...filterFields });
const ackSchema = z.strictObject({
  op: z.literal("ack"),
  cursor: z.string().refine((text) => parseCursor(text) !== null, "expected a cursor"),
});
const frameSchema = z.discriminatedUnion("op", [subscribeSchema, ackSchema]);

/** One event for each frame; a write of the pump is several of them. */
const FRAMES: EventFormat = {
  opening: "",
  events: (events) => events.map(({ json }) => `{"op":"event","event":${json}}\n`).join(""),
  bookmark: (cursor) => `${JSON.stringify({ op: "bookmark", cursor })}\n`,
  closing: (problem) => `${JSON.stringify({ op: "error", problem })}\n`,
};

export type SocketOptions = {
  readonly limits: StreamLimits;
  /** Aborted when the daemon stops. */
  readonly closing: AbortSignal;
  readonly subscribers: SubscriberMeter;
  readonly holder: Identity;
};

/** The handlers of a new socket. */
export function subscribeOverSocket(
  feed: EventFeed,
  { limits, closing, subscribers, holder }: SocketOptions,
): SocketHandlers {
  const gone = new AbortController();
  let isSubscribed = false;
  let late: ReturnType<typeof setTimeout> | undefined;

  function send(socket: Socket, text: string): void {
    for (const frame of text.split("\n")) if (frame !== "") socket.send(frame);
  }

  function refuse(socket: Socket, error: TssyncError, code: number): void {
    send(socket, FRAMES.closing(problemOf(error)));
    // A reason may have 123 bytes.
    socket.close(code, problemOf(error).code);
  }

  function end(socket: Socket, { why, problem }: StreamEnd): void {
    send(socket, FRAMES.closing(problem));
    socket.close(CODES[why], String(problem["code"]));
  }

  function take(socket: Socket, text: string): void {
    const frame = readFrame(text);
    if (frame.op === "ack") return;
    if (isSubscribed) throw new TssyncError("REQUEST_INVALID", "There is a subscription already: one for each socket");
    const filter = filterOf(frame);
    if (filter.root !== null) requireRoot(holder, filter.root);
    const afterSeq = startAfter(feed, frame.after ?? "latest", filter.root);
    isSubscribed = true;
    clearTimeout(late);
    const outlet = { write: (sent: string) => send(socket, sent), pending: socket.buffered, signal: gone.signal };
    const compiled = withinRoots(compileEventFilter(filter), holder);
    const place = { feed, filter: compiled, afterSeq, root: filter.root };
    const reader = { revoked: holder.revoked, subscribers, transport: "websocket" as const };
    const subscription = { ...place, limits, closing, ...reader };
    pump(subscription, outlet, FRAMES).then((ended) => {
      if (ended !== null) end(socket, ended);
    }).catch(() => socket.close(CODES.inside, "internal"));
  }

  return {
    onOpen(socket) {
      if (holder.revoked.aborted) return refuse(socket, tokenRevoked(), CODES.revoked);
      late = setTimeout(() => {
        refuse(socket, new TssyncError("REQUEST_INVALID", "No subscribe frame came"), CODES.invalid);
      }, SUBSCRIBE_MS_MAX);
    },
    onText(socket, text) {
      try {
        take(socket, text);
      } catch (error) {
        if (!(error instanceof TssyncError)) throw error;
        refuse(socket, error, REFUSALS[error.code] ?? CODES.invalid);
      }
    },
    onClose() {
      clearTimeout(late);
      gone.abort();
    },
  };
}

function readFrame(text: string): z.output<typeof frameSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TssyncError("REQUEST_INVALID", "The frame is not JSON");
  }
  const result = frameSchema.safeParse(value);
  if (result.success) return result.data;
  const errors = issuesOf(result.error);
  throw new TssyncError("REQUEST_INVALID", `The frame is not valid: ${errors.map(issueText).join("; ")}`, { errors });
}
