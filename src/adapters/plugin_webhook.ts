/** Signed requests after the Standard Webhooks specification; the body is the CloudEvent, its id the `webhook-id`. */
import { Webhook } from "standardwebhooks";
import type { SecretSource, WebhookSettings } from "../config/plugin_settings.ts";
import { TssyncError } from "../core/error.ts";
import { meaningOfStatus, retryAfterMs } from "../core/http_answer.ts";
import { WEBHOOK_DELAYS_MS } from "../core/plugin_delays.ts";
import type { PluginEvent } from "../core/plugin_event.ts";
import type { Plugin, PluginAnswer } from "../ports.ts";
import type { AddressGuard } from "./address_guard.ts";
import { callHttp } from "./http_call.ts";
import type { PluginOpening } from "./plugin_factory.ts";
import { readSecret } from "./secret_source.ts";

/** As the specification says. */
const DEADLINE_MS = 15_000;
const IN_FLIGHT_MAX = 4;

type Key = { readonly webhook: Webhook; readonly untilMs: number };

export function openWebhook(settings: WebhookSettings, { plugin: { name }, guard, clock }: PluginOpening): Plugin {
  const url = new URL(settings.url);
  const { batchMax, batchWaitMs, types, roots, previous } = settings;
  const keys: Key[] = [{ webhook: signerOf(settings.secret, name), untilMs: Infinity }];
  if (previous !== null) keys.push({ webhook: signerOf(previous.secret, name), untilMs: previous.untilMs });

  /** Both signatures while a secret is being changed. */
  const headersFor = (id: string, body: string) => {
    const nowMs = clock.wallMs();
    const at = new Date(nowMs);
    return {
      "content-type": `application/cloudevents${batchMax > 1 ? "-batch" : ""}+json; charset=utf-8`,
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(nowMs / 1_000)),
      "webhook-signature": keys.filter(({ untilMs }) => nowMs < untilMs)
        .map(({ webhook }) => webhook.sign(id, at, body)).join(" "),
    };
  };

  return {
    name,
    kind: "webhook",
    // The path of such a URL is often a secret.
    receiver: url.host,
    interest: { files: null, types, roots, below: null },
    limits: {
      batchMax,
      windowMs: batchMax > 1 ? batchWaitMs : 0,
      inFlightMax: IN_FLIGHT_MAX,
      deadlineMs: DEADLINE_MS,
      retryDelaysMs: WEBHOOK_DELAYS_MS,
    },
    quotas: () => [],
    wants: () => true,
    preview: async (events) => {
      const body = bodyOf(events, batchMax);
      const { "webhook-signature": _secret, ...headers } = headersFor(idOf(events), body);
      const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}`);
      return [`POST ${url.origin}/***`, ...lines, "webhook-signature: v1,***", "", body];
    },
    deliver: async (events, signal) => {
      const body = bodyOf(events, batchMax);
      const headers = headersFor(idOf(events), body);
      const answer = await post(url, { headers, body, guard: guard(), nowMs: clock.wallMs() }, signal);
      return events.map(() => answer);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The event's own; a batch is named after its ends. */
function idOf(events: readonly PluginEvent[]): string {
  const first = events[0]!.id;
  return events.length === 1 ? first : `${first}_${events.at(-1)!.id}_${events.length}`;
}

function bodyOf(events: readonly PluginEvent[], batchMax: number): string {
  const envelopes = events.map(({ envelope }) => envelope);
  return JSON.stringify(batchMax > 1 ? envelopes : envelopes[0]);
}

type Post = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly guard: AddressGuard;
  readonly nowMs: number;
};

async function post(url: URL, { headers, body, guard, nowMs }: Post, signal: AbortSignal): Promise<PluginAnswer> {
  const refused = (message: string, afterMs: number | null = null): PluginAnswer => (
    { outcome: "retry", message: `${url.host}: ${message}`, afterMs }
  );
  // Addresses are not looked up, so nobody would look at them.
  const refusal = await guard.refusal(url);
  if (refusal !== null) return refused(refusal);
  try {
    const lookup = guard.lookup(url);
    const { status, retryAfter } = await callHttp({ method: "POST", url, headers, body, lookup }, signal);
    const message = `HTTP ${status}`;
    switch (meaningOfStatus(status)) {
      case "delivered":
        return { outcome: "delivered", message };
      case "gone":
        return { outcome: "gone", message: `${url.host}: ${message}, it wants nothing any more` };
      case "retry":
        return refused(
          status >= 300 && status < 400 ? `${message}, redirects are not followed` : message,
          retryAfterMs(retryAfter, nowMs),
        );
    }
  } catch (error) {
    return refused((error as Error).message);
  }
}

function signerOf(source: SecretSource, name: string): Webhook {
  const purpose = `the secret of the webhook "${name}"`;
  const secret = readSecret(source, purpose);
  try {
    const webhook = new Webhook(secret);
    const bytes = Buffer.from(secret.replace(/^whsec_/, ""), "base64").length;
    if (bytes >= SECRET_BYTES_MIN) return webhook;
  } catch {
    // Worded below; the library repeats what it was given.
  }
  throw new TssyncError(
    "CONFIG_INVALID",
    `Cannot use ${purpose}: expected whsec_ and at least ${SECRET_BYTES_MIN} random bytes in base64, ` +
      'such as printf "whsec_%s" "$(head -c 32 /dev/urandom | base64)" prints.',
  );
}

/** The specification asks for 24 to 64. */
const SECRET_BYTES_MIN = 24;
