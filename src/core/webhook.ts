/** Webhooks that were made through the API, as they are remembered and as they are shown. */
import type { DeliveryState } from "./delivery.ts";

export type WebhookWish = {
  readonly url: string;
  readonly types: readonly string[];
  readonly roots: readonly string[];
  /** Events in one request at most, and how long a batch is waited for. */
  readonly batchMax: number;
  readonly batchWaitMs: number;
};

/** With its secrets: never shown. */
export type StoredWebhook = WebhookWish & {
  readonly id: string;
  readonly secret: string;
  readonly previous: { readonly secret: string; readonly untilMs: number } | null;
  readonly createdAtMs: number;
};

export type Webhook = WebhookWish & {
  readonly id: string;
  /** Those of the configuration are changed there. */
  readonly origin: "api" | "configuration";
  readonly state: "enabled" | "disabled";
  /** Why it is disabled, or what its receiver said when it refused. */
  readonly reason: string | null;
  /** How long requests are signed with the secret before, too; null: they are not. */
  readonly previousUntilMs: number | null;
  readonly createdAtMs: number | null;
  readonly deliveries: Readonly<Record<Exclude<DeliveryState, "delivered">, number>>;
};
