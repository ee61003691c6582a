import type { PluginConfiguration } from "../../src/config/configuration.ts";
import { oneRoot, readTexts } from "./configuration_text.ts";

/** The plugin `edge`, switched on, with these `<cdn>`. */
export function cachePlugins(caches: string): PluginConfiguration[] {
  const head = `<plugin name="edge"><localpath watch="/data">${caches}</localpath></plugin>`;
  return [...readTexts([oneRoot({ head, sersync: '<plugin start="true" name="edge"/>' })]).configuration.plugins];
}
