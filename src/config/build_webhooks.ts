import type { HeadReading } from "./build_root.ts";
import { flagOrigin } from "./command_line.ts";
import type { PluginConfiguration } from "./configuration.ts";
import type { ConfigurationFlags } from "./configuration_input.ts";
import { keepElement } from "./plugin_element.ts";
import type { Report } from "./report.ts";
import { networks } from "./value.ts";

const SECOND_MS = 1_000;

/** The webhooks of one file; with `-m` they rest. `known`: names of plugins that are taken. */
export function buildWebhooks(
  head: HeadReading,
  { report, module, known }: {
    readonly report: Report;
    readonly module: string | null;
    readonly known: readonly PluginConfiguration[];
  },
): readonly PluginConfiguration[] {
  const built: PluginConfiguration[] = [];
  for (const { values, element, origin } of head.children.webhooks.children.webhook) {
    const { name, url, types, roots, secret, batch, batchWait } = values;
    if (name === null || url === null || secret === null || element === null) continue;
    if ([...known, ...built].some((plugin) => plugin.name === name)) {
      report.problem(origin("name"), "another plugin or webhook has that name; expected every name once");
    }
    built.push({
      name,
      enabled: module === null,
      when: "all",
      settings: {
        kind: "webhook",
        url,
        types,
        roots,
        secret,
        previous: null,
        batchMax: batch,
        batchWaitMs: batchWait * SECOND_MS,
      },
      element: keepElement(element),
    });
  }
  return built;
}

/** What all files and the command line allow. */
export function allowedNetworks(
  heads: readonly HeadReading[],
  { webhookAllow }: ConfigurationFlags,
  report: Report,
): readonly string[] {
  const allowed = heads.flatMap((head) => head.children.webhooks.values.allow);
  for (const text of webhookAllow) {
    const outcome = networks.schema.safeParse(text);
    if (outcome.success) allowed.push(...outcome.data);
    else report.problem(flagOrigin(`--webhook-allow "${text}"`), outcome.error.issues[0]?.message ?? networks.expected);
  }
  return [...new Set(allowed)];
}
