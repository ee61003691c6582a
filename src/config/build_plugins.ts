import { nearestName } from "../core/nearest_name.ts";
import type { HeadReading } from "./build_root.ts";
import type { PluginConfiguration, PluginElement } from "./configuration.ts";
import type { Origin } from "./configuration_input.ts";
import type { Report } from "./report.ts";
import type { XmlElement } from "./xml_document.ts";

/** The plugins of one file, each with whether `<sersync>` switches it on. Their content is kept as it stands. */
export function buildPlugins(head: HeadReading, report: Report): readonly PluginConfiguration[] {
  const blocks = head.children.plugin;
  const names = blocks.map((block) => block.values.name).filter((name) => name !== null);
  const enabled = new Set<string>();
  for (const { values, origin } of head.children.sersync.children.plugin) {
    if (!values.start || values.name === null) continue;
    if (names.includes(values.name)) {
      enabled.add(values.name);
      report.warning(origin("name"), "this version only mirrors: the plugin's settings are read, but it is not called");
    } else report.problem(origin("name"), missingPlugin(values.name, names));
  }
  const plugins: PluginConfiguration[] = [];
  for (const { values, element } of blocks) {
    if (values.name === null || element === null) continue;
    plugins.push({ name: values.name, enabled: enabled.has(values.name), element: keepElement(element) });
  }
  return plugins;
}

/** `-m NAME` must name a plugin of one of the files, and this version runs none. */
export function checkModule(module: string, plugins: readonly PluginConfiguration[], report: Report): void {
  const origin: Origin = { file: null, line: null, column: null, found: `-m "${module}"` };
  const names = plugins.map((plugin) => plugin.name);
  if (names.includes(module)) report.problem(origin, "this version only mirrors: it runs no plugin on its own");
  else report.problem(origin, missingPlugin(module, names));
}

function missingPlugin(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  const missing = `there is no <plugin name="${name}"> with its settings`;
  return nearest === null ? missing : `${missing}. Did you mean "${nearest}"?`;
}

function keepElement(element: XmlElement): PluginElement {
  return {
    name: element.name,
    attributes: Object.fromEntries(Array.from(element.attributes, ([name, { value }]) => [name, value])),
    children: element.children.map(keepElement),
  };
}
