import { OpenAPIHono, z } from "@hono/zod-openapi";
import { TssyncError } from "../src/core/error.ts";
import { issuesOf, issueText } from "./body.ts";
import type { ApiEnv } from "./connection.ts";
import { PROBLEM_MEDIA_TYPE } from "./problem.ts";

/** A room for the routes of one group; what a route's own schemas refuse in path or query becomes a problem document. */
export function routeGroup(): OpenAPIHono<ApiEnv> {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const errors = issuesOf(result.error);
      throw new TssyncError("REQUEST_INVALID", `The request is not valid: ${errors.map(issueText).join("; ")}`, {
        errors,
      });
    },
  });
}

export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string().meta({ description: "Stable, for programs" }),
  detail: z.string().meta({ description: "What was attempted, what was found and what to do" }),
}).openapi("Problem");

const DESCRIPTIONS = {
  400: "The request is not valid",
  401: "No valid token",
  403: "The token's scope is too weak, or the request comes from a foreign page",
  404: "There is no such thing",
  409: "It is already running (`id` says which), or was decided before",
  410: "Events behind this cursor cannot be read: `reason` says why",
  413: "The body is too large",
  415: "The body is not JSON",
  421: "The `Host` is not ours",
  422: "The body, or the configuration, does not say what is expected",
  429: "Too many requests; `Retry-After` says when to come back",
  503: "Not now: starting, stopping or not ready",
  504: "Not done in time",
} as const;

/** What every route behind a token may answer. */
const COMMON = [400, 401, 403, 421, 429, 503] as const;

/** The refusals of a route, for its description. */
export function refusals(...statuses: (keyof typeof DESCRIPTIONS)[]) {
  const all = [...new Set([...COMMON, ...statuses])].toSorted((one, other) => one - other);
  return Object.fromEntries(all.map((status) => [status, problemAnswer(DESCRIPTIONS[status])]));
}

export function problemAnswer(description: string) {
  return { description, content: { [PROBLEM_MEDIA_TYPE]: { schema: problemSchema } } };
}

export function jsonAnswer<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { "application/json": { schema } } };
}

export const SECURITY_SCHEME = "bearer";

/** Marks a route as one that needs a token; the scope stands in the description, as OpenAPI has scopes for OAuth only. */
export const TOKEN_NEEDED = [{ [SECURITY_SCHEME]: [] }];
