import { z } from "@hono/zod-openapi";
import { typesNamed } from "../src/core/event_filter.ts";
import type { Webhook, WebhookWish } from "../src/core/webhook.ts";
import { timeSchema, timeText } from "./time_text.ts";

const URL_CHARACTERS_MAX = 2_048;
const BATCH_MAX = 1_000;
const BATCH_WAIT_SECONDS_MAX = 300;
const SECOND_MS = 1_000;

const urlText = z.string().max(URL_CHARACTERS_MAX).refine(
  (text) => /^https?:\/\//i.test(text) && URL.canParse(text),
  "expected a URL that begins with https:// or http://",
).meta({ format: "uri", example: "https://hooks.example.com/tssync" });

const typeName = z.string().refine((name) => typesNamed(name).length > 0, {
  message: "expected a type of events such as tssync.file.synced_all, or tssync.file.*",
});

const batchSchema = z.strictObject({
  max: z.int().min(1).max(BATCH_MAX).meta({ description: "Events in one request; above 1 the body is an array" }),
  waitSeconds: z.number().min(0).max(BATCH_WAIT_SECONDS_MAX).default(1),
});

export const webhookBody = z.strictObject({
  url: urlText,
  types: z.array(typeName).max(100).default([]).meta({ description: "Empty: all" }),
  roots: z.array(z.string().min(1).max(100)).max(100).default([]).meta({ description: "Empty: all" }),
  batch: batchSchema.default({ max: 1, waitSeconds: 1 }),
}).openapi("NewWebhook");

export const webhookChanges = z.strictObject({
  url: urlText.optional(),
  types: z.array(typeName).max(100).optional(),
  roots: z.array(z.string().min(1).max(100)).max(100).optional(),
  batch: batchSchema.optional(),
  state: z.enum(["enabled", "disabled"]).optional(),
}).openapi("WebhookChanges");

export const webhookSchema = z.object({
  id: z.string(),
  url: z.string(),
  types: z.array(z.string()),
  roots: z.array(z.string()),
  batch: z.object({ max: z.int(), waitSeconds: z.number() }),
  origin: z.enum(["api", "configuration"]).meta({ description: "What stands in the configuration is changed there" }),
  state: z.enum(["enabled", "disabled"]),
  reason: z.string().nullable().meta({ description: "Why it is disabled, or what was answered when it was refused" }),
  createdAt: timeSchema.nullable(),
  previousSecretUntil: timeSchema.nullable().meta({ description: "Until then the secret before signs as well" }),
  deliveries: z.object({ waiting: z.int(), dead: z.int() }),
}).openapi("Webhook");

/** The only time it is shown. */
export const webhookWithSecret = webhookSchema.extend({ secret: z.string() }).openapi("WebhookWithSecret");

export const testSchema = z.object({
  delivered: z.boolean(),
  message: z.string().meta({ description: "What was answered, without its body" }),
}).openapi("WebhookTest");

type Changes = z.output<typeof webhookChanges>;

/** What is given, in the engine's words. */
export function wishOf({ url, types, roots, batch }: Omit<Changes, "state">): Partial<WebhookWish> {
  return {
    ...(url === undefined ? {} : { url: new URL(url).href }),
    ...(types === undefined ? {} : { types }),
    ...(roots === undefined ? {} : { roots }),
    ...(batch === undefined ? {} : { batchMax: batch.max, batchWaitMs: batch.waitSeconds * SECOND_MS }),
  };
}

export function webhookDocument(webhook: Webhook): z.output<typeof webhookSchema> {
  const { id, url, types, roots, origin, state, reason, deliveries, batchMax, batchWaitMs } = webhook;
  return {
    id,
    url,
    types: [...types],
    roots: [...roots],
    batch: { max: batchMax, waitSeconds: batchWaitMs / SECOND_MS },
    origin,
    state,
    reason,
    createdAt: timeText(webhook.createdAtMs),
    previousSecretUntil: timeText(webhook.previousUntilMs),
    deliveries,
  };
}
