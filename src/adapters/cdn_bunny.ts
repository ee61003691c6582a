/** Bunny: one URL per request, or one cache tag of a pull zone. */
import { type CdnDialect, jsonOf, resultOfStatus, textOf } from "./cdn_dialect.ts";

export const bunny: CdnDialect = {
  request: ({ kind, values: [value = ""] }, { endpoint, zone, secrets }) => {
    const headers = { AccessKey: secrets["BUNNY_API_KEY"] ?? "", Accept: "application/json" };
    if (kind === "tag") {
      if (zone === "") throw new Error('tags are purged by pull zone: give zone="ID"');
      return {
        method: "POST",
        url: new URL(`${endpoint}/pullzone/${encodeURIComponent(zone)}/purgeCache`),
        headers: { ...headers, "Content-Type": "application/json" },
        body: JSON.stringify({ CacheTag: value }),
      };
    }
    // A star at the end of a URL is a wildcard, also one that belongs to a name.
    const url = value.replaceAll("*", "%2A");
    const query = kind === "url"
      ? new URLSearchParams({ url, exactPath: "true" })
      : new URLSearchParams({ url: `${url}*` });
    return { method: "POST", url: new URL(`${endpoint}/purge?${query}`), headers, body: "" };
  },
  result: (batch, answer, nowMs) =>
    resultOfStatus(batch, answer, { nowMs, message: textOf(jsonOf(answer)?.["Message"]) }),
};
