import { z } from "@hono/zod-openapi";
import type { Hold } from "../src/engine/control.ts";
import { pathItem, pathItemSchema } from "./path_text.ts";
import { timeSchema, timeText } from "./time_text.ts";

export const holdSchema = z.object({
  id: z.string(),
  root: z.string(),
  remote: z.string(),
  origin: z.enum(["resync", "changes"]).meta({
    description: "`resync`: a full sync found them; `changes`: more came at once than `maxDelete` allows",
  }),
  createdAt: timeSchema,
  count: z.int().meta({ description: "How many deletes" }),
  examples: z.array(pathItemSchema).meta({ description: "Some of their paths" }),
  state: z.enum(["waiting", "approved", "rejected"]),
  decidedAt: timeSchema.nullable(),
}).openapi("Hold");

export type HoldDocument = z.output<typeof holdSchema>;

export function holdDocument(hold: Hold): HoldDocument {
  const { id, root, remote, origin, count, state } = hold;
  return {
    id,
    root,
    remote,
    origin,
    createdAt: timeText(hold.createdAtMs),
    count,
    examples: hold.examples.map(pathItem),
    state,
    decidedAt: timeText(hold.decidedAtMs),
  };
}
