/** Events over a WebSocket: one subscription for each, told in the first frame. */
import { z } from "zod";
import { parseCursor } from "../src/core/event.ts";
import { TssyncError } from "../src/core/error.ts";
import type { ErrorCode } from "../src/core/error.ts";
import { compileEventFilter } from "../src/core/event_filter.ts";
import type { Identity, Socket, SocketHandlers } from "./connection.ts";
import { FRAMES } from "./event_format.ts";
import { cursorText, filterFields, filterOf } from "./event_query.ts";
import { startAfter } from "./event_reader.ts";
import type { StreamEnd } from "./event_stream.ts";
import type { Follower } from "./follower.ts";
import { tokenRevoked } from "./authentication.ts";
import { issuesOf, issueText } from "./body.ts";
import { problemOf } from "./problem.ts";
import type { Subscribers } from "./subscribers.ts";
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

export const subscribeSchema = z.strictObject({
  op: z.literal("subscribe"),
  after: cursorText.optional(),
  ...filterFields,
});
export const ackSchema = z.strictObject({
  op: z.literal("ack"),
  cursor: z.string().refine((text) => parseCursor(text) !== null, "expected a cursor"),
});
const frameSchema = z.discriminatedUnion("op", [subscribeSchema, ackSchema]);

export type SocketOptions = {
  readonly holder: Identity;
  readonly transport: "websocket" | "tcp";
  readonly peer: string | null;
};

/** The handlers of a new socket. */
export function subscribeOverSocket(
  subscribers: Subscribers,
  { holder, transport, peer }: SocketOptions,
): SocketHandlers {
  const gone = new AbortController();
  let isSubscribed = false;
  let follower: Follower<readonly string[]> | null = null;
  let late: ReturnType<typeof setTimeout> | undefined;

  function refuse(socket: Socket, error: TssyncError, code: number): void {
    const problem = problemOf(error);
    socket.send(FRAMES.closing(problem));
    // A reason may have 123 bytes.
    socket.close(code, problem.code);
  }

  function end(socket: Socket, { why, problem }: StreamEnd): void {
    socket.send(FRAMES.closing(problem));
    socket.close(CODES[why], String(problem["code"]));
  }

  function take(socket: Socket, text: string): void {
    const frame = readFrame(text);
    if (frame.op === "ack") {
      if (follower !== null) follower.acknowledged = frame.cursor;
      return;
    }
    if (isSubscribed) throw new TssyncError("REQUEST_INVALID", "There is a subscription already: one for each socket");
    const wanted = filterOf(frame);
    if (wanted.root !== null) requireRoot(holder, wanted.root);
    const afterSeq = startAfter(subscribers.feed, frame.after ?? "latest", wanted.root);
    isSubscribed = true;
    clearTimeout(late);
    const outlet = {
      format: FRAMES,
      write: (frames: readonly string[]) => socket.send(frames),
      pending: socket.buffered,
      signal: gone.signal,
    };
    const { name, revoked } = holder;
    const filter = withinRoots(compileEventFilter(wanted), holder);
    subscribers.follow({ transport, name, peer, wanted, filter, afterSeq, revoked }, outlet, (opened) => {
      follower = opened;
    }).then((ended) => {
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
