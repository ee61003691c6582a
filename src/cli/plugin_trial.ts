/** One event put before a configured plugin: what it would send, and what came of sending it. */
import { hostname } from "node:os";
import { nodeFileSystem } from "../adapters/file_system.ts";
import { SystemClock } from "../adapters/system_clock.ts";
import { SystemRandom } from "../adapters/system_random.ts";
import type { RootConfiguration } from "../config/configuration.ts";
import type { EventItem, EventType, LoggedBlock } from "../core/event.ts";
import { compileFilter } from "../core/filter.ts";
import { absolutePath, type RelPath } from "../core/path.ts";
import { type PluginEvent, pluginEvent } from "../core/plugin_event.ts";
import { EventInterest } from "../engine/event_interest.ts";
import { callPlugin } from "../engine/plugin_call.ts";
import type { Plugin, PluginAnswer } from "../ports.ts";

/** How it went with one receiver. Every field is always there. */
export type PluginTrial = {
  readonly kind: Plugin["kind"];
  readonly receiver: string;
  /** The event that it would get; null: it is not told of this path. */
  readonly event: EventType | null;
  /** What would be sent; empty: nothing. */
  readonly request: readonly string[];
  /** null: nothing was sent. */
  readonly outcome: PluginAnswer["outcome"] | null;
  readonly message: string;
  readonly durationMs: number | null;
};

export type TrialPlace = { readonly root: RootConfiguration; readonly path: RelPath };

/** Everything that a file's arrival is told with, in the order in which a plugin is asked for it. */
const MOMENTS = ["tssync.file.synced_all", "tssync.file.synced", "tssync.file.changed"] as const;

const ID_LETTERS = 12;

/** Contacts nobody unless `send`. */
export async function tryPlugin(plugin: Plugin, place: TrialPlace, send: boolean): Promise<PluginTrial> {
  const { kind, receiver } = plugin;
  const untold = { kind, receiver, event: null, request: [], outcome: null, durationMs: null };
  const item = itemAt(place);
  const { root, path } = place;
  const rule = compileFilter(root.excludes).excludedBy(path, item.kind === "directory" ? "directory" : "other");
  if (rule !== null) return { ...untold, message: `nothing: the path is excluded by ${rule}` };
  const event = eventFor(plugin, place, item);
  if (event === null) return { ...untold, message: "nothing: it is not told of this path" };
  const shown = { kind, receiver, event: event.type, request: await plugin.preview([event]) };
  if (!send) return { ...shown, outcome: null, message: "not sent", durationMs: null };
  const { signal } = new AbortController();
  const { answers, durationMs } = await callPlugin(plugin, [event], { clock: new SystemClock(), signal });
  const { outcome, message } = answers[0]!;
  return { ...shown, outcome, message, durationMs };
}

/** The first event that the plugin wants of those that the path's arrival makes. */
function eventFor(plugin: Plugin, { root }: TrialPlace, item: EventItem): PluginEvent | null {
  const interest = new EventInterest({ plugin, key: plugin.name, hasRemotes: () => root.remotes.length > 0 });
  const about = {
    root: root.id,
    atMs: Date.now(),
    batch: null,
    items: [item],
    facts: {},
    epoch: `test${new SystemRandom().token(ID_LETTERS)}`,
    firstSeq: 0,
  };
  for (const type of MOMENTS) {
    const remote = type === "tssync.file.synced" ? root.remotes[0]?.id ?? null : null;
    const block: LoggedBlock = { ...about, type, remote };
    if (!interest.wantsBlock(block)) continue;
    const event = pluginEvent(block, 0, { node: hostname(), rootPath: root.path });
    if (interest.wantsEvent(event)) return event;
  }
  return null;
}

/** As if it had just changed; what is not there counts as deleted. */
function itemAt({ root, path }: TrialPlace): EventItem {
  const seen = nodeFileSystem.lstat(absolutePath(root.path, path));
  const isDirectory = seen?.kind === "directory";
  return {
    path,
    operation: seen === null ? "delete" : isDirectory ? "mkdir" : "write",
    kind: seen?.kind ?? "file",
    reach: null,
    detectedAtMs: Date.now(),
    from: null,
    size: seen === null || isDirectory ? null : seen.size,
    mtimeMs: seen?.mtimeMs ?? null,
    mode: seen?.mode ?? null,
  };
}
