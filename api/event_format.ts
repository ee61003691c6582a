/** How events look on each transport. One string per wake-up, whatever is in it. */
import type { RenderedEvent } from "./event_reader.ts";

export type EventFormat = {
  /** Sent before anything else. */
  readonly opening: string;
  readonly events: (events: readonly RenderedEvent[]) => string;
  /** How far the reader has come, when there is nothing to tell. */
  readonly bookmark: (cursor: string) => string;
  /** Why the stream ends; `problem` is a problem document or something like it. */
  readonly closing: (problem: Readonly<Record<string, unknown>>) => string;
};

export const BOOKMARK = "tssync.cursor.bookmark";
export const CLOSED = "tssync.stream.closed";

/** How long a browser waits before it comes back. */
const RETRY_MS = 2_000;

export const SSE: EventFormat = {
  opening: `retry: ${RETRY_MS}\n\n`,
  events: (events) => events.map(({ id, type, json }) => `id: ${id}\nevent: ${type}\ndata: ${json}\n\n`).join(""),
  bookmark: (cursor) => `id: ${cursor}\nevent: ${BOOKMARK}\ndata: ${bookmarkText(cursor)}\n\n`,
  closing: (problem) => `event: ${CLOSED}\ndata: ${JSON.stringify({ type: CLOSED, data: problem })}\n\n`,
};

export const JSON_LINES: EventFormat = {
  opening: "",
  events: (events) => events.map(({ json }) => `${json}\n`).join(""),
  bookmark: (cursor) => `${bookmarkText(cursor)}\n`,
  closing: (problem) => `${JSON.stringify({ type: CLOSED, data: problem })}\n`,
};

function bookmarkText(cursor: string): string {
  return JSON.stringify({ type: BOOKMARK, id: cursor });
}
