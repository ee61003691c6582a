/** sersync's `socket`: for each event a connection that carries the absolute path and nothing else. */
import type { SocketSettings } from "../config/plugin_settings.ts";
import { pathToBytes, pathToText } from "../core/path.ts";
import { pathOfEvent, type PluginEvent, toldPathOf } from "../core/plugin_event.ts";
import { PLUGIN_DELAYS_MS } from "../core/plugin_delays.ts";
import type { Plugin, PluginAnswer } from "../ports.ts";
import type { PluginOpening } from "./plugin_factory.ts";
import { exchangeOverTcp } from "./tcp_exchange.ts";

type Receiver = SocketSettings["receivers"][number];

const LIMITS = { batchMax: 1, windowMs: 0, inFlightMax: 4, deadlineMs: 15_000, retryDelaysMs: PLUGIN_DELAYS_MS };

export function openSocket(
  { receivers }: SocketSettings,
  { plugin: { name, when } }: PluginOpening,
): readonly Plugin[] {
  return receivers.map((receiver): Plugin => ({
    name,
    kind: "socket",
    receiver: addressOf(receiver),
    interest: { files: when, types: [], roots: [], below: receiver.watch },
    limits: LIMITS,
    quotas: () => [],
    wants: (event) => (receiver.format === "path" ? toldPathOf(event) : pathOfEvent(event)) !== null,
    preview: async (events) =>
      events.map((event) => `${addressOf(receiver)} <- ${JSON.stringify(pathToText(contentOf(event, receiver)))}`),
    deliver: async ([event], signal) => [await send(event!, receiver, signal)],
    [Symbol.asyncDispose]: async () => {},
  }));
}

function addressOf({ host, port }: Receiver): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** One character per byte. */
function contentOf(event: PluginEvent, { format }: Receiver): string {
  if (format === "path") return pathOfEvent(event) ?? "";
  return `${Buffer.from(JSON.stringify(event.envelope)).toString("latin1")}\n`;
}

async function send(event: PluginEvent, receiver: Receiver, signal: AbortSignal): Promise<PluginAnswer> {
  const { host, port } = receiver;
  try {
    const bytes = pathToBytes(contentOf(event, receiver));
    await exchangeOverTcp({ host, port, bytes, answerBytesMax: 0 }, signal);
    return { outcome: "delivered", message: "sent" };
  } catch (error) {
    return { outcome: "retry", message: `${addressOf(receiver)}: ${(error as Error).message}`, afterMs: null };
  }
}
