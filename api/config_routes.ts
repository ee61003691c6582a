import { createRoute, z } from "@hono/zod-openapi";
import { maskedConfiguration } from "../src/config/masked.ts";
import { PLUGIN_MOMENTS } from "../src/config/plugin_settings.ts";
import type { Control } from "../src/engine/control.ts";
import { requireScope } from "./authentication.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { pathFields, pathFieldsSchema } from "./path_text.ts";
import { lastReloadDocument, lastReloadSchema, reloadDocument, reloadSchema } from "./reload_schema.ts";
import { rootConfigurationSchema } from "./root_schema.ts";

const elementSchema = z.object({
  name: z.string(),
  attributes: z.record(z.string(), z.string()),
  children: z.array(z.unknown()).meta({ description: "Elements of the same form" }),
});

const configurationSchema = z.object({
  files: z.array(z.string()),
  listen: z.object({
    host: z.string(),
    port: z.int(),
    tls: z.object({ certFile: z.string(), keyFile: z.string() }).nullable(),
  }).nullable(),
  debug: z.boolean(),
  log: z.object({ file: z.string().nullable(), rotateBytes: z.int(), keep: z.int() }),
  threadsMax: z.int(),
  failLog: z.object({ path: z.string().nullable(), retryEveryMs: z.int() }),
  module: z.string().nullable(),
  roots: z.array(
    rootConfigurationSchema.extend(pathFieldsSchema.shape).extend({
      id: z.string(),
      path: z.string().meta({ description: "Absolute" }),
    }),
  ),
  plugins: z.array(z.object({
    name: z.string(),
    kind: z.string(),
    enabled: z.boolean(),
    when: z.enum(PLUGIN_MOMENTS),
    element: elementSchema,
  })),
  lastReload: lastReloadSchema,
}).openapi("Configuration");

const configRoute = createRoute({
  operationId: "readConfiguration",
  method: "get",
  path: "/v1/config",
  tags: ["status"],
  summary: "What this daemon was asked to do, every default filled in",
  description: "Scope: admin. Secrets are masked.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("admin")] as const,
  responses: { 200: jsonAnswer("As it holds now", configurationSchema), ...refusals() },
});

const reloadRoute = createRoute({
  operationId: "reloadConfiguration",
  method: "post",
  path: "/v1/config/reload",
  tags: ["status"],
  summary: "Read the configuration again and apply what changed, without dropping watches",
  description: "Scope: admin. As HUP does. On any problem nothing changes: 422 names all of them in `problems`.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("admin")] as const,
  responses: { 200: jsonAnswer("What changed", reloadSchema), ...refusals(422) },
});

/** `/v1/config` and its reload. */
export function configRoutes(control: Control) {
  return routeGroup().openapi(reloadRoute, async (c) => c.json(reloadDocument(await control.reload()), 200)).openapi(
    configRoute,
    (c) => {
      const masked = maskedConfiguration(control.configuration());
      const roots = masked.roots.map((root) => ({ ...root, ...pathFields(root.path) }));
      // The schema drops nothing that stands in it, and copies: what is answered is what is described.
      return c.json(
        configurationSchema.parse({ ...masked, roots, lastReload: lastReloadDocument(control.status().lastReload) }),
        200,
      );
    },
  );
}
