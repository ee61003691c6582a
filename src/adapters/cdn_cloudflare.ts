/** Cloudflare: one POST with what to purge, a bearer token. A refusal may come with status 200. */
import { allRefused } from "../core/purge.ts";
import { type CdnDialect, jsonOf, resultOfStatus, textOf, withoutScheme } from "./cdn_dialect.ts";

export const cloudflare: CdnDialect = {
  request: ({ kind, values }, { endpoint, zone, secrets }) => {
    const body = kind === "url"
      ? { files: values }
      : kind === "directory"
      ? { prefixes: values.map(withoutScheme) }
      : { tags: values };
    return {
      method: "POST",
      url: new URL(`${endpoint}/client/v4/zones/${encodeURIComponent(zone)}/purge_cache`),
      headers: { Authorization: `Bearer ${secrets["CLOUDFLARE_API_TOKEN"]}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    };
  },
  result: (batch, answer, nowMs) => {
    const json = jsonOf(answer);
    const errors = Array.isArray(json?.["errors"]) ? json["errors"] as readonly unknown[] : [];
    const message = errors.map(errorText).join("; ");
    const isOk = answer.status >= 200 && answer.status < 300;
    if (isOk && json?.["success"] !== true) {
      return allRefused(batch, {
        retryable: json === null,
        status: answer.status,
        message: `it answered ${answer.status} without success: ${message === "" ? "no reason" : message}`,
      });
    }
    const id = (json?.["result"] as { readonly id?: unknown } | null | undefined)?.id;
    return resultOfStatus(batch, answer, { nowMs, message, reference: textOf(id) || null });
  },
};

function errorText(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return `${textOf(message)} (${textOf(code)})`;
}
