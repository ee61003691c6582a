import { z } from "@hono/zod-openapi";
import type { RootConfiguration } from "../src/config/configuration.ts";
import type { RootStatus } from "../src/engine/control.ts";
import { rootDocument, rootSchema } from "./status_schema.ts";

const switchesSchema = z.object({
  delete: z.boolean().meta({ description: "Also whether anything is ever deleted on a remote" }),
  createFolder: z.boolean(),
  createFile: z.boolean(),
  closeWrite: z.boolean(),
  moveFrom: z.boolean(),
  moveTo: z.boolean(),
  attrib: z.boolean(),
  modify: z.boolean(),
}).meta({ description: "Which events become changes" });

const portSchema = z.int().nullable();

const destinationSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("daemon"),
    host: z.string(),
    port: portSchema,
    user: z.string().nullable(),
    passwordFile: z.string().nullable().meta({ description: "Where it is; what is in it is never shown" }),
    module: z.string(),
    path: z.string(),
  }),
  z.object({
    kind: z.literal("ssh"),
    host: z.string(),
    port: portSchema,
    user: z.string().nullable(),
    identityFile: z.string().nullable(),
    options: z.array(z.string()),
    path: z.string(),
  }),
  z.object({ kind: z.literal("local"), path: z.string() }),
]);

const remoteConfigurationSchema = z.object({
  id: z.string(),
  address: z.string(),
  destination: destinationSchema,
  params: z.array(z.string()).meta({ description: "rsync's options" }),
  timeoutSeconds: z.int().nullable(),
  warm: z.enum(["active", "always", "off"]),
});

export const rootConfigurationSchema = z.object({
  excludes: z.array(z.string()).meta({ description: "Regular expressions of paths that are left alone" }),
  switches: switchesSchema,
  remotes: z.array(remoteConfigurationSchema),
  initialSync: z.enum(["always", "first", "never"]),
  periodicSync: z.object({ everyMs: z.int(), excludePatterns: z.array(z.string()) }).nullable(),
  watcher: z.enum(["auto", "inotify", "poll"]),
  pollEveryMs: z.int(),
  openFiles: z.object({ quietMs: z.int(), everyMs: z.int() }),
  maxDelete: z.int().nullable(),
  trash: z.string().nullable(),
}).openapi("RootConfiguration");

export const rootDetailsSchema = rootSchema.extend({
  configuration: rootConfigurationSchema.meta({ description: "As it holds now, secrets masked" }),
}).openapi("RootDetails");

/** One root: its state, and what it was asked to do (masked before). */
export function rootDetailsDocument(status: RootStatus, configuration: RootConfiguration, nowMs: number) {
  // Unknown fields are dropped and ids and paths stand beside; the check costs little and keeps the two in step.
  return { ...rootDocument(status, nowMs), configuration: rootConfigurationSchema.parse(configuration) };
}
