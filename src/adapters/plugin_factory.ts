/** Which file makes which kind of plugin: the one table. A new kind is a member of `PluginSettings` and a row here. */
import type { PluginConfiguration } from "../config/configuration.ts";
import type { PluginKind, PluginSettings } from "../config/plugin_settings.ts";
import { TssyncError } from "../core/error.ts";
import type { Clock, Plugin, PluginFactory } from "../ports.ts";
import { openCdn } from "./plugin_cdn.ts";
import { openCommand } from "./plugin_command.ts";
import { openHttp } from "./plugin_http.ts";
import { openRefreshCdn } from "./plugin_refresh_cdn.ts";
import { openSocket } from "./plugin_socket.ts";
import type { PurgeAccount, PurgeMemory } from "./purge_account.ts";
import { SystemClock } from "./system_clock.ts";

/** What plugins share. */
export type PluginSurroundings = {
  readonly clock: Clock;
  /** Where quotas that were used are remembered. */
  readonly memory: PurgeMemory;
};

/** What a plugin is made of beside its settings. */
export type PluginOpening = PluginSurroundings & {
  readonly plugin: PluginConfiguration;
  /** Accounts at CDNs that are in use, by what they are and may. */
  readonly accounts: Map<string, PurgeAccount>;
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
  webhook: notYet,
};

/** Without a memory of its own a quota that was used is forgotten with the factory. */
export function openPluginFactory(
  { clock = new SystemClock(), memory = memoryOfMap() }: Partial<PluginSurroundings> = {},
): PluginFactory {
  const accounts = new Map<string, PurgeAccount>();
  return {
    async open(plugin) {
      const { settings } = plugin;
      // The table's types say that the kind and its opener belong together; the compiler cannot follow that through an index.
      const opener = OPENERS[settings.kind] as (settings: PluginSettings, opening: PluginOpening) => ReturnType<
        Opener<PluginKind>
      >;
      const opened = await opener(settings, { plugin, clock, memory, accounts });
      return "deliver" in opened ? [opened] : opened;
    },
  };
}

function memoryOfMap(): PurgeMemory {
  const remembered = new Map<string, string>();
  return { read: (key) => remembered.get(key) ?? null, write: (key, text) => void remembered.set(key, text) };
}

function notYet({ kind }: PluginSettings, { plugin: { name } }: PluginOpening): never {
  throw new TssyncError("CONFIG_INVALID", `Cannot run the plugin "${name}": this version has no ${kind} plugins.`);
}
