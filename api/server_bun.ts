import { TssyncError } from "../src/core/error.ts";
import type { Socket, SocketHandlers } from "./connection.ts";
import type { ListenOn, RequestHandler, RuntimeServer, SilenceLimits } from "./listener.ts";
import { problemResponse } from "./problem.ts";

/** The routes refuse large bodies themselves, with a problem document; Bun's own bound would answer without one. */
const BODY_BYTES_MAX = Number.MAX_SAFE_INTEGER;
/** How long running requests may take to end when the server stops. */
const STOP_MS = 1_000;

/** What a WebSocket carries with it. */
type Upgraded = { readonly handlers: SocketHandlers; socket: Socket | null };

/** Frames from clients are small. */
const FRAME_BYTES_MAX = 65_536;

const websocket: Bun.WebSocketHandler<Upgraded> = {
  maxPayloadLength: FRAME_BYTES_MAX,
  // Who writes looks at what is buffered; nothing may be dropped.
  backpressureLimit: 64 * 1024 * 1024,
  open(ws) {
    ws.data.socket = {
      send: (frames) =>
        ws.cork(() => {
          for (const frame of frames) ws.send(frame);
        }),
      close: (code, reason) => ws.close(code, reason),
      buffered: () => ws.getBufferedAmount(),
    };
    ws.data.handlers.onOpen(ws.data.socket);
  },
  message(ws, message) {
    if (ws.data.socket !== null) ws.data.handlers.onText(ws.data.socket, String(message));
  },
  close: (ws) => ws.data.handlers.onClose(),
};

/** The API on Bun's server. */
export function startBunServer(on: ListenOn, handler: RequestHandler, silence: SilenceLimits): RuntimeServer {
  const shared = {
    development: false,
    maxRequestBodySize: BODY_BYTES_MAX,
    websocket: { ...websocket, idleTimeout: silence.socketSeconds },
    async fetch(request: Request, server: Bun.Server<Upgraded>) {
      let isUpgraded = false;
      const response = await handler(request, {
        transport: on.transport,
        peer: () => server.requestIP(request)?.address ?? null,
        upgrade(protocol, handlers) {
          const headers: Record<string, string> = protocol === null ? {} : { "sec-websocket-protocol": protocol };
          isUpgraded = server.upgrade(request, { data: { handlers, socket: null }, headers });
          if (isUpgraded) return new Response(null);
          throw new TssyncError("REQUEST_INVALID", "The request is no WebSocket handshake");
        },
        // Bun would otherwise cut a request that is silent for `idleTimeout`. On a unix socket it takes no notice of this.
        keepOpen: () => server.timeout(request, 0),
      });
      return isUpgraded ? undefined : response;
    },
    error: () => problemResponse(new TssyncError("INTERNAL", "The request failed inside tssync; the log says why")),
  };
  const server = on.transport === "unix" ? Bun.serve(unlimited({ ...shared, unix: on.path })) : Bun.serve({
    ...shared,
    hostname: on.host === "localhost" ? "127.0.0.1" : on.host,
    port: on.port,
    idleTimeout: silence.requestSeconds,
    ...(on.tls === undefined || on.tls === null ? {} : { tls: on.tls }),
    // Said, because Bun takes `development: false` for leave to share the port with another process.
    reusePort: false,
  });
  return {
    port: server.port ?? null,
    async stop() {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOP_MS);
      });
      await Promise.race([server.stop(), late]);
      clearTimeout(timer);
      await server.stop(true);
    },
  };
}

/** On the unix socket every connection may stay silent: Bun heeds the option there, though its types do not know it. */
function unlimited<T>(options: T): T {
  return { ...options, idleTimeout: 0 };
}
