import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { maskedConfiguration } from "../src/config/masked.ts";
import { TssyncError } from "../src/core/error.ts";
import { nearestName } from "../src/core/nearest_name.ts";
import type { Control, ControlTarget, RemoteStatus, RootStatus } from "../src/engine/control.ts";
import { requireScope } from "./authentication.ts";
import { readJsonBody } from "./body.ts";
import type { ApiEnv } from "./connection.ts";
import { jsonAnswer, refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { limitSchema, pageOf, pageSchema } from "./page.ts";
import { rootDetailsDocument, rootDetailsSchema } from "./root_schema.ts";
import { mayUseRoot } from "./token_roots.ts";
import { remoteDocument, remoteSchema, rootDocument, rootSchema } from "./status_schema.ts";

const BODY_BYTES_MAX = 1 << 14;
const REASON_LENGTH_MAX = 1_000;

const reasonInputSchema = z.strictObject({
  reason: z.string().trim().max(REASON_LENGTH_MAX).optional().meta({
    description: "For those who look at the status later",
    example: "moving to the new disks",
  }),
}).openapi("ReasonInput");

const rootParameters = z.object({ root: z.string().meta({ description: "Its id, percent-encoded", example: "www" }) });
const remoteParameters = rootParameters.extend({
  remote: z.string().meta({ description: "Its id, percent-encoded", example: "172.16.1.41%3A%3Awww" }),
});

const listRoute = createRoute({
  operationId: "listRoots",
  method: "get",
  path: "/v1/roots",
  tags: ["roots"],
  summary: "Every root: its state and its configuration",
  description: "Scope: status. Secrets are masked.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("status", "byRoot")] as const,
  request: { query: z.strictObject({ limit: limitSchema, after: z.string().min(1).max(1024).optional() }) },
  responses: { 200: jsonAnswer("One page", pageSchema(rootDetailsSchema)), ...refusals(404) },
});

const readRoute = (control: Control) =>
  createRoute({
    operationId: "readRoot",
    method: "get",
    path: "/v1/roots/{root}",
    tags: ["roots"],
    summary: "One root: its state and its configuration",
    description: "Scope: status. Secrets are masked.",
    security: TOKEN_NEEDED,
    middleware: [requireScope("status"), targetExists(control)] as const,
    request: { params: rootParameters },
    responses: { 200: jsonAnswer("As it stands now", rootDetailsSchema), ...refusals(404) },
  });

const ACTIONS = {
  pause: {
    summary: "send nothing more until it is resumed, also after a restart; changes are remembered",
    description: "Scope: admin.",
  },
  resume: {
    summary: "go on",
    description:
      "Scope: admin. A root that is halted goes on with the directory that is there now: somebody says that " +
      "it is the right one. Deletes beyond measure still wait for a decision.",
  },
} as const;

type Action = keyof typeof ACTIONS;
const ACTIONS_IN_ORDER = Object.keys(ACTIONS) as Action[];

const reasonBody = {
  content: { "application/json": { schema: { $ref: "#/components/schemas/ReasonInput" } } },
} as const;

const rootActionRoute = <A extends Action>(control: Control, action: A) =>
  createRoute({
    operationId: `${action}Root`,
    method: "post",
    path: `/v1/roots/{root}/${action}`,
    tags: ["roots"],
    summary: `The root and all its remotes: ${ACTIONS[action].summary}`,
    description: ACTIONS[action].description,
    security: TOKEN_NEEDED,
    middleware: [requireScope("admin"), targetExists(control)] as const,
    request: { params: rootParameters, body: reasonBody },
    responses: { 200: jsonAnswer("The root's state now", rootSchema), ...refusals(404, 413, 415, 422) },
  });

const remoteActionRoute = <A extends Action>(control: Control, action: A) =>
  createRoute({
    operationId: `${action}Remote`,
    method: "post",
    path: `/v1/roots/{root}/remotes/{remote}/${action}`,
    tags: ["roots"],
    summary: `One remote of a root: ${ACTIONS[action].summary}`,
    description: ACTIONS[action].description,
    security: TOKEN_NEEDED,
    middleware: [requireScope("admin"), targetExists(control)] as const,
    request: { params: remoteParameters, body: reasonBody },
    responses: { 200: jsonAnswer("The remote's state now", remoteSchema), ...refusals(404, 413, 415, 422) },
  });

/** `/v1/roots`. */
export function rootRoutes(control: Control) {
  const app = routeGroup();
  app.openAPIRegistry.register("ReasonInput", reasonInputSchema);

  app.openapi(listRoute, (c) => {
    const { limit, after } = c.req.valid("query");
    const { roots: all, nowMs } = control.status();
    const roots = all.filter(({ id }) => mayUseRoot(c.get("identity"), id));
    const from = after === undefined ? 0 : roots.indexOf(findRoot(roots, after)) + 1;
    const found = roots.slice(from, from + limit + 1);
    return c.json(pageOf(found, limit, (root) => root.id, detailsOf(control, nowMs)), 200);
  });

  app.openapi(readRoute(control), (c) => {
    const { roots, nowMs } = control.status();
    return c.json(detailsOf(control, nowMs)(findRoot(roots, c.req.valid("param").root)), 200);
  });

  for (const action of ACTIONS_IN_ORDER) {
    app.openapi(rootActionRoute(control, action), async (c) => {
      const target = c.req.valid("param");
      await act(control, action, target, c);
      const { roots, nowMs } = control.status();
      return c.json(rootDocument(findRoot(roots, target.root), nowMs), 200);
    });
    app.openapi(remoteActionRoute(control, action), async (c) => {
      const target = c.req.valid("param");
      await act(control, action, target, c);
      const { roots, nowMs } = control.status();
      return c.json(remoteDocument(findRemote(findRoot(roots, target.root), target.remote), nowMs), 200);
    });
  }
  return app;
}

async function act(control: Control, action: Action, target: ControlTarget, c: Context<ApiEnv>): Promise<void> {
  const { reason = "" } = await readJsonBody(c, reasonInputSchema, BODY_BYTES_MAX);
  // Whoever finds it paused wants to know by whom.
  const told = reason === "" ? `by ${c.get("identity")?.name ?? "nobody"}` : reason;
  await (action === "pause" ? control.pause(target, told) : control.resume(target, told));
}

function detailsOf(control: Control, nowMs: number) {
  const { roots } = maskedConfiguration(control.configuration());
  return (status: RootStatus) => rootDetailsDocument(status, roots.find(({ id }) => id === status.id)!, nowMs);
}

/** That it does not exist is said before anything else about the request. */
function targetExists(control: Control) {
  return createMiddleware<ApiEnv>(async function existence(c, next) {
    const root = findRoot(control.status().roots, c.req.param("root") ?? "");
    const remote = c.req.param("remote");
    if (remote !== undefined) findRemote(root, remote);
    await next();
  });
}

function findRoot(roots: readonly RootStatus[], id: string): RootStatus {
  return findById(roots, id, "root", "");
}

function findRemote(root: RootStatus, id: string): RemoteStatus {
  return findById(root.remotes, id, "remote", ` of the root ${root.id}`);
}

function findById<T extends { readonly id: string }>(items: readonly T[], id: string, noun: string, where: string): T {
  const found = items.find((item) => item.id === id);
  if (found !== undefined) return found;
  const nearest = nearestName(id, items.map((item) => item.id));
  const hint = nearest === null
    ? `There are: ${items.map((item) => item.id).join(", ")}`
    : `Did you mean ${JSON.stringify(nearest)}?`;
  throw new TssyncError("NOT_FOUND", `There is no ${noun} ${JSON.stringify(id)}${where}. ${hint}`);
}
