import { CACHE } from "./schema_cdn.ts";
import { PLUGIN_MOMENTS } from "./plugin_settings.ts";
import type { PluginKind } from "./plugin_settings.ts";
import { many, once, optional, required, withDefault } from "./schema_rule.ts";
import type { ElementRule } from "./schema_rule.ts";
import { anyText, host, httpUrl, name, oneOf, path, pattern, port, shellWords, trueOrFalse } from "./value.ts";

/** The blocks of plugins. `plugin_readers.ts` makes settings of them. */

const param = once("The program to run.", {
  prefix: withDefault(shellWords, "/bin/sh", {
    meaning: "The program and its first arguments; the path follows.",
    example: "/opt/scripts/changed.sh",
  }),
  suffix: withDefault(shellWords, "", { meaning: "Arguments after the path.", example: "--quiet" }),
  ignoreError: withDefault(trueOrFalse, "true", {
    meaning:
      "Whether its output is thrown away and its exit code does not matter. Otherwise an exit code other than 0 is a " +
      "failure: it is told with what the program wrote, and the program runs again later.",
    example: "false",
  }),
});

const includeFilter = once("Which paths the program runs for.", {
  start: withDefault(trueOrFalse, "false", { meaning: "Whether the expressions count.", example: "true" }),
}, {
  include: many("One regular expression that must match the absolute path in full.", {
    expression: required(pattern, { meaning: "The expression, in Perl's syntax.", example: "(.*)\\.php" }),
  }),
});

const watch = required(path, { meaning: "The directory whose changes are meant.", example: "/data" });

/** Elements of a plugin's `<localpath>`, by the plugin that knows them. */
const SOCKET_TARGET = {
  ip: required(host, { meaning: "The host that gets the path.", example: "192.168.138.20" }),
  port: required(port, { meaning: "Its port.", example: "8009" }),
  format: withDefault(oneOf("path", "json"), "path", {
    meaning:
      "What it gets: the bytes of the absolute path and nothing else, as from sersync, or the whole event as one " +
      "line of JSON.",
    example: "json",
  }),
};

const HTTP_TARGET = {
  url: required(httpUrl, { meaning: "The address that gets a form.", example: "http://192.168.138.20/changed" }),
  port: optional(port, { meaning: "Without effect: the port stands in the URL.", example: "80" }),
};

const CDN_LOGIN = {
  domainname: required(host, { meaning: "The host of the purge interface.", example: "ccms.chinacache.com" }),
  port: withDefault(port, "80", { meaning: "Its port.", example: "80" }),
  username: required(name, { meaning: "The account.", example: "example" }),
  passwd: required(anyText, { meaning: "The account's password.", example: "…" }),
};

const sendurl = once("How paths become URLs.", {
  base: required(anyText, {
    meaning: "What stands before the path below `watch`.",
    example: "http://www.example.com/cms",
  }),
});

const regexurl = once("How paths become URLs, by an expression.", {
  regex: withDefault(trueOrFalse, "false", { meaning: "Whether the expression counts.", example: "true" }),
  match: withDefault(anyText, "", {
    meaning: "The URL is `base`, the expression's first group and what follows the match.",
    example: "site([/a-z]*)/images",
  }),
});

/** What the block of each kind of plugin holds. */
export const PLUGIN_KINDS = {
  command: { param, filter: includeFilter },
  socket: {
    localpath: many("The directory and who hears of its changes.", { watch }, {
      deshost: many("One receiver.", SOCKET_TARGET),
    }),
  },
  http: {
    localpath: many("The directory and who hears of its changes.", { watch }, {
      deshost: many("One receiver.", HTTP_TARGET),
    }),
  },
  refreshCDN: {
    localpath: many("The directory and the CDN that copies it.", { watch }, {
      cdninfo: once("The CDN's purge interface.", CDN_LOGIN),
      sendurl,
      regexurl,
    }),
  },
  cdn: {
    localpath: many("The directory and the caches that copy it.", { watch }, { cdn: CACHE }),
  },
} as const satisfies Record<Exclude<PluginKind, "webhook">, Readonly<Record<string, ElementRule>>>;

/** The kinds that have a block. */
export type BlockKind = keyof typeof PLUGIN_KINDS;

/** What a block is: what its `kind` says, or its `name`; a block of another name is a `cdn` one. */
export function kindOfBlock(given: { readonly name: string | null; readonly kind: string | null }): BlockKind {
  for (const word of [given.kind, given.name]) {
    if (word !== null && Object.hasOwn(PLUGIN_KINDS, word)) return word as BlockKind;
  }
  return "cdn";
}

/** At which moment a plugin hears of a file; on the block, or where it is switched on. */
export const when = optional(oneOf(...PLUGIN_MOMENTS), {
  meaning:
    "When it hears of a file: once all remotes have it (`all`, the default), once the first one has it (`any`), or " +
    "as soon as the change was seen (`changed`).",
  example: "all",
});

/** A block itself; which children it may have follows from its name. */
export const PLUGIN_BLOCK = {
  ...many("The settings of one plugin.", {
    name: required(name, {
      meaning:
        "`command`, `socket`, `http`, `refreshCDN`, or a name of your own. Several blocks may have the same name: " +
        "they are switched on together.",
      example: "command",
    }),
    kind: optional(oneOf("command", "socket", "http", "refreshCDN", "cdn"), {
      meaning: "What the block is where its name is one of your own; `cdn` by default.",
      example: "command",
    }),
    when,
  }),
  childrenOf: (attribute: (name: string) => string | null): Readonly<Record<string, ElementRule>> =>
    PLUGIN_KINDS[kindOfBlock({ name: attribute("name"), kind: attribute("kind") })],
};
