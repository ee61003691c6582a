/** Tencent CDN, signed with TC3-HMAC-SHA256 by the vendor's package. Refusals come with status 200 too. */
import { allRefused } from "../core/purge.ts";
import { retryAfterMs } from "../core/http_answer.ts";
import { type CdnDialect, jsonOf, resultOfStatus, textOf } from "./cdn_dialect.ts";

const SERVICE = "cdn";
const VERSION = "2018-06-06";
const CONTENT_TYPE = "application/json";

export const tencent: CdnDialect = {
  request: async ({ kind, values }, { endpoint, network, secrets }) => {
    const signing = signingOf(await import("tencentcloud-sdk-nodejs-common/tencentcloud/common/sign.js"));
    const url = new URL(`${endpoint}/`);
    const area = network === "" ? {} : { Area: network };
    const body = JSON.stringify(
      kind === "url"
        // The URLs are encoded already.
        ? { Urls: values, ...area, UrlEncode: false }
        : { Paths: values, FlushType: "delete", ...area, UrlEncode: false },
    );
    const timestamp = Math.floor(Date.now() / 1_000);
    const authorization = signing.sign3({
      method: "POST",
      url: url.href,
      payload: Buffer.from(body, "utf8"),
      timestamp,
      service: SERVICE,
      secretId: secrets["TENCENTCLOUD_SECRET_ID"] ?? "",
      secretKey: secrets["TENCENTCLOUD_SECRET_KEY"] ?? "",
      multipart: false,
      boundary: "",
      headers: { "Content-Type": CONTENT_TYPE },
    });
    return {
      method: "POST",
      url,
      headers: {
        // It signs the host without its port.
        Host: url.hostname,
        "Content-Type": CONTENT_TYPE,
        "X-TC-Action": kind === "url" ? "PurgeUrlsCache" : "PurgePathCache",
        "X-TC-Version": VERSION,
        "X-TC-Timestamp": String(timestamp),
        Authorization: authorization,
      },
      body,
    };
  },
  result: (batch, answer, nowMs) => {
    const response = jsonOf(answer)?.["Response"] as Readonly<Record<string, unknown>> | undefined;
    const error = response?.["Error"] as Readonly<Record<string, unknown>> | undefined;
    const code = textOf(error?.["Code"]);
    const message = [code, textOf(error?.["Message"])].filter((part) => part !== "").join(": ");
    if (code !== "") {
      return allRefused(batch, {
        retryable: !REFUSED_CODE.test(code),
        status: answer.status,
        pauseMs: retryAfterMs(answer.header("retry-after"), nowMs) ??
          (code.startsWith("Limit") ? QUOTA_PAUSE_MS : null),
        message: `it answered ${answer.status}: ${message}`,
      });
    }
    if (answer.status === 200 && response === undefined) {
      return allRefused(batch, { retryable: true, status: 200, message: "it answered 200 without a Response" });
    }
    return resultOfStatus(batch, answer, { nowMs, reference: textOf(response?.["TaskId"]) || null });
  },
};

/** What the package signs with. */
type Signing = {
  sign3(request: {
    readonly method: "POST";
    readonly url: string;
    readonly payload: Buffer;
    readonly timestamp: number;
    readonly service: string;
    readonly secretId: string;
    readonly secretKey: string;
    readonly multipart: false;
    readonly boundary: string;
    readonly headers: Readonly<Record<string, string>>;
  }): string;
};

/** The runtimes do not agree on how deep the default export of such a module lies. */
function signingOf(loaded: object): Signing {
  for (let level: unknown = loaded; typeof level === "object" || typeof level === "function";) {
    if (level === null) break;
    if ("sign3" in level) return level as Signing;
    level = "default" in level ? level.default : null;
  }
  throw new Error("the package tencentcloud-sdk-nodejs-common has no sign3");
}

/** The thing itself is refused; of everything else (authentication, limits, the server's trouble) the end may come. */
const REFUSED_CODE = /^(?:InvalidParameter|MissingParameter|UnknownParameter|UnsupportedOperation|ResourceNotFound)/;

/** The day's quota is used up, and nothing says when the vendor's day ends. */
const QUOTA_PAUSE_MS = 900_000;
