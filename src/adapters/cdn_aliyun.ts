/** Aliyun CDN, signed with ACS3-HMAC-SHA256 by the vendor's package. */
import { createHash, randomUUID } from "node:crypto";
import { allRefused, type PurgeKind } from "../core/purge.ts";
import { retryAfterMs } from "../core/http_answer.ts";
import { type CdnDialect, jsonOf, resultOfStatus, textOf } from "./cdn_dialect.ts";

const ALGORITHM = "ACS3-HMAC-SHA256";
const OBJECT_TYPES = { url: "File", directory: "Directory", tag: "" } as const satisfies Record<PurgeKind, string>;

export const aliyun: CdnDialect = {
  request: async ({ kind, values }, { endpoint, secrets }) => {
    const { OpenApiUtil } = await import("@alicloud/openapi-core");
    const url = new URL(`${endpoint}/`);
    const body = new URLSearchParams({ ObjectPath: values.join("\n"), ObjectType: OBJECT_TYPES[kind] }).toString();
    const digest = createHash("sha256").update(body).digest("hex");
    const headers = {
      host: url.host,
      "x-acs-action": "RefreshObjectCaches",
      "x-acs-version": "2018-05-10",
      "x-acs-date": new Date().toISOString().replace(/\.\d+Z$/, "Z"),
      "x-acs-signature-nonce": randomUUID(),
      "x-acs-content-sha256": digest,
      "content-type": "application/x-www-form-urlencoded",
    };
    // Of a request as the package has it, signing looks at these alone.
    const signed = { method: "POST", pathname: "/", query: {}, headers } as unknown as Parameters<
      typeof OpenApiUtil.getAuthorization
    >[0];
    const authorization = OpenApiUtil.getAuthorization(
      signed,
      ALGORITHM,
      digest,
      secrets["ALIBABA_CLOUD_ACCESS_KEY_ID"] ?? "",
      secrets["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] ?? "",
    );
    return { method: "POST", url, headers: { ...headers, authorization }, body };
  },
  result: (batch, answer, nowMs) => {
    const json = jsonOf(answer);
    const code = textOf(json?.["Code"]);
    const message = [code, textOf(json?.["Message"])].filter((part) => part !== "").join(": ");
    if (/^(Throttling|QuotaExceeded|ServiceUnavailable|InternalError)/.test(code)) {
      return allRefused(batch, {
        retryable: true,
        status: answer.status,
        pauseMs: retryAfterMs(answer.header("retry-after"), nowMs) ??
          (code.startsWith("Quota") ? QUOTA_PAUSE_MS : null),
        message: `it answered ${answer.status}: ${message}`,
      });
    }
    return resultOfStatus(batch, answer, { nowMs, message, reference: textOf(json?.["RefreshTaskId"]) || null });
  },
};

/** The day's quota is used up, and nothing says when the vendor's day ends. */
const QUOTA_PAUSE_MS = 900_000;
