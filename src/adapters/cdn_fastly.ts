/** Fastly: one URL, or up to 256 surrogate keys of a service. */
import { type CdnDialect, jsonOf, resultOfStatus, textOf, withoutScheme } from "./cdn_dialect.ts";

export const fastly: CdnDialect = {
  request: ({ kind, values }, { endpoint, zone, soft, secrets }) => {
    const headers = {
      "Fastly-Key": secrets["FASTLY_API_TOKEN"] ?? "",
      Accept: "application/json",
      ...(soft ? { "Fastly-Soft-Purge": "1" } : {}),
    };
    if (kind === "url") {
      const url = new URL(`${endpoint}/`);
      return { method: "POST", url, target: `/purge/${withoutScheme(values[0] ?? "")}`, headers, body: null };
    }
    if (zone === "") throw new Error('tags are purged by service: give zone="SERVICE-ID"');
    return {
      method: "POST",
      url: new URL(`${endpoint}/service/${encodeURIComponent(zone)}/purge`),
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify({ surrogate_keys: values }),
    };
  },
  result: (batch, answer, nowMs) => {
    const json = jsonOf(answer);
    return resultOfStatus(batch, answer, {
      nowMs,
      message: textOf(json?.["msg"]) || textOf(json?.["detail"]),
      reference: textOf(json?.["id"]) || null,
    });
  },
};
