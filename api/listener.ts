import { lstatSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { TssyncError } from "../src/core/error.ts";
import type { Connection } from "./connection.ts";

/** Where the API listens: a unix socket, which needs no token, or TCP. */
export type ListenOn =
  | { readonly transport: "unix"; readonly path: string }
  | { readonly transport: "tcp"; readonly host: string; readonly port: number; readonly tls?: TlsTexts | null };

/** Certificate, with those it rests on, and its private key, as PEM. */
export type TlsTexts = { readonly cert: string; readonly key: string };

export type RequestHandler = (request: Request, connection: Connection) => Response | Promise<Response>;

/** A server that listens. */
export type Listener = {
  /** For people: `127.0.0.1:8008` with the real port, or the path of the socket. */
  readonly address: string;
  /** Takes no more requests, lets running ones end for a moment, closes the rest. The socket file goes away. */
  stop(): Promise<void>;
};

/** What a runtime's server file gives back; `port` is the real one. */
export type RuntimeServer = { readonly port: number | null; stop(): Promise<void> };

/** How long the other side of a TCP connection may be silent; tests set others. */
export type SilenceLimits = {
  /** Longer silence ends a connection, so that slow senders cannot pile up. Long waits and streams are exempted by `keepOpen`. */
  readonly requestSeconds: number;
  /** Longer silence of a WebSocket means that nobody is there any more; servers ping by themselves before. */
  readonly socketSeconds: number;
};

const SILENCE: SilenceLimits = { requestSeconds: 30, socketSeconds: 120 };

/** How each runtime's server file starts a server; a refusal is thrown as the runtime's own error with the system's `code`. */
export type StartServer = (on: ListenOn, handler: RequestHandler, silence: SilenceLimits) => RuntimeServer;

/**
 * Listens, with the server of the runtime that this is.
 *
 * @throws TssyncError LISTEN_REFUSED naming the address, what was found there and the cure.
 */
export async function listen(
  on: ListenOn,
  handler: RequestHandler,
  silence: SilenceLimits = SILENCE,
): Promise<Listener> {
  if (on.transport === "unix") await removeStaleSocket(on.path);
  const startServer = await serverOfThisRuntime();
  // From its first moment the socket belongs to us alone.
  const umask = process.umask(0o177);
  try {
    const server = startServer(on, handler, silence);
    return { address: addressText(on, server.port), stop: () => server.stop() };
  } catch (error) {
    throw listenRefusal(on, error);
  } finally {
    process.umask(umask);
  }
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

async function serverOfThisRuntime(): Promise<StartServer> {
  // Literal names, so that the compiled executable carries both.
  return "Deno" in globalThis
    ? (await import("./server_deno.ts")).startDenoServer
    : (await import("./server_bun.ts")).startBunServer;
}

/** A killed daemon leaves its socket file behind. It is removed only when nobody answers on it. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new TssyncError(
      "LISTEN_REFUSED",
      `Cannot listen on ${path}: something that is no socket is there; move it away`,
    );
  }
  if (await answers(path)) {
    throw new TssyncError(
      "LISTEN_REFUSED",
      `Cannot listen on ${path}: another process listens there; stop it or use another --state-dir`,
    );
  }
  rmSync(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

const CURES: Readonly<Record<string, string>> = {
  EADDRINUSE:
    "the port is in use. Stop what listens there (`ss -ltnp` shows it), choose another with --listen HOST:PORT, or use --listen off",
  EADDRNOTAVAIL: "this machine has no such address. Choose another with --listen HOST:PORT",
  EACCES: "not permitted. Ports below 1024 need root; choose another with --listen HOST:PORT",
  EPERM: "not permitted. Ports below 1024 need root; choose another with --listen HOST:PORT",
  ENOENT: "its directory does not exist",
  ENAMETOOLONG: "a socket's path may have 107 bytes; use a shorter --state-dir",
};

/** Why it cannot be listened on, with the cure. */
export function listenRefusal(on: ListenOn, error: unknown): TssyncError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const found = error instanceof Error ? error.message : String(error);
  const address = addressText(on, null);
  return new TssyncError("LISTEN_REFUSED", `Cannot listen on ${address}: ${CURES[code] ?? found}`, { address });
}

/** For people. */
export function addressText(on: ListenOn, port: number | null): string {
  if (on.transport === "unix") return on.path;
  return `${on.host.includes(":") ? `[${on.host.replace(/^\[|\]$/g, "")}]` : on.host}:${port ?? on.port}`;
}
