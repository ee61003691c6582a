/** sersync's `http`: a form for each event. */
import type { HttpSettings } from "../config/plugin_settings.ts";
import { inotifyMask } from "../core/inotify_mask.ts";
import { pathOfEvent, type PluginEvent, toldPathOf } from "../core/plugin_event.ts";
import { PLUGIN_DELAYS_MS } from "../core/plugin_delays.ts";
import { retryAfterMs } from "../core/http_answer.ts";
import { encodeBytes } from "../core/url_text.ts";
import type { Plugin, PluginAnswer } from "../ports.ts";
import { callHttp } from "./http_call.ts";
import type { PluginOpening } from "./plugin_factory.ts";

type Receiver = HttpSettings["receivers"][number];

const LIMITS = { batchMax: 1, windowMs: 0, inFlightMax: 4, deadlineMs: 30_000, retryDelaysMs: PLUGIN_DELAYS_MS };

export function openHttp({ receivers }: HttpSettings, { plugin: { name, when } }: PluginOpening): readonly Plugin[] {
  return receivers.map((receiver): Plugin => ({
    name,
    kind: "http",
    receiver: addressOf(receiver),
    interest: { files: when, types: [], roots: [], below: receiver.watch },
    limits: LIMITS,
    quotas: () => [],
    wants: (event) => toldPathOf(event) !== null,
    preview: async (events) => events.map((event) => `${headOf(receiver)}\n${formOf(event, receiver)}`),
    deliver: async ([event], signal) => [await send(event!, receiver, signal)],
    [Symbol.asyncDispose]: async () => {},
  }));
}

/** Without what may be a password. */
function addressOf({ url }: Receiver): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** What is sent before the form, for people: where values may be secrets they are masked, not left out. */
function headOf(receiver: Receiver): string {
  const { search, username } = new URL(receiver.url);
  const query = search === "" ? "" : `?${search.slice(1).split("&").map(maskedParameter).join("&")}`;
  return `POST ${addressOf(receiver)}${query}${username === "" ? "" : "\nAuthorization: Basic ***"}`;
}

/** `key=***`; a word without a value may be the secret itself. */
function maskedParameter(part: string): string {
  const equals = part.indexOf("=");
  return equals < 0 ? "***" : `${part.slice(0, equals)}=***`;
}

function formOf(event: PluginEvent, { watch }: Receiver): string {
  const { item } = event;
  const isDirectory = item?.kind === "directory";
  return [
    `watchroot=${encodeBytes(watch)}`,
    `isdir=${isDirectory ? 1 : 0}`,
    `inotifyPath=${encodeBytes(pathOfEvent(event) ?? "")}`,
    `mask=${inotifyMask(item?.operation ?? "write", isDirectory)}`,
  ].join("&");
}

async function send(event: PluginEvent, receiver: Receiver, signal: AbortSignal): Promise<PluginAnswer> {
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const url = new URL(receiver.url);
  if (url.username !== "") {
    const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    Object.assign(headers, { Authorization: `Basic ${Buffer.from(login).toString("base64")}` });
  }
  try {
    const { status, retryAfter } = await callHttp(
      { method: "POST", url, headers, body: formOf(event, receiver) },
      signal,
    );
    const message = `HTTP ${status}`;
    // Many a script answers a form by leading somewhere else: it has taken it.
    if (status >= 200 && status < 400) return { outcome: "delivered", message };
    return { outcome: "retry", message, afterMs: retryAfterMs(retryAfter, Date.now()) };
  } catch (error) {
    return { outcome: "retry", message: `${addressOf(receiver)}: ${(error as Error).message}`, afterMs: null };
  }
}
