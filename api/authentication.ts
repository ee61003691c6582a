import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { TssyncError } from "../src/core/error.ts";
import { connectionOf } from "./connection.ts";
import { DOCS_PATH, DOCS_SCRIPT_PATH } from "./docs_routes.ts";
import type { ApiEnv, Identity } from "./connection.ts";
import { scopeCovers } from "./scope.ts";
import type { Scope } from "./scope.ts";
import type { Tickets } from "./tickets.ts";
import { requireRoot } from "./token_roots.ts";
import type { Tokens } from "./tokens.ts";

/** What needs no token. */
const OPEN_PATHS: ReadonlySet<string> = new Set([
  "/livez",
  "/readyz",
  "/healthz",
  "/v1/version",
  "/openapi.json",
  "/asyncapi.json",
  DOCS_PATH,
  DOCS_SCRIPT_PATH,
]);

const SOCKET_IDENTITY: Identity = {
  name: "socket",
  tokenId: null,
  scope: "admin",
  roots: null,
  revoked: new AbortController().signal,
};

/** Finds out who asks; null is somebody without a valid token. */
export function identify(tokens: Tokens, tickets: Tickets) {
  return createMiddleware<ApiEnv>(async function identification(c, next) {
    const identity = connectionOf(c.env).transport === "unix"
      ? SOCKET_IDENTITY
      : identityOf(tokens, c.req.header("authorization")) ?? ticketIdentity(tickets, c);
    c.set("identity", identity);
    await next();
  });
}

/**
 * Everything but the open paths is refused without a valid token, paths that do not exist included: a stranger does not learn
 * which do.
 */
export function requireIdentity() {
  return createMiddleware<ApiEnv>(async function authentication(c, next) {
    if (!isKnown(c)) {
      throw new TssyncError("UNAUTHORISED", strangerText(c));
    }
    await next();
  });
}

function strangerText({ req }: Context<ApiEnv>): string {
  if (req.header("authorization") !== undefined) {
    return "The header `Authorization` holds no token that is known here; expected `Bearer TOKEN`";
  }
  if (req.query("ticket") !== undefined && TICKET_PATHS.has(req.path)) {
    return "The ticket is not known here: it is good for one use within 30 s; POST /v1/tickets gives another";
  }
  return "The request carries no token: send the header `Authorization: Bearer TOKEN`; the first token is in the file `token` of the state directory";
}

/** Whether the request may go on: somebody known, or a path that is open to all. */
export function isKnown(c: Context<ApiEnv>): boolean {
  return c.get("identity") !== null || OPEN_PATHS.has(c.req.path);
}

/**
 * Lets only those pass whose token has at least this scope. A token that is good for some roots alone passes where the path
 * names one of them, and where the route says that it answers `byRoot`: with what belongs to the token's roots and nothing else.
 */
export function requireScope(scope: Scope, answers: "whole" | "byRoot" = "whole") {
  return createMiddleware<ApiEnv>(async function scopeCheck(c, next) {
    const identity = c.get("identity");
    if (identity === null || !scopeCovers(identity.scope, scope)) {
      throw new TssyncError(
        "FORBIDDEN",
        `${c.req.method} ${c.req.path} needs the scope ${scope}; the token has ${identity?.scope ?? "none"}`,
        { scope },
      );
    }
    const root = c.req.param("root");
    if (root !== undefined) requireRoot(identity, root);
    else if (answers === "whole" && identity.roots !== null) {
      throw new TssyncError(
        "FORBIDDEN",
        `${c.req.method} ${c.req.path} is not about one root; the token is good for the roots ${
          identity.roots.join(", ")
        } alone`,
        { roots: identity.roots },
      );
    }
    await next();
  });
}

/** Who asks, behind `requireScope`. */
export function holderOf(c: Context<ApiEnv>): Identity {
  const identity = c.get("identity");
  if (identity === null) throw new Error("The route lets strangers in: it has no requireScope");
  return identity;
}

/** For answers that were waited for. @throws TssyncError UNAUTHORISED */
export function refuseRevoked({ revoked }: Identity): void {
  if (revoked.aborted) throw tokenRevoked();
}

export function tokenRevoked(): TssyncError {
  return new TssyncError("UNAUTHORISED", "The token was revoked; ask for another");
}

/** The header that goes with a 401 (RFC 6750). */
export function challenge(authorization: string | undefined): string {
  return `Bearer realm="tssync"${authorization === undefined ? "" : ', error="invalid_token"'}`;
}

/** Where a browser cannot send headers. */
const TICKET_PATHS: ReadonlySet<string> = new Set(["/v1/events", "/v1/events/ws"]);

function ticketIdentity(tickets: Tickets, { req }: Context<ApiEnv>): Identity | null {
  const ticket = req.query("ticket");
  if (ticket === undefined || !TICKET_PATHS.has(req.path) || req.header("authorization") !== undefined) return null;
  return tickets.use(ticket);
}

/** Who holds the token of this header; null: nobody. */
export function identityOf(tokens: Tokens, authorization: string | undefined): Identity | null {
  const presented = /^bearer +([\w.~+/=-]+) *$/i.exec(authorization ?? "")?.[1];
  const known = presented === undefined ? null : tokens.find(presented);
  if (known === null) return null;
  const { id, name, scope, roots, revoked } = known;
  return { name: name ?? id, tokenId: id, scope, roots, revoked };
}
