/** One HTTP request: bounded, without redirects, the same under every runtime. */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";

export type HttpCall = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Finds the addresses of a name; it is not asked about addresses. */
  readonly lookup?: LookupFunction;
};

export type HttpReply = { readonly status: number; readonly retryAfter: string | null };

/** Of an answer nothing but its head counts: whoever sends more is not listened to. */
const REPLY_BYTES_MAX = 65_536;

/** Rejects with an `Error` when there is no answer, or when `signal` aborts. `fetch` has no `lookup`: it would ask for names itself. */
export function callHttp({ method, url, headers, body, lookup }: HttpCall, signal: AbortSignal): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const content = Buffer.from(body, "utf8");
    let request: ClientRequest | null = null;
    const settle = (tell: () => void) => {
      signal.removeEventListener("abort", abort);
      tell();
      request?.destroy();
    };
    const abort = () => settle(() => reject(new Error("it took too long, or tssync stops")));
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    const make = url.protocol === "https:" ? requestHttps : requestHttp;
    request = make({
      method,
      // A URL holds an IPv6 address in brackets, a connection does not.
      hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
      path: url.pathname + url.search,
      headers: { Host: url.host, "User-Agent": "tssync", ...headers, "Content-Length": String(content.length) },
      agent: false,
      ...(lookup === undefined ? {} : { lookup }),
    }, (response) => {
      const { statusCode = 0, headers: found } = response;
      const reply = { status: statusCode, retryAfter: found["retry-after"] ?? null };
      readToEnd(response, () => settle(() => resolve(reply)));
    });
    request.on("error", (error) => settle(() => reject(error)));
    request.end(content);
  });
}

/** Its end, an error or too many bytes: the head has said what counts. */
function readToEnd(response: IncomingMessage, done: () => void): void {
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes >= REPLY_BYTES_MAX) done();
  });
  response.on("end", done);
  response.on("error", done);
  response.on("close", done);
}
