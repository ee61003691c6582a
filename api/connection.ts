import type { Scope } from "./scope.ts";

/** One open WebSocket. */
export type Socket = {
  /** Sends these frames, one after the other. */
  send(frames: readonly string[]): void;
  close(code: number, reason: string): void;
  /** Bytes that were sent and are not on the wire. */
  readonly buffered: () => number;
};

export type SocketHandlers = {
  onOpen(socket: Socket): void;
  onText(socket: Socket, text: string): void;
  onClose(): void;
};

/** What a server knows about the connection a request came on; it is Hono's `env`. */
export type Connection = {
  readonly transport: "unix" | "tcp";
  /** The address of the other side, without port; null where there is none. */
  readonly peer?: () => string | null;
  /** Tells the server that this request may stay silent for long: no idle timeout. */
  readonly keepOpen?: () => void;
  /** Makes the request a WebSocket. The answer is for this server alone. */
  readonly upgrade?: (protocol: string | null, handlers: SocketHandlers) => Response;
};

/** Who asks. The unix socket's file mode is its password: whoever may open it is `admin`. */
export type Identity = {
  /** For logs and reasons. */
  readonly name: string;
  /** The token's; null on the unix socket. */
  readonly tokenId: string | null;
  readonly scope: Scope;
  /** The roots it may see and touch; null: everything. */
  readonly roots: readonly string[] | null;
  /** Aborted when the token is revoked: what was opened with it ends then. */
  readonly revoked: AbortSignal;
};

/** The types behind every Hono context of this API. */
export type ApiEnv = {
  Bindings: Connection;
  Variables: {
    /** null on a route that needs no token, asked without a valid one. */
    identity: Identity | null;
    /** How far the caller is from being refused; absent on the unix socket. */
    rateLimit?: { readonly resetTime: Date | undefined };
  };
};

/** The connection of a request. Without one (a caller that is no server of ours) the strict rules of TCP hold. */
export function connectionOf(env: Connection | undefined): Connection {
  return env?.transport === "unix" ? env : { ...env, transport: "tcp" };
}
