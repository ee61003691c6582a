import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { TssyncError } from "../src/core/error.ts";
import { connectionOf } from "./connection.ts";
import type { ApiEnv, Identity } from "./connection.ts";
import { scopeCovers } from "./scope.ts";
import type { Scope } from "./scope.ts";
import { findToken } from "./tokens.ts";
import type { TokenRecord } from "./tokens.ts";
import type { Tickets } from "./tickets.ts";

/** What needs no token. */
const OPEN_PATHS: ReadonlySet<string> = new Set([
  "/livez",
  "/readyz",
  "/healthz",
  "/v1/version",
  "/openapi.json",
  "/docs",
]);

const SOCKET_IDENTITY: Identity = { name: "socket", scope: "admin" };

/**
 * Finds out who asks. Everything but the open paths is refused without a valid token, paths that do not exist included:
 * a stranger does not learn which do.
 */
export function authenticate(tokens: readonly TokenRecord[], tickets: Tickets) {
  return createMiddleware<ApiEnv>(async function authentication(c, next) {
    const identity = connectionOf(c.env).transport === "unix"
      ? SOCKET_IDENTITY
      : identityOf(tokens, c.req.header("authorization")) ?? ticketIdentity(tickets, c);
    if (identity === null && !OPEN_PATHS.has(c.req.path)) {
      throw new TssyncError(
        "UNAUTHORISED",
        c.req.header("authorization") === undefined
          ? "The request carries no token: send the header `Authorization: Bearer TOKEN`; the first token is in the file `token` of the state directory"
          : "The header `Authorization` holds no token that is known here; expected `Bearer TOKEN`",
      );
    }
    c.set("identity", identity);
    await next();
  });
}

/** Lets only those pass whose token has at least this scope. */
export function requireScope(scope: Scope) {
  return createMiddleware<ApiEnv>(async function scopeCheck(c, next) {
    const identity = c.get("identity");
    if (identity === null || !scopeCovers(identity.scope, scope)) {
      throw new TssyncError(
        "FORBIDDEN",
        `${c.req.method} ${c.req.path} needs the scope ${scope}; the token has ${identity?.scope ?? "none"}`,
        { scope },
      );
    }
    await next();
  });
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
  return tickets.use(ticket) ? { name: "ticket", scope: "events" } : null;
}

function identityOf(tokens: readonly TokenRecord[], authorization: string | undefined): Identity | null {
  const presented = /^bearer +([\w.~+/=-]+) *$/i.exec(authorization ?? "")?.[1];
  return presented === undefined ? null : findToken(tokens, presented);
}
