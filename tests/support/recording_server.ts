import { createServer, type Server, type Socket } from "node:net";

/** A TCP server of a test's own on 127.0.0.1: it keeps what it was sent and says what it is told to say. */
export type RecordingServer = AsyncDisposable & {
  readonly port: number;
  /** What each connection brought, one character per byte, in order of their ends or answers. */
  readonly received: string[];
  /** How many connections are open now, and how many were at most. */
  readonly open: { now: number; most: number };
  /** From now on. `down`: nobody listens. */
  behave(how: Behaviour): Promise<void>;
};

export type Behaviour =
  | "down"
  /** Reads to the end and says nothing. */
  | { readonly kind: "listen" }
  /** Reads an HTTP request and answers it; null: never. */
  | {
    readonly kind: "http";
    readonly answer: (request: string, count: number) => string | Uint8Array[] | null;
    readonly delayMs?: number;
  };

/** An answer of HTTP, closed behind it. */
export function httpAnswer(status: number, headers: Readonly<Record<string, string>> = {}, body = ""): string {
  const lines = Object.entries({ "Content-Length": String(body.length), ...headers }).map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  return `HTTP/1.1 ${status} Said\r\n${lines.join("")}Connection: close\r\n\r\n${body}`;
}

export async function recordingServer(first: Behaviour): Promise<RecordingServer> {
  const received: string[] = [];
  const open = { now: 0, most: 0 };
  const sockets = new Set<Socket>();
  let behaviour = first;
  let port = 0;
  let server: Server | null = null;

  function serve(socket: Socket): void {
    sockets.add(socket);
    open.now++;
    open.most = Math.max(open.most, open.now);
    let bytes = "";
    let isAnswered = false;
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      open.now--;
    });
    socket.on("data", (chunk: Buffer) => {
      bytes += chunk.toString("latin1");
      if (typeof behaviour === "string" || behaviour.kind !== "http" || isAnswered || !isWholeRequest(bytes)) return;
      isAnswered = true;
      received.push(bytes);
      const answer = behaviour.answer(bytes, received.length);
      if (answer === null) return;
      const say = () => {
        if (typeof answer === "string") return void socket.end(Buffer.from(answer, "latin1"));
        endless(socket, answer);
      };
      if (behaviour.delayMs === undefined) say();
      else setTimeout(say, behaviour.delayMs);
    });
    socket.on("end", () => {
      if (!isAnswered) received.push(bytes);
      socket.end();
    });
  }

  async function listen(): Promise<void> {
    server = createServer({ allowHalfOpen: true }, serve);
    await new Promise<void>((resolve, reject) => {
      server!.once("error", reject);
      server!.listen(port, "127.0.0.1", resolve);
    });
    port = (server.address() as { port: number }).port;
  }

  async function close(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    const closing = server;
    server = null;
    if (closing !== null) await new Promise<void>((resolve) => void closing.close(() => resolve()));
  }

  await listen();
  if (first === "down") await close();
  return {
    get port() {
      return port;
    },
    received,
    open,
    async behave(how) {
      behaviour = how;
      if (how === "down") await close();
      else if (server === null) await listen();
    },
    [Symbol.asyncDispose]: close,
  };
}

function isWholeRequest(bytes: string): boolean {
  const head = bytes.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const length = Number(/^content-length: *(\d+)/im.exec(bytes.slice(0, head))?.[1] ?? 0);
  return bytes.length >= head + 4 + length;
}

/** The head, then the same bytes again and again, as long as somebody listens. */
function endless(socket: Socket, [head, more]: readonly Uint8Array[]): void {
  socket.write(head!);
  const push = () => {
    while (!socket.destroyed && socket.write(more!));
  };
  socket.on("drain", push);
  push();
}
