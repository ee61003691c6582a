/** One event as plugins get it: the envelope that everybody gets, and the path as bytes. */
import { type CloudEvent, cloudEvent, type EventItem, type EventType, type LoggedBlock } from "./event.ts";
import { absolutePath, type BytePath, ROOT } from "./path.ts";

export type PluginEvent = {
  /** `<epoch>-<seq>`: the same at every attempt, also after a restart. */
  readonly id: string;
  readonly type: EventType;
  /** When it was told, in milliseconds since 1970. */
  readonly atMs: number;
  readonly root: string | null;
  /** The directory that the item's path is relative to; null where the event is about no path. */
  readonly rootPath: BytePath | null;
  readonly item: EventItem | null;
  /** As on every other transport. */
  readonly envelope: CloudEvent;
};

/** The event at `index` of a block. */
export function pluginEvent(
  block: LoggedBlock,
  index: number,
  { node, rootPath }: { readonly node: string; readonly rootPath: BytePath | null },
): PluginEvent {
  const envelope = cloudEvent(block, index, node);
  const item = block.items?.[index] ?? null;
  const { type, atMs, root } = block;
  return { id: envelope.id, type, atMs, root, rootPath: item === null ? null : rootPath, item, envelope };
}

/** The absolute path that an event is about; null: none, or its root is no longer configured. */
export function pathOfEvent({ item, rootPath }: PluginEvent): BytePath | null {
  return item === null || rootPath === null ? null : absolutePath(rootPath, item.path);
}

/**
 * The absolute path that a program or a script hears of; null: none. After a full sync every path that had to be sent is told, and
 * the root beside them, which says that what it holds is right now: a cache wants to know that, sersync's receivers never did.
 */
export function toldPathOf(event: PluginEvent): BytePath | null {
  return event.item?.path === ROOT ? null : pathOfEvent(event);
}
