/** KeyCDN: URLs or tags of a zone. */
import { allRefused } from "../core/purge.ts";
import { type CdnDialect, jsonOf, resultOfStatus, textOf, withoutScheme } from "./cdn_dialect.ts";

export const keycdn: CdnDialect = {
  request: ({ kind, values }, { endpoint, zone, secrets }) => ({
    method: "DELETE",
    url: new URL(`${endpoint}/zones/${kind === "url" ? "purgeurl" : "purgetag"}/${encodeURIComponent(zone)}.json`),
    headers: {
      // The key is the user; there is no password.
      Authorization: `Basic ${Buffer.from(`${secrets["KEYCDN_API_KEY"]}:`, "utf8").toString("base64")}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify(kind === "url" ? { urls: values.map(withoutScheme) } : { tags: values }),
  }),
  result: (batch, answer, nowMs) => {
    const json = jsonOf(answer);
    const message = textOf(json?.["description"]) || textOf(json?.["error_message"]);
    if (answer.status >= 200 && answer.status < 300 && json?.["status"] !== "success") {
      return allRefused(batch, {
        retryable: json === null,
        status: answer.status,
        message: `it answered ${answer.status} without success: ${message === "" ? "no reason" : message}`,
      });
    }
    return resultOfStatus(batch, answer, { nowMs, message });
  },
};
