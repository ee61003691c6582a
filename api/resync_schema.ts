import { z } from "@hono/zod-openapi";
import type { Resync, ResyncRequest, ResyncState, ResyncTrigger } from "../src/engine/control.ts";
import { pathFields, pathFieldsSchema, pathInputSchema, pathItem, pathItemSchema, readPath } from "./path_text.ts";
import { timeSchema, timeText } from "./time_text.ts";

const TRIGGERS = ["start", "first", "api", "cron", "recovery", "reload"] as const satisfies readonly ResyncTrigger[];
const STATES = [
  "queued",
  "running",
  "held",
  "succeeded",
  "failed",
  "cancelled",
] as const satisfies readonly ResyncState[];

/** More names than that are better one resync of everything. */
const PATHS_MAX = 10_000;

/** Names of roots or remotes in a request. None at all is a mistake, not "everything". */
export const idsSchema = z.array(z.string().min(1).max(1024)).min(1).max(1_000);

export const resyncInputSchema = z.strictObject({
  roots: idsSchema.optional().meta({ description: "Default: all" }),
  remotes: idsSchema.optional().meta({ description: "Default: all" }),
  paths: z.array(pathInputSchema).min(1).max(PATHS_MAX).optional().meta({ description: "Default: everything" }),
  delete: z.boolean().optional().meta({ description: "false: send only. Default: as configured" }),
  dryRun: z.boolean().optional().meta({ description: "Change nothing, list the `differences`" }),
  checksum: z.boolean().optional().meta({ description: "Compare contents, not size and time" }),
}).openapi("ResyncRequest");

const scopeSchema = resyncInputSchema.extend({ paths: z.array(pathItemSchema).optional() }).strip();

const remoteResultSchema = z.object({
  remote: z.string(),
  root: z.string(),
  exitCode: z.int().nullable().meta({ description: "rsync's; null while it has not ended or when it could not start" }),
  files: z.int(),
  bytes: z.int(),
  deletes: z.int(),
  seconds: z.number(),
  error: z.string().nullable(),
});

export const resyncSchema = z.object({
  id: z.string(),
  trigger: z.enum(TRIGGERS),
  state: z.enum(STATES),
  request: scopeSchema,
  startedAt: timeSchema,
  finishedAt: timeSchema.nullable(),
  progress: z.object({ remotesDone: z.int(), remotes: z.int(), files: z.int(), bytes: z.int() }),
  perRemote: z.array(remoteResultSchema),
  differences: z.array(
    pathFieldsSchema.extend({ root: z.string(), remote: z.string(), change: z.string().meta({ example: "send" }) }),
  ).optional().meta({ description: "Only of a dry run" }),
}).openapi("Resync");

export type ResyncDocument = z.output<typeof resyncSchema>;

export function resyncDocument(resync: Resync): ResyncDocument {
  const { paths, roots, remotes, ...flags } = resync.request;
  return {
    id: resync.id,
    trigger: resync.trigger,
    state: resync.state,
    request: {
      ...flags,
      ...(roots === undefined ? {} : { roots: [...roots] }),
      ...(remotes === undefined ? {} : { remotes: [...remotes] }),
      ...(paths === undefined ? {} : { paths: paths.map(pathItem) }),
    },
    startedAt: timeText(resync.startedAtMs),
    finishedAt: timeText(resync.finishedAtMs),
    progress: { ...resync.progress },
    perRemote: resync.perRemote.map((result) => ({ ...result })),
    ...(resync.differences === undefined ? {} : {
      differences: resync.differences.map(({ root, remote, path, change }) => ({
        root,
        remote,
        // The root's own attributes.
        ...pathFields(path === "" ? "." : path),
        change,
      })),
    }),
  };
}

/** @throws TssyncError PATH_INVALID */
export function readResyncRequest(input: z.output<typeof resyncInputSchema>): ResyncRequest {
  return {
    ...(input.roots === undefined ? {} : { roots: input.roots }),
    ...(input.remotes === undefined ? {} : { remotes: input.remotes }),
    ...(input.paths === undefined ? {} : { paths: input.paths.map(readPath) }),
    ...(input.delete === undefined ? {} : { delete: input.delete }),
    ...(input.dryRun === undefined ? {} : { dryRun: input.dryRun }),
    ...(input.checksum === undefined ? {} : { checksum: input.checksum }),
  };
}
