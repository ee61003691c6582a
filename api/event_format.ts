/** How events look on each transport. One payload per wake-up, whatever is in it; the same object for all who are at the same place. */
import type { RenderedEvent } from "./event_reader.ts";

export type EventFormat<P> = {
  readonly name: string;
  /** Sent before anything else. */
  readonly opening: P | null;
  readonly events: (events: readonly RenderedEvent[]) => P;
  /** How far the reader has come, when there is nothing to tell. */
  readonly bookmark: (cursor: string) => P;
  /** Why the stream ends; `problem` is a problem document or something like it. */
  readonly closing: (problem: Readonly<Record<string, unknown>>) => P;
};

export const BOOKMARK = "tssync.cursor.bookmark";
export const CLOSED = "tssync.stream.closed";

/** How long a browser waits before it comes back. */
const RETRY_MS = 2_000;

const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text);

export const SSE: EventFormat<Uint8Array> = {
  name: "sse",
  opening: bytes(`retry: ${RETRY_MS}\n\n`),
  events: (events) =>
    bytes(events.map(({ id, type, json }) => `id: ${id}\nevent: ${type}\ndata: ${json}\n\n`).join("")),
  bookmark: (cursor) => bytes(`id: ${cursor}\nevent: ${BOOKMARK}\ndata: ${bookmarkText(cursor)}\n\n`),
  closing: (problem) => bytes(`event: ${CLOSED}\ndata: ${JSON.stringify({ type: CLOSED, data: problem })}\n\n`),
};

export const JSON_LINES: EventFormat<Uint8Array> = {
  name: "jsonl",
  opening: null,
  events: (events) => bytes(events.map(({ json }) => `${json}\n`).join("")),
  bookmark: (cursor) => bytes(`${bookmarkText(cursor)}\n`),
  closing: (problem) => bytes(`${JSON.stringify({ type: CLOSED, data: problem })}\n`),
};

/** One frame for each. */
export const FRAMES: EventFormat<readonly string[]> = {
  name: "frames",
  opening: null,
  events: (events) => events.map(({ json }) => `{"op":"event","event":${json}}`),
  bookmark: (cursor) => [JSON.stringify({ op: "bookmark", cursor })],
  closing: (problem) => [JSON.stringify({ op: "error", problem })],
};

function bookmarkText(cursor: string): string {
  return JSON.stringify({ type: BOOKMARK, id: cursor });
}
