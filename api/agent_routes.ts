import { createRoute, z } from "@hono/zod-openapi";
import { TssyncError } from "../src/core/error.ts";
import { holderOf, requireScope } from "./authentication.ts";
import { filterFields } from "./event_query.ts";
import { TRANSPORTS } from "./event_stream.ts";
import type { Follower } from "./follower.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { limitSchema, pageOf, pageSchema } from "./page.ts";
import type { Subscribers } from "./subscribers.ts";
import { timeSchema, timeText } from "./time_text.ts";
import { mayUseRoot } from "./token_roots.ts";

const agentSchema = z.object({
  id: z.string(),
  transport: z.enum(TRANSPORTS),
  name: z.string().meta({ description: "Whose token it is" }),
  peer: z.string().nullable().meta({ description: "The address of the other side" }),
  connectedAt: timeSchema,
  cursor: z.string().meta({ description: "Everything up to here was handed to its connection" }),
  acknowledged: z.string().nullable().meta({ description: "What it said last that it is done with" }),
  lag: z.object({
    events: z.int().meta({ description: "Events that are not handed over yet, whether it wants them or not" }),
    bytes: z.int().meta({ description: "What was handed over and is not taken yet" }),
  }),
  filter: z.object(filterFields),
}).openapi("Agent");

const listRoute = createRoute({
  operationId: "listAgents",
  method: "get",
  path: "/v1/agents",
  tags: ["events"],
  summary: "Who follows the events now, and how closely",
  description: "Scope: status.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("status", "byRoot")] as const,
  request: { query: z.strictObject({ limit: limitSchema, after: z.string().min(1).max(255).optional() }) },
  responses: { 200: jsonAnswer("One page", pageSchema(agentSchema)), ...refusals(404) },
});

/** `/v1/agents`. */
export function agentRoutes(subscribers: Subscribers) {
  return routeGroup().openapi(listRoute, (c) => {
    const { limit, after } = c.req.valid("query");
    const holder = holderOf(c);
    const all = subscribers.list().filter(({ subscription }) => mayUseRoot(holder, subscription.wanted.root));
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    if (after !== undefined && from === 0) {
      throw new TssyncError("NOT_FOUND", `There is no subscriber ${JSON.stringify(after)} any more`);
    }
    return c.json(pageOf(all.slice(from, from + limit + 1), limit, ({ id }) => id, agentDocument), 200);
  });
}

function agentDocument(follower: Follower): z.output<typeof agentSchema> {
  const { id, cursor, acknowledged, lag, openedAtMs, subscription } = follower;
  const { transport, name, peer, wanted: { types, root, remote, path } } = subscription;
  return {
    id,
    transport,
    name,
    peer,
    connectedAt: timeText(openedAtMs),
    cursor,
    acknowledged,
    lag,
    filter: {
      ...(types.length === 0 ? {} : { types: [...types] }),
      ...(root === null ? {} : { root }),
      ...(remote === null ? {} : { remote }),
      ...(path === null ? {} : { path }),
    },
  };
}
