/**
 * The frames of the WebSocket as lines of JSON over plain TCP or TLS, for agents without HTTP. The first line says who it is:
 * `{"op": "auth", "token": "…"}`; what follows is what a WebSocket's client would send.
 */
import { createServer, type Server, type Socket as NetSocket } from "node:net";
import { clearTimeout, setTimeout } from "node:timers";
import { createServer as createTlsServer } from "node:tls";
import { z } from "zod";
import { TssyncError } from "../src/core/error.ts";
import { identityOf, tokenRevoked } from "./authentication.ts";
import type { Socket, SocketHandlers } from "./connection.ts";
import { FRAMES } from "./event_format.ts";
import { subscribeOverSocket } from "./event_socket.ts";
import { addressText, type Listener, type ListenOn, listenRefusal } from "./listener.ts";
import { problemOf } from "./problem.ts";
import { scopeCovers } from "./scope.ts";
import type { Subscribers } from "./subscribers.ts";
import type { Tokens } from "./tokens.ts";

/** Lines from clients are small. */
const LINE_BYTES_MAX = 65_536;
/** How long the first line may take, and what is left to say at the end. */
const AUTH_MS_MAX = 10_000;
const GOODBYE_MS = 10_000;
/** Connections at once: more belong behind a broker. */
const CONNECTIONS_MAX = 4_000;
/** A peer that vanished without a word is noticed by the kernel's probes. */
const KEEP_ALIVE_MS = 30_000;

/** The first line of a client. */
export const authSchema = z.strictObject({ op: z.literal("auth"), token: z.string().min(1).max(1_024) });

export type LineListenerOptions = { readonly subscribers: Subscribers; readonly tokens: Tokens };

/** @throws TssyncError LISTEN_REFUSED */
export async function listenForLines(
  on: Extract<ListenOn, { transport: "tcp" }>,
  { subscribers, tokens }: LineListenerOptions,
): Promise<Listener> {
  const open = new Set<NetSocket>();
  const accept = (connection: NetSocket) => {
    open.add(connection);
    connection.once("close", () => open.delete(connection));
    serve(connection, subscribers, tokens);
  };
  const server: Server = on.tls === undefined || on.tls === null
    ? createServer(accept)
    : createTlsServer(on.tls, accept);
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenRefusal(on, error)));
    server.listen(on.port, on.host === "localhost" ? "127.0.0.1" : on.host, resolve);
  });
  const address = server.address();
  return {
    address: addressText(on, typeof address === "object" && address !== null ? address.port : null),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // They have been told why; what they have not taken by now they ask for when they come back.
        for (const connection of open) connection.destroySoon();
        setTimeout(() => open.forEach((connection) => connection.destroy()), STOP_MS).unref();
      }),
  };
}

/** As the HTTP listeners. */
const STOP_MS = 1_000;

function serve(connection: NetSocket, subscribers: Subscribers, tokens: Tokens): void {
  connection.setNoDelay(true);
  connection.setKeepAlive(true, KEEP_ALIVE_MS);
  const socket = socketOver(connection);
  let handlers: SocketHandlers | null = null;
  let rest = "";
  let isOver = false;
  const late = setTimeout(
    () => refuse(4401, new TssyncError("UNAUTHORISED", "No line with a token came")),
    AUTH_MS_MAX,
  );

  function refuse(code: number, error: TssyncError): void {
    isOver = true;
    clearTimeout(late);
    const problem = problemOf(error);
    socket.send(FRAMES.closing(problem));
    socket.close(code, problem.code);
  }

  function take(line: string): void {
    if (handlers !== null) return handlers.onText(socket, line);
    clearTimeout(late);
    const token = readToken(line);
    const holder = token === null ? null : identityOf(tokens, `Bearer ${token}`);
    if (holder === null) {
      const wanted = 'The first line holds no token that is known here; expected {"op": "auth", "token": "…"}';
      return refuse(4401, new TssyncError("UNAUTHORISED", wanted));
    }
    if (!scopeCovers(holder.scope, "events")) {
      return refuse(4403, new TssyncError("FORBIDDEN", `This needs the scope events; the token has ${holder.scope}`));
    }
    if (holder.revoked.aborted) return refuse(4401, tokenRevoked());
    handlers = subscribeOverSocket(subscribers, { holder, transport: "tcp", peer: connection.remoteAddress ?? null });
    socket.send(['{"op":"ready"}']);
    handlers.onOpen(socket);
  }

  connection.setEncoding("utf8");
  connection.on("data", (text: string) => {
    if (isOver) return;
    rest += text;
    for (let end = rest.indexOf("\n"); end >= 0 && !isOver; end = rest.indexOf("\n")) {
      const line = rest.slice(0, end).trim();
      rest = rest.slice(end + 1);
      if (line !== "") take(line);
    }
    if (rest.length > LINE_BYTES_MAX) {
      refuse(4400, new TssyncError("REQUEST_INVALID", `A line is longer than ${LINE_BYTES_MAX} bytes`));
    }
  });
  // The other side went away; nobody is left to be told.
  connection.on("error", () => {});
  connection.once("close", () => {
    isOver = true;
    clearTimeout(late);
    handlers?.onClose();
  });
}

function readToken(line: string): string | null {
  try {
    const result = authSchema.safeParse(JSON.parse(line));
    return result.success ? result.data.token : null;
  } catch {
    return null;
  }
}

function socketOver(connection: NetSocket): Socket {
  let isClosed = false;
  return {
    send(frames) {
      if (!isClosed && !connection.destroyed) connection.write(frames.map((frame) => `${frame}\n`).join(""));
    },
    close(code, reason) {
      if (isClosed) return;
      isClosed = true;
      connection.end(`${JSON.stringify({ op: "close", code, reason })}\n`);
      // One that reads nothing would stay for ever.
      const timer = setTimeout(() => connection.destroy(), GOODBYE_MS);
      connection.once("close", () => clearTimeout(timer));
    },
    buffered: () => connection.writableLength,
  };
}
