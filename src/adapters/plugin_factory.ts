/** Which file makes which kind of plugin: the one table. A new kind is a member of `PluginSettings` and a row here. */
import type { PluginConfiguration } from "../config/configuration.ts";
import type { PluginKind, PluginSettings } from "../config/plugin_settings.ts";
import { TssyncError } from "../core/error.ts";
import type { Plugin, PluginFactory } from "../ports.ts";
import { openCommand } from "./plugin_command.ts";

/** What a plugin is made of beside its settings. */
export type PluginOpening = {
  readonly plugin: PluginConfiguration;
};

type Opener<K extends PluginKind> = (
  settings: Extract<PluginSettings, { kind: K }>,
  opening: PluginOpening,
) => Plugin | readonly Plugin[] | Promise<readonly Plugin[]>;

const OPENERS: { readonly [K in PluginKind]: Opener<K> } = {
  command: openCommand,
  socket: notYet,
  http: notYet,
  refreshCDN: notYet,
  cdn: notYet,
  webhook: notYet,
};

export function openPluginFactory(): PluginFactory {
  return {
    async open(plugin) {
      const { settings } = plugin;
      // The table's types say that the kind and its opener belong together; the compiler cannot follow that through an index.
      const opener = OPENERS[settings.kind] as (settings: PluginSettings, opening: PluginOpening) => ReturnType<
        Opener<PluginKind>
      >;
      const opened = await opener(settings, { plugin });
      return "deliver" in opened ? [opened] : opened;
    },
  };
}

function notYet({ kind }: PluginSettings, { plugin: { name } }: PluginOpening): never {
  throw new TssyncError("CONFIG_INVALID", `Cannot run the plugin "${name}": this version has no ${kind} plugins.`);
}
