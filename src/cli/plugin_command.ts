import { openPluginFactory } from "../adapters/plugin_factory.ts";
import type { Configuration } from "../config/configuration.ts";
import { TssyncError } from "../core/error.ts";
import { nearestName } from "../core/nearest_name.ts";
import { absolutePath, parseRelPath, pathToText, textToBytes } from "../core/path.ts";
import type { Plugin } from "../ports.ts";
import type { Command } from "./command.ts";
import { only } from "./failures_command.ts";
import { loadConfiguration } from "./load_configuration.ts";
import { type PluginTrial, type TrialPlace, tryPlugin } from "./plugin_trial.ts";
import { placeInRoot } from "./root_place.ts";
import { visibleText } from "./table_text.ts";
import { jsonText } from "./terminal.ts";

/** `tssync plugin test NAME`: beside the daemon, without asking it and without a trace in its log. */
export const pluginCommand: Command = async (invocation, { cwd, terminal }) => {
  const { options, operands: [word, name] } = invocation;
  const operand = options.text("path");
  if (word !== "test" || name === undefined) {
    throw new TssyncError("USAGE", "tssync plugin wants to know what to do with which plugin: tssync plugin test NAME");
  }
  if (operand === null) {
    throw new TssyncError("USAGE", `No path was given: tssync plugin test ${visibleText(name)} --path PATH`);
  }
  const { configuration } = await loadConfiguration(invocation, cwd);
  const named = namedPlugins(configuration, name);
  const place = placeOf(configuration, { operand, rootId: only("root", options), cwd });
  const send = options.has("send");

  await using opened = new AsyncDisposableStack();
  const factory = openPluginFactory({ webhookAllow: () => configuration.webhookAllow });
  const plugins: Plugin[] = [];
  for (const each of named) {
    for (const plugin of await factory.open(each)) plugins.push(opened.use(plugin));
  }
  const trials: PluginTrial[] = [];
  for (const plugin of plugins) trials.push(await tryPlugin(plugin, place, send));

  const path = pathToText(absolutePath(place.root.path, place.path));
  terminal.out(
    options.has("json")
      ? jsonText({ plugin: name, root: place.root.id, path, receivers: trials })
      : trials.map(trialText).join(""),
  );
  const told = trials.filter(({ event }) => event !== null);
  return !send || (told.length > 0 && told.every(({ outcome }) => outcome === "delivered")) ? 0 : 1;
};

function namedPlugins({ plugins }: Configuration, name: string): Configuration["plugins"] {
  const named = plugins.filter((plugin) => plugin.name === name);
  if (named.length > 0) return named;
  const known = [...new Set(plugins.map((plugin) => plugin.name))];
  const nearest = nearestName(name, known);
  const there = known.length === 0 ? "The configuration has none." : `There are: ${known.join(", ")}.`;
  throw new TssyncError(
    "NOT_FOUND",
    `There is no plugin ${JSON.stringify(name)}. ${nearest === null ? there : `Did you mean ${nearest}?`}`,
  );
}

function placeOf({ roots }: Configuration, named: Parameters<typeof placeInRoot>[1]): TrialPlace {
  const known = roots.map((root) => ({ id: root.id, path: pathToText(root.path) }));
  const found = placeInRoot(known, named);
  const path = parseRelPath(textToBytes(found.path));
  if (path === null) {
    throw new TssyncError(
      "PATH_INVALID",
      `${
        JSON.stringify(named.operand)
      } leads out of the root ${found.root}: give a path of the root, such as site/a.png`,
    );
  }
  return { root: roots.find(({ id }) => id === found.root)!, path };
}

/** A preview may have several lines, and names may have newlines: the latter are shown, not made. */
function trialText({ kind, receiver, event, request, outcome, message, durationMs }: PluginTrial): string {
  const lines = request.flatMap((line) => line.split(/\r?\n/)).map((line) => `  ${visibleText(line)}`.trimEnd());
  const head = `${kind}${receiver === "" ? "" : ` ${visibleText(receiver)}`}${event === null ? "" : ` (${event})`}:`;
  const end = outcome === null ? message : `${outcome} after ${Math.round(durationMs ?? 0)} ms: ${message}`;
  return [head, ...lines, `  ${visibleText(end)}`, ""].join("\n");
}
