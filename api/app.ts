import type { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { TssyncError } from "../src/core/error.ts";
import type { Metrics } from "../src/core/metric.ts";
import type { Control } from "../src/engine/control.ts";
import type { Log, Store } from "../src/ports.ts";
import { agentRoutes } from "./agent_routes.ts";
import { asyncApiDocument } from "./asyncapi.ts";
import { challenge, identify, requireIdentity } from "./authentication.ts";
import type { ApiEnv } from "./connection.ts";
import { deliveryRoutes } from "./delivery_routes.ts";
import { addExamples } from "./examples.ts";
import { eventRoutes } from "./event_routes.ts";
import { STREAM_LIMITS, type StreamLimits } from "./event_stream.ts";
import { explainRoutes } from "./explain_routes.ts";
import { failureRoutes } from "./failure_routes.ts";
import { docsRoutes } from "./docs_routes.ts";
import { configRoutes } from "./config_routes.ts";
import { flushRoutes } from "./flush_routes.ts";
import { healthRoutes } from "./health_routes.ts";
import { holdRoutes } from "./hold_routes.ts";
import { checkHost } from "./host_check.ts";
import { IdempotencyKeys } from "./idempotency.ts";
import { routeGroup, SECURITY_SCHEME } from "./openapi.ts";
import { manifestRoutes } from "./manifest_routes.ts";
import { problemResponse } from "./problem.ts";
import { meterRequests, SubscriberMeter } from "./metrics.ts";
import { metricsRoutes } from "./metrics_routes.ts";
import { limitRate, RATE_LIMITS, type RateLimits } from "./rate_limit.ts";
import { purgeRoutes } from "./purge_routes.ts";
import { resyncRoutes } from "./resync_routes.ts";
import { rootRoutes } from "./root_routes.ts";
import { statusRoutes } from "./status_routes.ts";
import { subscriptionRoutes } from "./subscription_routes.ts";
import { Subscriptions } from "./subscriptions.ts";
import { Subscribers } from "./subscribers.ts";
import { Tickets } from "./tickets.ts";
import { tokenRoutes } from "./token_routes.ts";
import type { Tokens } from "./tokens.ts";
import { versionRoutes } from "./version_routes.ts";
import { webhookRoutes } from "./webhook_routes.ts";
import type { Build } from "./version_routes.ts";

export type AppOptions = {
  readonly build: Build;
  /** Who may ask over TCP. */
  readonly tokens: Tokens;
  /** Names under which this daemon may be addressed, beside those of loopback; IPv6 addresses in brackets. */
  readonly hosts: readonly string[];
  /** Where idempotency keys are remembered. */
  readonly meta: Pick<Store, "readMeta" | "writeMeta">;
  readonly wallMs: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Watches that the kernel allows this user; null: it does not say. */
  readonly watchesLimit: () => number | null;
  /** Aborted before the listeners stop: streams end then, and say why. */
  readonly closing?: AbortSignal;
  /** Other bounds of event streams than the usual ones. */
  readonly streams?: Partial<StreamLimits>;
  /** Other bounds of requests than the usual ones. */
  readonly rates?: Partial<RateLimits>;
};

/** On every answer that does not say otherwise. */
const DEFENSIVE_HEADERS = [
  ["x-content-type-options", "nosniff"],
  ["cache-control", "no-store"],
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
  ["x-frame-options", "DENY"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-resource-policy", "same-origin"],
] as const;

/**
 * The whole HTTP API: a function from `Request` to `Response` without any server. The second argument of `app.fetch` is a
 * `Connection`; without it the rules of TCP hold.
 *
 * Order of checks: host and origin, how often (429), token (401), scope (403), existence (404), then the rest of the request.
 */
export function createApp(control: Control, options: AppOptions): OpenAPIHono<ApiEnv> {
  return createApi(control, options).app;
}

/** The same, and those who follow its events, for listeners that do not speak HTTP. */
export function createApi(
  control: Control,
  options: AppOptions,
): { app: OpenAPIHono<ApiEnv>; subscribers: Subscribers } {
  const app = routeGroup();
  const meter = new SubscriberMeter(options.metrics);
  app.use(meterRequests(options.metrics));
  app.use(async function defensiveHeaders(c, next) {
    await next();
    // The answer to an upgrade belongs to the server.
    if (c.res.status === 101) return;
    for (const [name, value] of DEFENSIVE_HEADERS) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  });
  const tickets = new Tickets(options.wallMs);
  app.use(checkHost(options.hosts), identify(options.tokens, tickets));
  const closing = options.closing ?? new AbortController().signal;
  app.use(limitRate({ ...RATE_LIMITS, ...options.rates }, closing), requireIdentity());

  app.route("/", healthRoutes(control));
  app.route("/", versionRoutes(control, options.build));
  app.route("/", statusRoutes(control));
  app.route("/", metricsRoutes({ ...options, control, subscribers: meter }));
  app.route("/", rootRoutes(control));
  app.route("/", configRoutes(control));
  app.route("/", tokenRoutes(control, options));
  app.route("/", resyncRoutes(control, new IdempotencyKeys(options.meta, options.wallMs)));
  app.route("/", failureRoutes(control));
  app.route("/", holdRoutes(control));
  app.route("/", deliveryRoutes(control));
  app.route("/", purgeRoutes(control));
  app.route("/", webhookRoutes(control));
  app.route("/", flushRoutes(control));
  app.route("/", explainRoutes(control));
  app.route("/", manifestRoutes(control, options.log));
  const following = { limits: { ...STREAM_LIMITS, ...options.streams }, closing };
  const subscribers = new Subscribers(control.events(), { ...following, wallMs: options.wallMs, meter });
  app.route("/", eventRoutes(control, { ...following, tickets, subscribers }));
  app.route("/", agentRoutes(subscribers));
  app.route("/", subscriptionRoutes(control, { ...following, subscriptions: new Subscriptions(options) }));
  app.route("/", docsRoutes());
  describe(app, options.build.version);

  app.notFound((c) => {
    const allowed = methodsOf(app, c.req.path);
    if (allowed.length === 0) {
      return problemResponse(
        new TssyncError("NOT_FOUND", `There is nothing at ${c.req.path}; /openapi.json lists what there is`),
      );
    }
    const allow = allowed.join(", ");
    return problemResponse(
      new TssyncError("METHOD_NOT_ALLOWED", `${c.req.path} does not take ${c.req.method}, only ${allow}`),
      { allow },
    );
  });

  app.onError((error, c) => {
    const known = asTssyncError(error);
    if (known.code === "INTERNAL") {
      options.log.write("error", `${c.req.method} ${c.req.path} failed inside: ${error.message}`);
      options.log.write("debug", "where it failed", { stack: error.stack });
    }
    return problemResponse(
      known,
      known.code === "UNAUTHORISED" ? { "www-authenticate": challenge(c.req.header("authorization")) } : {},
    );
  });
  return { app, subscribers };
}

function asTssyncError(error: Error): TssyncError {
  if (error instanceof TssyncError) return error;
  if (error instanceof HTTPException && error.status < 500) {
    return new TssyncError("REQUEST_INVALID", error.message || "The request cannot be read");
  }
  // The cause goes into the log; a client learns nothing of the inside.
  return new TssyncError("INTERNAL", "The request failed inside tssync; the log says why");
}

/** `/openapi.json`, generated from the schemas that validate. */
function describe(app: OpenAPIHono<ApiEnv>, version: string): void {
  app.openAPIRegistry.registerComponent("securitySchemes", SECURITY_SCHEME, { type: "http", scheme: "bearer" });
  app.get("/asyncapi.json", (c) => c.json(asyncApiDocument(version)));
  const about = {
    openapi: "3.1.0",
    info: {
      title: "tssync",
      version,
      description:
        "One-way real-time mirror. On the unix socket no token is needed; over TCP every route that is not open wants " +
        "`Authorization: Bearer TOKEN`, with the scope that its description begins with. Event streams: /asyncapi.json.",
      license: { name: "MIT" },
    },
    servers: [{ url: "http://127.0.0.1:8008" }],
    tags: ["health", "status", "roots", "resync", "failures", "holds", "plugins", "events", "tokens"].map((name) => ({
      name,
    })),
  };
  app.get("/openapi.json", (c) => c.json(addExamples(app.getOpenAPI31Document(about))));
}

/** The methods that routes have for this path. */
function methodsOf(app: OpenAPIHono<ApiEnv>, path: string): string[] {
  const methods = app.routes
    .filter((route) => route.method !== "ALL" && routePattern(route.path).test(path))
    .map((route) => route.method);
  return [...new Set(methods)].toSorted();
}

function routePattern(path: string): RegExp {
  const parts = path.split("/").map((part) =>
    part.startsWith(":") ? "[^/]+" : part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
  );
  return new RegExp(`^${parts.join("/")}$`);
}
