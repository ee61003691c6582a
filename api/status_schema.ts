import { z } from "@hono/zod-openapi";
import { PURGE_KINDS } from "../src/core/purge.ts";
import type {
  DaemonStatus,
  PluginState,
  PluginStatus,
  RemoteState,
  RemoteStatus,
  RootState,
  RootStatus,
} from "../src/engine/control.ts";
import { pathFields, pathFieldsSchema } from "./path_text.ts";
import { lastReloadDocument, lastReloadSchema } from "./reload_schema.ts";
import { timeSchema, timeText } from "./time_text.ts";

export const ROOT_STATES = [
  "starting",
  "watching",
  "degraded",
  "halted",
  "paused",
  "stopped",
] as const satisfies readonly RootState[];
export const REMOTE_STATES = [
  "ok",
  "syncing",
  "retrying",
  "failing",
  "held",
  "paused",
] as const satisfies readonly RemoteState[];

export const remoteSchema = z.object({
  id: z.string().meta({ example: "172.16.1.41::www" }),
  address: z.string(),
  state: z.enum(REMOTE_STATES),
  reason: z.string().nullable(),
  pending: z.int().meta({ description: "Changes that wait or are in flight" }),
  oldestPendingSeconds: z.number().nullable().meta({
    description: "Age of the oldest of them: the number to alert on",
  }),
  inFlight: z.int(),
  failures: z.int(),
  lastSyncedAt: timeSchema.nullable(),
  watermark: timeSchema.nullable().meta({
    description: "Everything that changed before is on this remote, except what is pending",
  }),
}).openapi("Remote");

export const rootSchema = pathFieldsSchema.extend({
  id: z.string(),
  path: z.string().meta({ description: "Absolute" }),
  state: z.enum(ROOT_STATES),
  reason: z.string().nullable(),
  watches: z.int(),
  remotes: z.array(remoteSchema),
}).openapi("Root");

const PLUGIN_STATES = ["ok", "retrying", "disabled"] as const satisfies readonly PluginState[];

const quotaSchema = z.object({
  kind: z.enum(PURGE_KINDS),
  seconds: z.int().meta({ description: "The time in which `limit` may be purged" }),
  limit: z.int(),
  remaining: z.int(),
}).openapi("Quota");

export const pluginSchema = z.object({
  id: z.string().meta({ description: "One receiver of a plugin" }),
  name: z.string().meta({ description: "The plugin's name, or the id of a webhook" }),
  kind: z.string(),
  receiver: z.string().meta({ description: "Where its events go; empty where the plugin has but one place" }),
  state: z.enum(PLUGIN_STATES),
  reason: z.string().nullable(),
  cursor: z.string().meta({ description: "Everything up to here was delivered, or stands among its deliveries" }),
  waiting: z.int().meta({ description: "Events that are tried again" }),
  dead: z.int().meta({ description: "Events that were given up" }),
  inFlight: z.int(),
  unread: z.int().meta({ description: "Events of the log behind its place, those for others included" }),
  oldestSeconds: z.number().nullable().meta({ description: "Age of the oldest event that it has not got" }),
  quotas: z.array(quotaSchema).meta({
    description: "What the account at a CDN may still purge; empty: nothing is counted",
  }),
}).openapi("Plugin");

export type PluginDocument = z.output<typeof pluginSchema>;

export const statusSchema = z.object({
  node: z.string(),
  startedAt: timeSchema,
  epoch: z.string(),
  cursor: z.string().meta({ description: "Id of the newest event" }),
  roots: z.array(rootSchema),
  plugins: z.array(pluginSchema),
  lastReload: lastReloadSchema,
}).openapi("Status");

export type StatusDocument = z.output<typeof statusSchema>;
export type RootDocument = z.output<typeof rootSchema>;
export type RemoteDocument = z.output<typeof remoteSchema>;

export function statusDocument(status: DaemonStatus): StatusDocument {
  return {
    node: status.node,
    startedAt: timeText(status.startedAtMs),
    epoch: status.epoch,
    cursor: status.cursor,
    roots: status.roots.map((root) => rootDocument(root, status.nowMs)),
    plugins: status.plugins.map((plugin) => pluginDocument(plugin, status.nowMs)),
    lastReload: lastReloadDocument(status.lastReload),
  };
}

function pluginDocument({ oldestAtMs, quotas, ...plugin }: PluginStatus, nowMs: number): PluginDocument {
  return {
    ...plugin,
    oldestSeconds: oldestAtMs === null ? null : Math.max(0, nowMs - oldestAtMs) / 1000,
    quotas: quotas.map(({ kind, everyMs, count, remaining }) => (
      { kind, seconds: everyMs / 1000, limit: count, remaining }
    )),
  };
}

export function rootDocument(root: RootStatus, nowMs: number): RootDocument {
  return {
    id: root.id,
    ...pathFields(root.path),
    state: root.state,
    reason: root.reason,
    watches: root.watches,
    remotes: root.remotes.map((remote) => remoteDocument(remote, nowMs)),
  };
}

export function remoteDocument(remote: RemoteStatus, nowMs: number): RemoteDocument {
  const { id, address, state, reason, pending, inFlight, failures } = remote;
  return {
    id,
    address,
    state,
    reason,
    pending,
    oldestPendingSeconds: remote.oldestPendingAtMs === null
      ? null
      : Math.max(0, nowMs - remote.oldestPendingAtMs) / 1000,
    inFlight,
    failures,
    lastSyncedAt: timeText(remote.lastSyncedAtMs),
    watermark: timeText(remote.watermarkMs),
  };
}
