import { createMiddleware } from "hono/factory";
import { TssyncError } from "../src/core/error.ts";
import { connectionOf } from "./connection.ts";
import type { ApiEnv } from "./connection.ts";

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Refuses what a browser was talked into sending: a `Host` that is not ours means that somebody's name was made to point here
 * (DNS rebinding), an `Origin` that is not ours means another site's script. Any port is fine, since forwarders change it.
 * The unix socket is out of a browser's reach.
 */
export function checkHost(ownHosts: readonly string[]) {
  const known = new Set([...LOOPBACK_HOSTS, ...ownHosts].map((host) => host.toLowerCase()));
  return createMiddleware<ApiEnv>(async function hostCheck(c, next) {
    if (connectionOf(c.env).transport === "tcp") {
      const host = (c.req.header("host") ?? new URL(c.req.url).host).toLowerCase();
      if (!known.has(withoutPort(host))) {
        throw new TssyncError(
          "HOST_UNKNOWN",
          `The request was made for the host ${JSON.stringify(host)}, which is not a name of this daemon: use ${
            [...known].join(", ")
          }`,
        );
      }
      const origin = c.req.header("origin");
      if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
        throw new TssyncError(
          "ORIGIN_FOREIGN",
          `The request comes from a page of ${JSON.stringify(origin)}; only pages of this daemon itself may ask`,
        );
      }
    }
    await next();
  });
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}
