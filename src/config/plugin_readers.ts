import { textToBytePath } from "../core/path.ts";
import type { BytePath } from "../core/path.ts";
import { cacheOf } from "./cdn_reader.ts";
import type { Origin } from "./configuration_input.ts";
import type { PluginSettings } from "./plugin_settings.ts";
import { readElement } from "./read_element.ts";
import { createReport } from "./report.ts";
import type { Report } from "./report.ts";
import { resolvePath } from "./resolve_path.ts";
import { type BlockKind, PLUGIN_KINDS } from "./schema_plugin.ts";
import { many } from "./schema_rule.ts";
import { expressionProblem } from "./value.ts";
import type { XmlElement } from "./xml_document.ts";

/** What a block says, and the directories it names. */
export type BlockReading<S extends PluginSettings = PluginSettings> = {
  readonly settings: S;
  readonly watches: readonly { readonly path: BytePath; readonly origin: Origin }[];
};

export type BlockContext = { readonly file: string; readonly cwd: string; readonly report: Report };

type Reader<K extends BlockKind> = (
  element: XmlElement,
  context: BlockContext,
) => BlockReading<Extract<PluginSettings, { kind: K }>>;

/** How each kind of block becomes settings. What is wrong with its form was reported when the file was read. */
export const PLUGIN_READERS: { readonly [K in BlockKind]: Reader<K> } = {
  command(element, context) {
    const { param, filter } = readAgain(element, PLUGIN_KINDS.command, context);
    const { prefix, suffix, ignoreError } = param.values;
    const includes: string[] = [];
    for (const { values, origin } of filter.children.include) {
      const { expression } = values;
      if (expression === null) continue;
      const problem = expressionProblem(expression, "full");
      if (problem === null) includes.push(expression);
      else context.report.problem(origin("expression"), `expected a regular expression; ${problem}`);
    }
    if (prefix.length === 0) {
      context.report.problem(param.origin("prefix"), "expected a program to run, found nothing");
    }
    return {
      settings: { kind: "command", prefix, suffix, ignoreError, includes: filter.values.start ? includes : null },
      watches: [],
    };
  },

  socket(element, context) {
    const { localpath } = readAgain(element, PLUGIN_KINDS.socket, context);
    const watches = localpath.map((local) => watchOf(local, context));
    const receivers = localpath.flatMap(({ children }, index) =>
      children.deshost.flatMap(({ values: { ip, port, format } }) =>
        ip === null || port === null ? [] : [{ watch: watches[index]!.path, host: ip, port, format }]
      )
    );
    return { settings: { kind: "socket", receivers }, watches };
  },

  http(element, context) {
    const { localpath } = readAgain(element, PLUGIN_KINDS.http, context);
    const watches = localpath.map((local) => watchOf(local, context));
    const receivers = localpath.flatMap(({ children }, index) =>
      children.deshost.flatMap(({ values: { url } }) => url === null ? [] : [{ watch: watches[index]!.path, url }])
    );
    return { settings: { kind: "http", receivers }, watches };
  },

  refreshCDN(element, context) {
    const { localpath } = readAgain(element, PLUGIN_KINDS.refreshCDN, context);
    const watches = localpath.map((local) => watchOf(local, context));
    const receivers = localpath.map(({ children: { cdninfo, sendurl, regexurl } }, index) => {
      const { domainname, port, username, passwd } = cdninfo.values;
      const { regex, match } = regexurl.values;
      const problem = regex ? expressionProblem(match, "search") : null;
      if (problem !== null) {
        context.report.problem(regexurl.origin("match"), `expected a regular expression; ${problem}`);
      }
      for (const [given, origin, what] of missingOf({ domainname, base: sendurl.values.base }, { cdninfo, sendurl })) {
        if (!given) context.report.problem(origin, what);
      }
      return {
        watch: watches[index]!.path,
        host: domainname ?? "",
        port,
        username: username ?? "",
        password: passwd ?? "",
        base: sendurl.values.base ?? "",
        match: regex ? match : null,
      };
    });
    return { settings: { kind: "refreshCDN", receivers }, watches };
  },

  cdn(element, context) {
    const { localpath } = readAgain(element, PLUGIN_KINDS.cdn, context);
    const watches = localpath.map((local) => watchOf(local, context));
    const caches = localpath.flatMap(({ children }, index) =>
      children.cdn.flatMap((cache) => cacheOf(cache, watches[index]!.path, context.report))
    );
    return { settings: { kind: "cdn", caches }, watches };
  },
};

/** The block, now with the types of its kind. */
function readAgain<C extends (typeof PLUGIN_KINDS)[BlockKind]>(
  element: XmlElement,
  children: C,
  { file }: BlockContext,
) {
  return readElement(element, many("", {}, children), { file, report: createReport() }).children;
}

type LocalPath = {
  readonly values: { readonly watch: string | null };
  readonly origin: (attribute?: "watch") => Origin;
};

function watchOf({ values, origin }: LocalPath, { cwd }: BlockContext): { path: BytePath; origin: Origin } {
  return { path: textToBytePath(resolvePath(cwd, values.watch ?? "/")), origin: origin("watch") };
}

type Element = { readonly element: XmlElement | null; readonly origin: () => Origin };

/** Children that must be there: what is missing in them was reported, that they are missing was not. */
function missingOf(
  given: { readonly domainname: string | null; readonly base: string | null },
  { cdninfo, sendurl }: { readonly cdninfo: Element; readonly sendurl: Element },
): readonly (readonly [boolean, Origin, string])[] {
  return [
    [given.domainname !== null || cdninfo.element !== null, cdninfo.origin(), "expected <cdninfo> in <localpath>"],
    [given.base !== null || sendurl.element !== null, sendurl.origin(), "expected <sendurl> in <localpath>"],
  ];
}
