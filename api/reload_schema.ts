import { z } from "@hono/zod-openapi";
import type { LastReload, Reload } from "../src/engine/control.ts";
import { timeSchema, timeText } from "./time_text.ts";

const problemSchema = z.object({
  file: z.string().nullable(),
  line: z.int().nullable(),
  column: z.int().nullable(),
  message: z.string(),
});

export const lastReloadSchema = z.object({
  at: timeSchema,
  ok: z.boolean().meta({ description: "false: it was refused, and the one of before still holds" }),
  problems: z.array(problemSchema),
}).meta({ description: "How the configuration was last read; the start counts" });

const namesSchema = z.array(z.string());
const namedChangesSchema = z.object({ added: namesSchema, removed: namesSchema, changed: namesSchema });

export const reloadSchema = z.object({
  at: timeSchema,
  roots: z.object({
    added: namesSchema,
    removed: namesSchema,
    changed: z.array(z.object({
      id: z.string(),
      changes: namesSchema.meta({ description: "What differs, by the names of `/v1/config`" }),
      isAnew: z.boolean().meta({ description: "Another directory, or found in another way: watched anew" }),
      isReevaluated: z.boolean().meta({ description: "What is mirrored changed: source and remotes are compared" }),
      remotes: z.object({
        added: namesSchema,
        removed: namesSchema,
        changed: z.array(z.object({
          id: z.string(),
          changes: namesSchema,
          isAnew: z.boolean().meta({ description: "Another place under the same name" }),
          isReevaluated: z.boolean(),
        })),
      }),
    })),
  }),
  plugins: namedChangesSchema,
  settings: namesSchema.meta({ description: "Settings of the whole daemon that were taken over" }),
  needsRestart: namesSchema.meta({ description: "What differs and counts only from the next start on" }),
}).openapi("Reload");

export type ReloadDocument = z.output<typeof reloadSchema>;

export function lastReloadDocument({ atMs, ok, problems }: LastReload): z.output<typeof lastReloadSchema> {
  return { at: timeText(atMs), ok, problems: problems.map((problem) => ({ ...problem })) };
}

export function reloadDocument({ atMs, difference }: Reload): ReloadDocument {
  // Copied by the schema: what is answered is what is described.
  return reloadSchema.parse({ at: timeText(atMs), ...difference });
}
