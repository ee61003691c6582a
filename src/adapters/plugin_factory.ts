/** Which file makes which kind of plugin: the one table. A new kind is a member of `PluginSettings` and a row here. */
import type { PluginConfiguration } from "../config/configuration.ts";
import type { PluginKind, PluginSettings } from "../config/plugin_settings.ts";
import type { Clock, Plugin, PluginFactory } from "../ports.ts";
import { type AddressGuard, addressGuard } from "./address_guard.ts";
import { openCdn } from "./plugin_cdn.ts";
import { openCommand } from "./plugin_command.ts";
import { openHttp } from "./plugin_http.ts";
import { openRefreshCdn } from "./plugin_refresh_cdn.ts";
import { openSocket } from "./plugin_socket.ts";
import { openWebhook } from "./plugin_webhook.ts";
import type { PurgeAccount, PurgeMemory } from "./purge_account.ts";
import { SystemClock } from "./system_clock.ts";

/** What plugins share. */
export type PluginSurroundings = {
  readonly clock: Clock;
  /** Where quotas that were used are remembered. */
  readonly memory: PurgeMemory;
  /** Networks that webhooks may go to although they are not public. */
  readonly webhookAllow: () => readonly string[];
};

/** What a plugin is made of beside its settings. */
export type PluginOpening = PluginSurroundings & {
  readonly plugin: PluginConfiguration;
  /** Accounts at CDNs that are in use, by what they are and may. */
  readonly accounts: Map<string, PurgeAccount>;
  /** Where webhooks may go, as it holds now. */
  readonly guard: () => AddressGuard;
};

type Opener<K extends PluginKind> = (
  settings: Extract<PluginSettings, { kind: K }>,
  opening: PluginOpening,
) => Plugin | readonly Plugin[] | Promise<readonly Plugin[]>;

const OPENERS: { readonly [K in PluginKind]: Opener<K> } = {
  command: openCommand,
  socket: openSocket,
  http: openHttp,
  refreshCDN: openRefreshCdn,
  cdn: openCdn,
  webhook: openWebhook,
};

/** Without a memory of its own a quota that was used is forgotten with the factory. */
export function openPluginFactory(
  { clock = new SystemClock(), memory = memoryOfMap(), webhookAllow = () => [] }: Partial<PluginSurroundings> = {},
): PluginFactory {
  const accounts = new Map<string, PurgeAccount>();
  const guard = () => addressGuard(webhookAllow());
  return {
    refusalOf: (url) => URL.canParse(url) ? guard().refusal(new URL(url)) : Promise.resolve("it is no URL"),

    async open(plugin) {
      const { settings } = plugin;
      // The table's types say that the kind and its opener belong together; the compiler cannot follow that through an index.
      const opener = OPENERS[settings.kind] as (settings: PluginSettings, opening: PluginOpening) => ReturnType<
        Opener<PluginKind>
      >;
      const opened = await opener(settings, { plugin, clock, memory, webhookAllow, accounts, guard });
      return "deliver" in opened ? [opened] : opened;
    },
  };
}

function memoryOfMap(): PurgeMemory {
  const remembered = new Map<string, string>();
  return { read: (key) => remembered.get(key) ?? null, write: (key, text) => void remembered.set(key, text) };
}
