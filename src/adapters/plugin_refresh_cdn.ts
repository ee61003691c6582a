/** sersync's `refreshCDN`: ChinaCache's old purge interface, one request for each path. */
import type { RefreshCdnSettings } from "../config/plugin_settings.ts";
import { pathToBytes } from "../core/path.ts";
import { pathOfEvent, type PluginEvent } from "../core/plugin_event.ts";
import { PLUGIN_DELAYS_MS } from "../core/plugin_delays.ts";
import { refreshUrls } from "../core/refresh_url.ts";
import { encodeText, encodeUrlBytes } from "../core/url_text.ts";
import type { Plugin, PluginAnswer } from "../ports.ts";
import type { PluginOpening } from "./plugin_factory.ts";
import { exchangeOverTcp } from "./tcp_exchange.ts";

type Receiver = RefreshCdnSettings["receivers"][number];

const LIMITS = { batchMax: 1, windowMs: 0, inFlightMax: 4, deadlineMs: 30_000, retryDelaysMs: PLUGIN_DELAYS_MS };

/** A few headers and a line of XML. */
const ANSWER_BYTES_MAX = 4_096;
const MASK = "***";

export function openRefreshCdn(
  { receivers }: RefreshCdnSettings,
  { plugin: { name, when } }: PluginOpening,
): readonly Plugin[] {
  return receivers.map((receiver): Plugin => {
    const urlFor = refreshUrls(receiver);
    const urlOf = (event: PluginEvent) => {
      const path = pathOfEvent(event);
      return path === null ? null : urlFor(path);
    };
    const requestOf = (event: PluginEvent, shown: Receiver) =>
      requestText(urlOf(event) ?? "", event.item?.kind === "directory", shown);
    return {
      name,
      kind: "refreshCDN",
      receiver: `${receiver.host}:${receiver.port}`,
      interest: { files: when, types: [], roots: [], below: receiver.watch },
      limits: LIMITS,
      quotas: () => [],
      wants: (event) => urlOf(event) !== null,
      preview: async (events) =>
        events.map((event) => requestOf(event, { ...receiver, username: MASK, password: MASK }).trimEnd()),
      deliver: async ([event], signal) => [await send(requestOf(event!, receiver), receiver, signal)],
      [Symbol.asyncDispose]: async () => {},
    };
  });
}

/** A directory ends with a slash, and everything below it is meant. */
function requestText(url: string, isDirectory: boolean, { host, username, password }: Receiver): string {
  const encoded = encodeUrlBytes(url);
  const what = isDirectory ? `dirs=${encoded.replace(/\/*$/, "/")}` : `urls=${encoded}`;
  const user = username === MASK ? MASK : encodeText(username);
  const pswd = password === MASK ? MASK : encodeText(password);
  return `HEAD /index.jsp?user=${user}&pswd=${pswd}&ok=ok&${what} HTTP/1.0\r\nHost: ${host}\r\n\r\n`;
}

async function send(request: string, { host, port }: Receiver, signal: AbortSignal): Promise<PluginAnswer> {
  const call = { host, port, bytes: pathToBytes(request), answerBytesMax: ANSWER_BYTES_MAX };
  try {
    return answerOf(await exchangeOverTcp(call, signal), `${host}:${port}`);
  } catch (error) {
    return { outcome: "retry", message: `${host}:${port}: ${(error as Error).message}`, afterMs: null };
  }
}

/** Success is told by a header or in XML; an answer without either is none. */
function answerOf(answer: string, address: string): PluginAnswer {
  const [, status = ""] = /^HTTP\/1\.\d (\d{3})/.exec(answer) ?? [];
  const retry = (what: string): PluginAnswer => ({ outcome: "retry", message: `${address}: ${what}`, afterMs: null });
  if (status === "") return retry(answer === "" ? "no answer" : "the answer is not HTTP");
  const exceeded = /^(url|dir)exceed:/im.exec(answer);
  if (exceeded !== null) {
    return retry(`the quota of ${exceeded[1]!.toLowerCase() === "url" ? "URLs" : "directories"} is used up`);
  }
  const isDone = /^whatsup:.*succeed/im.test(answer) || /<result>\s*<url>\d+<\/url>/.test(answer);
  if (status.startsWith("2") && isDone) return { outcome: "delivered", message: `HTTP ${status}, succeed` };
  const said = /^whatsup:\s*([^\r\n]{0,100})/im.exec(answer)?.[1];
  return retry(said === undefined ? `HTTP ${status} without a result` : `HTTP ${status}, ${said}`);
}
