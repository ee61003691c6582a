import { createRoute, z } from "@hono/zod-openapi";
import type { Control } from "../src/engine/control.ts";
import { jsonAnswer, problemAnswer, routeGroup } from "./openapi.ts";

/** What this executable is. */
export type Build = { readonly version: string; readonly commit: string; readonly runtime: string };

export const versionSchema = z.object({
  version: z.string(),
  commit: z.string(),
  runtime: z.string().meta({ example: "bun 1.4.5" }),
  node: z.string().meta({ description: "The name of this machine in events" }),
  epoch: z.string().meta({ description: "First part of every event id; a new one means that old cursors are void" }),
}).openapi("Version");

const versionRoute = createRoute({
  operationId: "readVersion",
  method: "get",
  path: "/v1/version",
  tags: ["status"],
  summary: "What runs here",
  responses: { 200: jsonAnswer("Version", versionSchema), 421: problemAnswer("The `Host` is not ours") },
});

/** `/v1/version`. */
export function versionRoutes(control: Control, build: Build) {
  return routeGroup().openapi(versionRoute, (c) => {
    const { node, epoch } = control.status();
    return c.json({ ...build, node, epoch }, 200);
  });
}
