/** Caches that forget what changed. One receiver for each `<cdn>`; those of one account share what it may send. */
import type { CacheSettings } from "../config/cdn_settings.ts";
import type { CdnSettings } from "../config/plugin_settings.ts";
import { providerFacts, type ProviderLimits } from "../core/cdn_provider.ts";
import { PLUGIN_DELAYS_MS } from "../core/plugin_delays.ts";
import type { PluginEvent } from "../core/plugin_event.ts";
import { isPurgeKind, type PurgeItem } from "../core/purge.ts";
import { coveredBy, plannedItems } from "../core/purge_plan.ts";
import { urlMapper } from "../core/purge_url.ts";
import type { Plugin, PluginAnswer } from "../ports.ts";
import { openCdnProvider } from "./cdn_provider.ts";
import type { PluginOpening } from "./plugin_factory.ts";
import { PurgeAccount } from "./purge_account.ts";
import { filesBelow } from "./purge_files.ts";
import { previewPurges, type Purged, sendPurges } from "./purge_sender.ts";

/** A burst is one call, and a provider that takes one URL a time has an answer for all of them within the deadline. */
const EVENTS_MAX = 200;
const DEADLINE_MS = 120_000;

export async function openCdn({ caches }: CdnSettings, opening: PluginOpening): Promise<readonly Plugin[]> {
  const plugins: Plugin[] = [];
  for (const cache of caches) plugins.push(await openCache(cache, receiverOf(cache, plugins), opening));
  return plugins;
}

async function openCache(cache: CacheSettings, receiver: string, opening: PluginOpening): Promise<Plugin> {
  const { plugin: { name, when } } = opening;
  const provider = await openCdnProvider(cache);
  const account = accountFor(cache, provider.limits, opening);
  const itemsOf = itemReader(cache);
  return {
    name,
    kind: "cdn",
    receiver,
    interest: { files: when, types: [PURGE_REQUESTED], roots: [], below: cache.urls.watch },
    limits: {
      batchMax: EVENTS_MAX,
      windowMs: cache.windowMs,
      inFlightMax: 1,
      deadlineMs: DEADLINE_MS,
      retryDelaysMs: PLUGIN_DELAYS_MS,
    },
    quotas: () => account.quotas(),
    wants: (event) => event.type === PURGE_REQUESTED ? requestedItem(event, cache) !== null : event.item !== null,
    preview: (events) => {
      const planned = plannedItems(events.flatMap((event) => itemsOf(event) ?? []), cache.collapseAbove);
      return previewPurges(planned, provider, seedOf(events));
    },
    async deliver(events, signal) {
      const wanted = events.map(itemsOf);
      const planned = plannedItems(wanted.flatMap((items) => items ?? []), cache.collapseAbove);
      const sending = { provider, account, signal, seed: seedOf(events), patienceMs: DEADLINE_MS / 2 };
      const purged = await sendPurges(planned, sending);
      return wanted.map((items) => items === null ? TOO_MANY : answerOf(items.map((item) => coveredBy(item, purged)!)));
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function seedOf(events: readonly PluginEvent[]): string {
  return events.map(({ id }) => id).join(" ");
}

const TOO_MANY: PluginAnswer = {
  outcome: "dead",
  message:
    "the directory has too many files to purge one by one, and the cache cannot purge it as a whole: clear the cache",
};

/** Asked for through the API. */
const PURGE_REQUESTED = "tssync.purge.requested";

/** What to purge for an event. A directory is named file by file where the provider knows no directories; null: too many. */
function itemReader(cache: CacheSettings): (event: PluginEvent) => readonly PurgeItem[] | null {
  const mapped = urlMapper(cache.urls);
  const hasDirectories = providerFacts(cache.provider).calls.directory !== undefined;
  return (event) => {
    if (event.type === PURGE_REQUESTED) return [requestedItem(event, cache)].filter((item) => item !== null);
    const { item, rootPath } = event;
    if (item === null || rootPath === null) return [];
    const items = mapped(rootPath, item);
    if (hasDirectories || item.kind !== "directory") return items.map((one) => hasDirectories ? one : byUrl(one));
    const files = filesBelow(rootPath, item);
    return files === null ? null : [...items, ...files.flatMap((file) => mapped(rootPath, file))].map(byUrl);
  };
}

/** The directory's own page. */
function byUrl({ kind, value }: PurgeItem): PurgeItem {
  return { kind: kind === "directory" ? "url" : kind, value };
}

/** What the API asked this cache for; null: another one. A URL goes to the caches of its host, a tag to all of the provider. */
function requestedItem({ envelope: { data } }: PluginEvent, { provider, urls }: CacheSettings): PurgeItem | null {
  const { provider: asked, kind, value } = data;
  if (asked !== provider || typeof value !== "string" || !isPurgeKind(kind)) return null;
  if (kind === "tag") return { kind, value };
  return URL.canParse(value) && new URL(value).host === new URL(urls.base).host ? { kind, value } : null;
}

function answerOf(purged: readonly Purged[]): PluginAnswer {
  const refused = purged.filter(({ refusal }) => refusal !== null);
  const again = refused.filter(({ refusal }) => refusal!.retryable);
  if (again.length > 0) {
    const waits = again.map(({ afterMs }) => afterMs).filter((afterMs) => afterMs !== null);
    const afterMs = waits.length === 0 ? null : Math.max(...waits);
    return { outcome: "retry", message: again[0]!.refusal!.message, afterMs };
  }
  if (refused.length > 0) return { outcome: "dead", message: refused[0]!.refusal!.message };
  return { outcome: "delivered", message: purged.map(({ message }) => message).find((text) => text !== "") ?? "" };
}

/** One account: the same place, asked with the same secrets. */
function accountFor(
  { provider, endpoint, credentials }: CacheSettings,
  limits: ProviderLimits,
  { accounts, clock, memory }: PluginOpening,
): PurgeAccount {
  const who = credentials.from === "file" ? credentials.path : `env:${credentials.prefix}`;
  const key = [provider, endpoint, who].join(" ");
  // Limits that were chosen otherwise hold for those who chose them; what was used counts for all.
  const limited = `${key} ${JSON.stringify(limits)}`;
  const account = accounts.get(limited) ?? new PurgeAccount({ key, limits, clock, memory });
  accounts.set(limited, account);
  return account;
}

/** The same after a restart, unless the `<cdn>` says something else. */
function receiverOf({ provider, endpoint, zone, urls }: CacheSettings, others: readonly Plugin[]): string {
  const name = [provider, new URL(endpoint).host, zone, urls.base].filter((part) => part !== "").join(" ");
  const same = others.filter(({ receiver }) => receiver === name || receiver.startsWith(`${name} #`)).length;
  return same === 0 ? name : `${name} #${same + 1}`;
}
