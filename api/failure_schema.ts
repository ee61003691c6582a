import { z } from "@hono/zod-openapi";
import type { Failure } from "../src/ports.ts";
import { pathFields, pathFieldsSchema } from "./path_text.ts";
import { timeSchema, timeText } from "./time_text.ts";

export const failureSchema = pathFieldsSchema.extend({
  id: z.int(),
  root: z.string(),
  remote: z.string(),
  operation: z.enum(["send", "delete"]),
  attempts: z.int(),
  firstAt: timeSchema,
  lastAt: timeSchema,
  nextAt: timeSchema.meta({ description: "When it is tried again by itself" }),
  exitCode: z.int().nullable().meta({ description: "rsync's" }),
  message: z.string(),
}).openapi("Failure");

export type FailureDocument = z.output<typeof failureSchema>;

export function failureDocument(failure: Failure): FailureDocument {
  const { id, path, root, remote, operation, attempts, exitCode, message } = failure;
  return {
    id,
    ...pathFields(path),
    root,
    remote,
    operation,
    attempts,
    firstAt: timeText(failure.firstAtMs),
    lastAt: timeText(failure.lastAtMs),
    nextAt: timeText(failure.nextAtMs),
    exitCode,
    message,
  };
}
