/** Purges that somebody asks for. They become events, so that they survive a restart and go the way of all others. */
import type { CacheSettings } from "../config/cdn_settings.ts";
import type { Configuration } from "../config/configuration.ts";
import { providerFacts } from "../core/cdn_provider.ts";
import { TssyncError } from "../core/error.ts";
import { type Cursor, cursorText } from "../core/event.ts";
import { PURGE_KINDS, type PurgeItem, type PurgeKind } from "../core/purge.ts";
import type { EventLog } from "./event_log.ts";

export type PurgeRequest = {
  readonly provider: string;
  readonly urls: readonly string[];
  readonly directories: readonly string[];
  readonly tags: readonly string[];
};

/** What was taken on: one event for each thing. */
export type PurgeReceipt = {
  /** The same in all its events. */
  readonly batch: string;
  readonly count: number;
  /** Ids of the first and the last event. */
  readonly first: string;
  readonly last: string;
};

/** The caches of this provider that are switched on. */
export function cachesOf({ plugins }: Pick<Configuration, "plugins">, provider: string): readonly CacheSettings[] {
  return plugins.flatMap(({ enabled, settings }) =>
    enabled && settings.kind === "cdn" ? settings.caches.filter((cache) => cache.provider === provider) : []
  );
}

/**
 * Takes a request on: when this returns, it is stored. Throws NOT_FOUND where no such cache is configured, BODY_INVALID for what none
 * of them takes, STATE_UNUSABLE where it cannot be stored.
 */
export function requestPurge(
  request: PurgeRequest,
  configuration: Pick<Configuration, "plugins">,
  events: Pick<EventLog, "append" | "commit" | "newBatch" | "range">,
): PurgeReceipt {
  const { provider } = request;
  const caches = cachesOf(configuration, provider);
  if (caches.length === 0) {
    throw new TssyncError(
      "NOT_FOUND",
      `No plugin that is switched on has a <cdn provider=${JSON.stringify(provider)}>.`,
    );
  }
  const items = itemsOf(request, caches);
  // What is known so far has its numbers then, and those of the request follow.
  events.commit();
  const { epoch, latestSeq } = events.range();
  const batch = events.newBatch();
  for (const facts of items) {
    const about = { root: null, remote: null, batch, items: null } as const;
    events.append({ ...about, type: "tssync.purge.requested", facts: { provider, ...facts } });
  }
  const id = (seq: number) => cursorText({ epoch, seq } satisfies Cursor);
  if (!events.commit()) {
    throw new TssyncError(
      "STATE_UNUSABLE",
      "Cannot take the purge on: the database refuses to store it. The log says why.",
    );
  }
  return { batch, count: items.length, first: id(latestSeq + 1), last: id(latestSeq + items.length) };
}

function itemsOf({ urls, directories, tags }: PurgeRequest, caches: readonly CacheSettings[]): readonly PurgeItem[] {
  const asked = { url: urls, directory: directories, tag: tags } as const satisfies Record<
    PurgeKind,
    readonly string[]
  >;
  const [{ provider }] = caches as readonly [CacheSettings, ...CacheSettings[]];
  const { title, calls } = providerFacts(provider);
  const hosts = new Set(caches.map((cache) => new URL(cache.urls.base).host));
  const items = PURGE_KINDS.flatMap((kind) => {
    if (asked[kind].length > 0 && calls[kind] === undefined) {
      throw new TssyncError("BODY_INVALID", `${title} purges nothing by ${kind}.`, { kind });
    }
    return asked[kind].map((value) => ({ kind, value: kind === "tag" ? value : urlOf(value, kind, hosts) }));
  });
  if (items.length === 0) {
    throw new TssyncError("BODY_INVALID", "The body names nothing to purge: give urls, directories or tags.");
  }
  return items;
}

/** As browsers write it. */
function urlOf(text: string, kind: PurgeKind, hosts: ReadonlySet<string>): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !hosts.has(url.host)) {
    throw new TssyncError(
      "BODY_INVALID",
      `Cannot purge ${JSON.stringify(text)}: expected a URL of ${Array.from(hosts).join(" or ")}.`,
      { value: text },
    );
  }
  url.hash = "";
  return kind === "directory" && !url.href.endsWith("/") ? `${url.href}/` : url.href;
}
