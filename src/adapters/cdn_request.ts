/** One HTTP request to a cache or a CDN: bounded, without redirects, the same under every runtime. */
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

export type CdnRequest = {
  readonly method: string;
  /** Where the request goes; its path and query are the request's. */
  readonly url: URL;
  /** The request's target where it is not the path of `url`, such as the whole URL for a proxy. */
  readonly target?: string;
  /** `Host` may be another than that of `url`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

export type CdnAnswer = {
  readonly status: number;
  readonly header: (name: string) => string | null;
  /** At most `ANSWER_BYTES_MAX`. */
  readonly body: string;
};

/** Answers are a few lines; whoever sends more is not listened to. */
export const ANSWER_BYTES_MAX = 65_536;

/**
 * Rejects with an `Error` when there is no whole answer. `node:http` because `fetch` of some runtimes drops a `Host` of one's own,
 * knows no target but a path and refuses methods such as PURGE; and it follows no redirect.
 */
export function askCdn({ method, url, target, headers, body }: CdnRequest, signal: AbortSignal): Promise<CdnAnswer> {
  return new Promise((resolve, reject) => {
    const make = url.protocol === "https:" ? httpsRequest : httpRequest;
    const content = body === null ? null : Buffer.from(body, "utf8");
    let request: ClientRequest | null = null;
    const abort = () => {
      request?.destroy();
      settle(() => reject(new Error("it took too long, or tssync stops")));
    };
    const settle = (tell: () => void) => {
      signal.removeEventListener("abort", abort);
      tell();
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    request = make({
      method,
      // A URL holds an IPv6 address in brackets, a connection does not.
      hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
      path: target ?? url.pathname + url.search,
      headers: {
        Host: url.host,
        "User-Agent": "tssync",
        ...headers,
        ...(content === null ? {} : { "Content-Length": String(content.length) }),
      },
      agent: false,
    }, (response) => {
      readAnswer(response).then((answer) => settle(() => resolve(answer)), (error) => settle(() => reject(error)))
        .finally(() => request?.destroy());
    });
    request.on("error", (error) => settle(() => reject(error)));
    if (content === null) request.end();
    else request.end(content);
  });
}

function readAnswer(response: IncomingMessage): Promise<CdnAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const done = () =>
      resolve({
        status: response.statusCode ?? 0,
        header: (name) => {
          const value = response.headers[name.toLowerCase()];
          return Array.isArray(value) ? value.join(", ") : value ?? null;
        },
        body: Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX).toString("utf8"),
      });
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= ANSWER_BYTES_MAX) {
        done();
        response.destroy();
      }
    });
    response.on("end", done);
    response.on("error", reject);
    response.on("close", () => reject(new Error("the answer broke off")));
  });
}
