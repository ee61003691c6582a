/** The URLs under which the web knows a changed path. */
import type { EventItem } from "./event.ts";
import { absolutePath, baseName, type BytePath, isValidUtf8, pathToBytes, pathToText } from "./path.ts";
import { compilePerlExpression } from "./perl_expression.ts";
import type { PurgeItem } from "./purge.ts";

/** How paths below a watched directory become URLs. */
export type UrlRule = {
  /** Absolute; what lies elsewhere has no URL. */
  readonly watch: BytePath;
  /** What stands before the path, without a slash at its end: `http://www.example.com/cms`. */
  readonly base: string;
  /**
   * sersync's `regexurl`: searched in the absolute path; the URL is the base, the first group and what follows the match. A path
   * without a match has no URL. null: the URL is the base and the path below `watch`.
   */
  readonly match: string | null;
  /** Names that are served under their directory's URL too, such as `index.html`. */
  readonly indexNames: readonly string[];
};

/** What to purge for one event. Empty: nothing that has a URL. */
export type UrlMapper = (root: BytePath, item: EventItem) => PurgeItem[];

/** Throws where `match` is no expression; the configuration was checked before. */
export function urlMapper(rule: UrlRule): UrlMapper {
  const urlOf = rule.match === null ? plainUrl(rule) : matchedUrl(rule, rule.match);
  return (root, { path, operation, kind, reach }) => {
    const changed = absolutePath(root, path);
    // What changed as a whole above the watched directory changed that too.
    const absolute = reach === "subtree" && isAbove(changed, rule.watch) ? rule.watch : changed;
    if (kind === "directory" || reach !== null) {
      const url = urlOf(absolute.endsWith("/") ? absolute : `${absolute}/`);
      if (url === null) return [];
      // A directory that was made or got other attributes changes nothing below it; its own page may be a list.
      return [{ kind: reach !== null || operation === "rmdir" ? "directory" : "url", value: withSlash(url) }];
    }
    const url = urlOf(absolute);
    if (url === null) return [];
    const items: PurgeItem[] = [{ kind: "url", value: url }];
    // What is gone and was never looked at may have been a directory.
    if (kind === null) items.push({ kind: "directory", value: withSlash(url) });
    if (rule.indexNames.includes(pathToText(baseName(path)))) {
      items.push({ kind: "url", value: url.slice(0, url.lastIndexOf("/") + 1) });
    }
    return items;
  };
}

function isAbove(path: BytePath, watch: BytePath): boolean {
  return watch.startsWith(path === "/" ? "/" : `${path}/`);
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

/** An absolute path, in bytes, with a slash at its end where it is a directory; null: it has no URL. */
type UrlOf = (absolute: string) => string | null;

function plainUrl({ watch, base }: UrlRule): UrlOf {
  const prefix = watch === "/" ? "/" : `${watch}/`;
  return (absolute) => absolute.startsWith(prefix) ? `${base}/${percentEncoded(absolute.slice(prefix.length))}` : null;
}

function matchedUrl({ watch, base }: UrlRule, match: string): UrlOf {
  const compiled = compilePerlExpression(match, "search");
  if ("problem" in compiled) throw new Error(`cannot use the expression ${match}: ${compiled.problem}`);
  const { pattern } = compiled;
  const prefix = watch === "/" ? "/" : `${watch}/`;
  return (absolute) => {
    if (!absolute.startsWith(prefix)) return null;
    // A name that is not UTF-8 is matched byte by byte, so that none of its bytes is lost.
    const isText = isValidUtf8(absolute);
    const searched = isText ? pathToText(absolute) : absolute;
    const found = pattern.exec(searched);
    if (found === null) return null;
    const rest = (found[1] ?? "") + searched.slice(found.index + found[0].length);
    return base + percentEncoded(rest, isText);
  };
}

const encoder = new TextEncoder();

/** What `encodeURI` leaves as it is, without `?` and `#`, which end a path. */
const LEFT = new Set(
  Array.from(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'();/:@&=+$,",
    (character) => character.charCodeAt(0),
  ),
);

/** The path of a URL for the bytes of a name (or for text), as browsers write it. */
export function percentEncoded(path: string, isText = false): string {
  let out = "";
  for (const byte of isText ? encoder.encode(path) : pathToBytes(path)) {
    out += LEFT.has(byte) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}
