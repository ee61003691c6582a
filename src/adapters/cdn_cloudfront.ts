/** Amazon CloudFront: an invalidation of paths, XML, signed with SigV4 by `aws4fetch`. */
import { allRefused } from "../core/purge.ts";
import { retryAfterMs } from "../core/http_answer.ts";
import { type CdnDialect, pathOfUrl, resultOfStatus } from "./cdn_dialect.ts";

const VERSION = "2020-05-31";

export const cloudfront: CdnDialect = {
  request: async ({ id, kind, values }, { endpoint, zone, secrets }) => {
    const { AwsV4Signer } = await import("aws4fetch");
    const paths = values.map((value) => {
      // A star is a wildcard, also one that belongs to a name.
      const path = pathOfUrl(value).replaceAll("*", "%2A");
      return `<Path>${xmlText(kind === "directory" ? `${path}*` : path)}</Path>`;
    });
    const body = `<?xml version="1.0" encoding="UTF-8"?>` +
      `<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/${VERSION}/">` +
      `<CallerReference>${xmlText(id)}</CallerReference>` +
      `<Paths><Items>${paths.join("")}</Items><Quantity>${values.length}</Quantity></Paths></InvalidationBatch>`;
    const sessionToken = secrets["AWS_SESSION_TOKEN"] ?? "";
    const signed = await new AwsV4Signer({
      method: "POST",
      url: `${endpoint}/${VERSION}/distribution/${encodeURIComponent(zone)}/invalidation`,
      headers: { "Content-Type": "text/xml" },
      body,
      service: "cloudfront",
      region: "us-east-1",
      accessKeyId: secrets["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: secrets["AWS_SECRET_ACCESS_KEY"] ?? "",
      ...(sessionToken === "" ? {} : { sessionToken }),
    }).sign();
    return { method: "POST", url: signed.url, headers: Object.fromEntries(signed.headers), body };
  },
  result: (batch, answer, nowMs) => {
    const code = elementText(answer.body, "Code");
    const message = [code, elementText(answer.body, "Message")].filter((part) => part !== "").join(": ");
    if (RETRIED_CODES.has(code)) {
      return allRefused(batch, {
        retryable: true,
        status: answer.status,
        pauseMs: retryAfterMs(answer.header("retry-after"), nowMs) ?? BUSY_PAUSE_MS,
        message: `it answered ${answer.status}: ${message}`,
      });
    }
    return resultOfStatus(batch, answer, { nowMs, message, reference: elementText(answer.body, "Id") || null });
  },
};

/** Refusals with status 400 that pass by themselves. */
const RETRIED_CODES: ReadonlySet<string> = new Set(["TooManyInvalidationsInProgress", "Throttling", "RequestExpired"]);

/** Invalidations take a minute or so, and nothing says when one is over. */
const BUSY_PAUSE_MS = 10_000;

function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function elementText(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
}
