import { many, once, optional, required, withDefault } from "./schema_rule.ts";
import type { ElementRule } from "./schema_rule.ts";
import { anyText, host, httpUrl, name, path, pattern, port, shellWords, trueOrFalse } from "./value.ts";

/** The blocks of plugins. Their content goes to the plugin host as it stands; here only its form is checked. */

const param = once("The program to run.", {
  prefix: withDefault(shellWords, "/bin/sh", {
    meaning: "The program and its first arguments; the path follows.",
    example: "/opt/scripts/changed.sh",
  }),
  suffix: withDefault(shellWords, "", { meaning: "Arguments after the path.", example: "--quiet" }),
  ignoreError: withDefault(trueOrFalse, "true", { meaning: "Whether its output is thrown away.", example: "true" }),
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

const cdn = many("A cache or CDN to purge.", {
  provider: required(name, { meaning: "Which one.", example: "varnish" }),
  endpoint: required(httpUrl, { meaning: "Where it takes purges.", example: "http://127.0.0.1:6081" }),
  base: required(httpUrl, { meaning: "What stands before the path in a URL.", example: "http://www.example.com" }),
});

/** What the block of each kind of plugin holds. A block of another name is a `cdn` one. */
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
    localpath: many("The directory and the caches that copy it.", { watch }, { cdn }),
  },
} as const satisfies Record<string, Readonly<Record<string, ElementRule>>>;

/** A block itself; which children it may have follows from its name. */
export const PLUGIN_BLOCK = {
  ...many("The settings of one plugin.", {
    name: required(name, {
      meaning: "`command`, `socket`, `http`, `refreshCDN`, or a name of your own for a block with `<cdn>`.",
      example: "command",
    }),
  }),
  childrenOf: (pluginName: string): Readonly<Record<string, ElementRule>> =>
    Object.hasOwn(PLUGIN_KINDS, pluginName) ? PLUGIN_KINDS[pluginName as keyof typeof PLUGIN_KINDS] : PLUGIN_KINDS.cdn,
};
