/** Caches of one's own, which take HTTP's unofficial methods PURGE and BAN. */
import { type CdnDialect, hostOfUrl, pathOfUrl, resultOfStatus } from "./cdn_dialect.ts";

/** Nothing there to purge: 404 (Squid, ngx_cache_purge 2.3) and 412 (ngx_cache_purge since 2.5). */
const NOT_CACHED = [404, 412];

/** PURGE removes one object with its variants; BAN, which the VCL has to know, whatever an expression matches. */
export const varnish: CdnDialect = {
  request: ({ kind, values: [value = ""] }, { endpoint }) => {
    if (kind === "tag") {
      return {
        method: "BAN",
        url: new URL(`${endpoint}/`),
        headers: { "X-Ban-Tag": expressionOf(value) },
        body: null,
      };
    }
    const host = { Host: hostOfUrl(value) };
    return {
      method: kind === "url" ? "PURGE" : "BAN",
      url: new URL(`${endpoint}/`),
      target: pathOfUrl(value),
      headers: kind === "url" ? host : { ...host, "X-Ban-Url": `^${expressionOf(pathOfUrl(value))}` },
      body: null,
    };
  },
  result: (batch, answer, nowMs) => resultOfStatus(batch, answer, { nowMs, notCached: NOT_CACHED }),
};

/** `proxy_cache_purge`; where it has a location of its own, the endpoint names that. */
export const nginx: CdnDialect = {
  request: ({ values: [value = ""] }, { endpoint }) => ({
    method: "PURGE",
    url: new URL(`${endpoint}/`),
    target: new URL(endpoint).pathname.replace(/\/$/, "") + pathOfUrl(value),
    headers: { Host: hostOfUrl(value) },
    body: null,
  }),
  result: varnish.result,
};

/** Squid knows objects by their whole URL. */
export const squid: CdnDialect = {
  request: ({ values: [value = ""] }, { endpoint }) => ({
    method: "PURGE",
    url: new URL(`${endpoint}/`),
    target: value,
    headers: { Host: hostOfUrl(value) },
    body: null,
  }),
  result: varnish.result,
};

/** Text as a regular expression that matches just that. */
function expressionOf(text: string): string {
  return text.replace(/[.*+?^$()[\]{}|\\]/g, "\\$&");
}
