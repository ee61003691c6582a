import { createRoute, z } from "@hono/zod-openapi";
import { requireScope } from "./authentication.ts";
import { collect, type Collected } from "./metrics.ts";
import { refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";

const metricsRoute = createRoute({
  operationId: "readMetrics",
  method: "get",
  path: "/metrics",
  tags: ["status"],
  summary: "Numbers for Prometheus",
  description: "Scope: status.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("status")] as const,
  responses: {
    200: {
      description: "In Prometheus' text form",
      content: { "text/plain": { schema: z.string().meta({ example: "tssync_remote_up 1\n" }) } },
    },
    ...refusals(),
  },
});

/** `/metrics`. */
export function metricsRoutes(collected: Collected) {
  return routeGroup().openapi(metricsRoute, async (c) => {
    collect(collected);
    const { metrics } = collected;
    return c.body(await metrics.render(), 200, { "content-type": metrics.contentType }) as never;
  });
}
