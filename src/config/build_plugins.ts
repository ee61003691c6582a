import { nearestName } from "../core/nearest_name.ts";
import type { HeadReading } from "./build_root.ts";
import type { PluginConfiguration } from "./configuration.ts";
import type { Origin } from "./configuration_input.ts";
import { keepElement } from "./plugin_element.ts";
import { PLUGIN_READERS } from "./plugin_readers.ts";
import type { BlockReading } from "./plugin_readers.ts";
import type { PluginMoment } from "./plugin_settings.ts";
import type { Report } from "./report.ts";
import { kindOfBlock } from "./schema_plugin.ts";

/** A plugin, and the directories it names. */
export type PluginDraft = {
  readonly plugin: PluginConfiguration;
  readonly watches: BlockReading["watches"];
};

export type PluginContext = {
  readonly cwd: string;
  readonly report: Report;
  /** `-m NAME`: that plugin alone is on, and hears of what is seen. */
  readonly module: string | null;
};

/** The plugins of one file, each with whether `<sersync>` switches it on. */
export function buildPlugins(head: HeadReading, { cwd, report, module }: PluginContext): readonly PluginDraft[] {
  const blocks = head.children.plugin;
  const names = blocks.map((block) => block.values.name).filter((name) => name !== null);
  const enabled = new Map<string, PluginMoment | null>();
  for (const { values, origin } of head.children.sersync.children.plugin) {
    if (!values.start || values.name === null) continue;
    if (names.includes(values.name)) enabled.set(values.name, values.when);
    else report.problem(origin("name"), missingPlugin(values.name, names));
  }
  const drafts: PluginDraft[] = [];
  for (const { values, element, origin } of blocks) {
    const { name } = values;
    if (name === null || element === null) continue;
    const file = origin().file ?? "";
    const { settings, watches } = PLUGIN_READERS[kindOfBlock({ name, kind: values.kind })](element, {
      file,
      cwd,
      report,
    });
    const when = module === null ? enabled.get(name) ?? values.when ?? "all" : "changed";
    const isOn = module === null ? enabled.has(name) : name === module;
    drafts.push({ plugin: { name, enabled: isOn, when, settings, element: keepElement(element) }, watches });
  }
  return drafts;
}

/** `-m NAME` must name a plugin of one of the files. */
export function checkModule(module: string, drafts: readonly PluginDraft[], report: Report): void {
  const origin: Origin = { file: null, line: null, column: null, found: `-m "${module}"` };
  const names = drafts.map(({ plugin }) => plugin.name);
  if (!names.includes(module)) report.problem(origin, missingPlugin(module, names));
}

function missingPlugin(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  const missing = `there is no <plugin name="${name}"> with its settings`;
  return nearest === null ? missing : `${missing}. Did you mean "${nearest}"?`;
}
