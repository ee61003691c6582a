import { createRoute, z } from "@hono/zod-openapi";
import { TssyncError } from "../src/core/error.ts";
import { nearestName } from "../src/core/nearest_name.ts";
import type { Control } from "../src/engine/control.ts";
import type { Log } from "../src/ports.ts";
import { holderOf, requireScope } from "./authentication.ts";
import { readJsonBody } from "./body.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { limitSchema, pageOf, pageSchema } from "./page.ts";
import { newTokenSchema, tokenDocument, tokenInputSchema, tokenSchema } from "./token_schema.ts";
import type { Tokens } from "./tokens.ts";

const BODY_BYTES_MAX = 1 << 16;

const shared = {
  tags: ["tokens"],
  description: "Scope: admin.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("admin")],
};

const listRoute = createRoute({
  ...shared,
  operationId: "listTokens",
  method: "get",
  path: "/v1/tokens",
  summary: "Who may ask, and for what; never the tokens themselves",
  request: { query: z.strictObject({ limit: limitSchema, after: z.string().min(1).max(255).optional() }) },
  responses: { 200: jsonAnswer("One page", pageSchema(tokenSchema)), ...refusals(404) },
});

const createTokenRoute = createRoute({
  ...shared,
  operationId: "createToken",
  method: "post",
  path: "/v1/tokens",
  summary: "Make one",
  request: { body: { content: { "application/json": { schema: { $ref: "#/components/schemas/TokenInput" } } } } },
  responses: { 201: jsonAnswer("It is shown this once", newTokenSchema), ...refusals(404, 413, 415, 422) },
});

const revokeRoute = createRoute({
  ...shared,
  operationId: "revokeToken",
  method: "delete",
  path: "/v1/tokens/{id}",
  summary: "Make one good for nothing, at once; streams that were opened with it end",
  request: { params: z.object({ id: z.string() }) },
  responses: { 204: { description: "It is revoked" }, ...refusals(404, 409) },
});

/** `/v1/tokens`. */
export function tokenRoutes(control: Control, { tokens, log }: { readonly tokens: Tokens; readonly log: Log }) {
  const app = routeGroup();
  app.openAPIRegistry.register("TokenInput", tokenInputSchema);

  app.openapi(listRoute, (c) => {
    const { limit, after } = c.req.valid("query");
    const all = tokens.list();
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    if (after !== undefined && from === 0) {
      throw new TssyncError("NOT_FOUND", `There is no token ${JSON.stringify(after)} to go on after`);
    }
    return c.json(pageOf(all.slice(from, from + limit + 1), limit, ({ id }) => id, tokenDocument), 200);
  });

  app.openapi(createTokenRoute, async (c) => {
    const { scope, name = null, roots = null } = await readJsonBody(c, tokenInputSchema, BODY_BYTES_MAX);
    for (const root of roots ?? []) requireKnownRoot(control, root);
    const { token, facts } = tokens.create({ scope, name, roots });
    log.write("info", `${holderOf(c).name} made the token ${facts.id}`, { scope, name, roots });
    return c.json({ ...tokenDocument(facts), token }, 201);
  });

  app.openapi(revokeRoute, (c) => {
    const { id, name } = tokens.revoke(c.req.valid("param").id);
    log.write("info", `${holderOf(c).name} revoked the token ${id}`, { name });
    return c.body(null, 204);
  });
  return app;
}

/** A slip of the pen would make a token that is good for nothing. */
function requireKnownRoot(control: Control, root: string): void {
  const known = control.status().roots.map(({ id }) => id);
  if (known.includes(root)) return;
  const nearest = nearestName(root, known);
  const hint = nearest === null ? `There are: ${known.join(", ")}` : `Did you mean ${JSON.stringify(nearest)}?`;
  throw new TssyncError("NOT_FOUND", `There is no root ${JSON.stringify(root)}. ${hint}`);
}
