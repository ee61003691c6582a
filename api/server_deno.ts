import { TssyncError } from "../src/core/error.ts";
import type { Socket, SocketHandlers } from "./connection.ts";
import type { ListenOn, RequestHandler, RuntimeServer, SilenceLimits } from "./listener.ts";
import { problemResponse } from "./problem.ts";

/** What is used of Deno, so that the types check under Bun too. */
declare const Deno: {
  serve(
    options: {
      readonly path?: string;
      readonly hostname?: string;
      readonly port?: number;
      readonly cert?: string;
      readonly key?: string;
      readonly signal: AbortSignal;
      readonly onListen: () => void;
      readonly onError: () => Response;
    },
    handler: (
      request: Request,
      info: { readonly remoteAddr: { readonly hostname?: string } },
    ) => Response | Promise<Response>,
  ): { readonly addr: { readonly port?: number }; readonly finished: Promise<void>; shutdown(): Promise<void> };
  upgradeWebSocket(
    request: Request,
    options: { readonly protocol?: string; readonly idleTimeout: number },
  ): { readonly socket: WebSocket; readonly response: Response };
};

/** How long running requests may take to end when the server stops. */
const STOP_MS = 1_000;

function connect(webSocket: WebSocket, handlers: SocketHandlers): void {
  const socket: Socket = {
    send(frames) {
      for (const frame of frames) if (webSocket.readyState === WebSocket.OPEN) webSocket.send(frame);
    },
    close: (code, reason) => webSocket.close(code, reason),
    buffered: () => webSocket.bufferedAmount,
  };
  webSocket.addEventListener("open", () => handlers.onOpen(socket));
  webSocket.addEventListener("message", ({ data }) => handlers.onText(socket, String(data)));
  webSocket.addEventListener("close", () => handlers.onClose());
}

/** The API on Deno's server, which never cuts a silent connection. */
export function startDenoServer(on: ListenOn, handler: RequestHandler, silence: SilenceLimits): RuntimeServer {
  const ending = new AbortController();
  const where = on.transport === "unix"
    ? { path: on.path }
    : { hostname: on.host === "localhost" ? "127.0.0.1" : on.host, port: on.port, ...on.tls };
  const server = Deno.serve({
    ...where,
    signal: ending.signal,
    onListen: () => {},
    onError: () => problemResponse(new TssyncError("INTERNAL", "The request failed inside tssync; the log says why")),
  }, (request, info) =>
    handler(request, {
      transport: on.transport,
      peer: () => info.remoteAddr.hostname ?? null,
      upgrade(protocol, handlers) {
        const options = { idleTimeout: silence.socketSeconds, ...(protocol === null ? {} : { protocol }) };
        const { socket, response } = Deno.upgradeWebSocket(request, options);
        connect(socket, handlers);
        return response;
      },
    }));
  return {
    port: server.addr.port ?? null,
    async stop() {
      const timer = setTimeout(() => ending.abort(), STOP_MS);
      await server.shutdown();
      clearTimeout(timer);
    },
  };
}
