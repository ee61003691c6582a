import { createRoute, z } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { TssyncError } from "../src/core/error.ts";
import type { Control } from "../src/engine/control.ts";
import type { Failure, FailureQuery } from "../src/ports.ts";
import { holderOf, requireScope } from "./authentication.ts";
import type { Identity } from "./connection.ts";
import { failureDocument, failureSchema } from "./failure_schema.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { limitSchema, pageOf, pageSchema } from "./page.ts";
import { momentSchema } from "./time_text.ts";
import { requireRoot, rootsMeant } from "./token_roots.ts";

const SCRIPT_MEDIA_TYPE = "text/x-shellscript";

const idText = z.string().regex(/^\d{1,15}$/, "expected the id of a failure, a whole number");

/** An empty filter is none. */
const filterText = z.string().transform((text) => text === "" ? undefined : text).optional().meta({ type: "string" });

const listRoute = createRoute({
  operationId: "listFailures",
  method: "get",
  path: "/v1/failures",
  tags: ["failures"],
  summary: "Paths that a healthy remote refuses",
  description: "Scope: status. As a shell script they have the form of the fail log, all on one page.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("status", "byRoot")] as const,
  request: {
    query: z.strictObject({
      root: filterText,
      remote: filterText,
      since: momentSchema.optional().meta({
        type: "string",
        format: "date-time",
        description: "Failed again since then",
      }),
      limit: limitSchema,
      after: idText.transform(Number).optional().meta({ type: "string" }),
    }),
  },
  responses: {
    200: {
      description: "One page",
      content: {
        "application/json": { schema: pageSchema(failureSchema) },
        [SCRIPT_MEDIA_TYPE]: { schema: z.string() },
      },
    },
    ...refusals(),
  },
});

const countSchema = z.object({ count: z.int().meta({ description: "How many are tried again now" }) });

const retryAllRoute = createRoute({
  operationId: "retryFailures",
  method: "post",
  path: "/v1/failures/retry",
  tags: ["failures"],
  summary: "Try all of them again now",
  description: "Scope: resync.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("resync", "byRoot")] as const,
  responses: { 202: jsonAnswer("They are on their way", countSchema), ...refusals() },
});

const retryOneRoute = createRoute({
  operationId: "retryFailure",
  method: "post",
  path: "/v1/failures/{id}/retry",
  tags: ["failures"],
  summary: "Try one of them again now",
  description: "Scope: resync.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("resync", "byRoot")] as const,
  request: { params: z.object({ id: z.string() }) },
  responses: { 202: jsonAnswer("It is on its way", countSchema), ...refusals(404) },
});

/** `/v1/failures`. */
export function failureRoutes(control: Control) {
  const app = routeGroup();

  app.openapi(listRoute, (c) => {
    const { limit, after, root, remote, since } = c.req.valid("query");
    const query = { root, remote, sinceMs: since, afterId: after };
    c.header("vary", "accept");
    const wanted = accepts(c, {
      header: "Accept",
      supports: ["application/json", SCRIPT_MEDIA_TYPE],
      default: "application/json",
    });
    if (wanted === SCRIPT_MEDIA_TYPE) {
      c.header("content-type", SCRIPT_MEDIA_TYPE);
      const parts = queriesFor(c.get("identity"), query).map((part) => control.failureScript(part));
      return c.body(new Uint8Array(Buffer.concat(parts)), 200);
    }
    const found = visibleFailures(control, c.get("identity"), { ...query, limit: limit + 1 });
    return c.json(pageOf(found, limit, (failure) => String(failure.id), failureDocument), 200);
  });

  app.openapi(retryAllRoute, (c) => {
    const holder = holderOf(c);
    const count = holder.roots === null
      ? control.retryFailures()
      : visibleFailures(control, holder, {}).reduce((sum, { id }) => sum + control.retryFailures(id), 0);
    return c.json({ count }, 202);
  });

  app.openapi(retryOneRoute, (c) => {
    const { id } = c.req.valid("param");
    if (!idText.safeParse(id).success) {
      throw new TssyncError("NOT_FOUND", `There is no failure with the id ${JSON.stringify(id)}`);
    }
    const [failure] = control.listFailures({ afterId: Number(id) - 1, limit: 1 });
    if (failure?.id === Number(id)) requireRoot(c.get("identity"), failure.root);
    return c.json({ count: control.retryFailures(Number(id)) }, 202);
  });
  return app;
}

/** One query for each root that the holder may see. */
function queriesFor(holder: Identity | null, query: FailureQuery): FailureQuery[] {
  const roots = rootsMeant(holder, query.root === undefined ? undefined : [query.root]);
  return roots === undefined ? [query] : roots.map((root) => ({ ...query, root }));
}

function visibleFailures(control: Control, holder: Identity | null, query: FailureQuery): Failure[] {
  return queriesFor(holder, query).flatMap((part) => control.listFailures(part))
    .toSorted((one, other) => one.id - other.id)
    .slice(0, query.limit);
}
