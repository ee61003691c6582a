import { createRoute, z } from "@hono/zod-openapi";
import { TssyncError } from "../src/core/error.ts";
import type { Control } from "../src/engine/control.ts";
import { jsonAnswer, problemAnswer, routeGroup } from "./openapi.ts";

const checkSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  message: z.string().optional().meta({ description: "Only for those who hold a token" }),
});

const healthSchema = z.object({ status: z.literal("ok"), checks: z.array(checkSchema).optional() }).openapi("Health");

const livezRoute = createRoute({
  operationId: "checkAlive",
  method: "get",
  path: "/livez",
  tags: ["health"],
  summary: "Whether the process answers",
  responses: { 200: jsonAnswer("It does", healthSchema) },
});

function readyRoute(path: "/readyz" | "/healthz") {
  return createRoute({
    operationId: path === "/readyz" ? "checkReady" : "checkHealth",
    method: "get",
    path,
    tags: ["health"],
    summary: "Whether configuration, watches and database are in order; a dead remote or a halted root does not count",
    request: {
      query: z.looseObject({
        verbose: z.unknown().optional().meta({ type: "string", description: "Lists every check" }),
      }),
    },
    responses: { 200: jsonAnswer("Ready", healthSchema), 503: problemAnswer("Not ready; `checks` names why") },
  });
}

/** `/livez`, `/readyz` and, for old tools, `/healthz`. */
export function healthRoutes(control: Control) {
  const app = routeGroup();
  app.openapi(livezRoute, (c) => c.json({ status: "ok" as const }, 200));
  for (const path of ["/readyz", "/healthz"] as const) {
    app.openapi(readyRoute(path), (c) => {
      // Strangers learn which check fails; its message may name paths.
      const known = c.get("identity") !== null;
      const checks = control.readiness().map(({ name, ok, message }) => known ? { name, ok, message } : { name, ok });
      const failing = checks.filter((check) => !check.ok);
      const verbose = c.req.valid("query").verbose !== undefined;
      if (failing.length > 0) {
        throw new TssyncError("NOT_READY", `Not ready: ${failing.map((check) => check.name).join(", ")}`, {
          checks: verbose ? checks : failing,
        });
      }
      return c.json(verbose ? { status: "ok" as const, checks } : { status: "ok" as const }, 200);
    });
  }
  return app;
}
