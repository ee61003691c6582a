/** One event as it is kept beside its delivery: the log may forget it long before the receiver is back. */
import type { EventType, LoggedBlock } from "./event.ts";
import { packBody, unpackBody } from "./event_row.ts";

type Stored = {
  readonly epoch: string;
  readonly seq: number;
  readonly atMs: number;
  readonly type: EventType;
  readonly root: string | null;
  readonly remote: string | null;
  readonly body: string;
};

/** The event at `index` of a block. */
export function storeEvent(block: LoggedBlock, index: number): string {
  const { epoch, firstSeq, atMs, type, root, remote, items } = block;
  const item = items?.[index];
  const body = packBody({ ...block, items: item === undefined ? null : [item] });
  return JSON.stringify({ epoch, seq: firstSeq + index, atMs, type, root, remote, body } satisfies Stored);
}

/** A block of that one event. Throws where the text is not what `storeEvent` gave. */
export function restoreEvent(text: string): LoggedBlock {
  const { epoch, seq, atMs, type, root, remote, body } = JSON.parse(text) as Stored;
  return { epoch, firstSeq: seq, atMs, type, root, remote, ...unpackBody(body) };
}
