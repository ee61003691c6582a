import { type AddressInfo, createServer, type Socket } from "node:net";

/** A request as a vendor's server sees it, byte for byte where that matters. */
export type VendorRequest = {
  readonly method: string;
  /** As it stands in the request line. */
  readonly target: string;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type VendorAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type VendorServer = AsyncDisposable & {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly requests: readonly VendorRequest[];
};

/**
 * A server on a port of its own that answers as `answer` says (null: never), and remembers what it was asked. Spoken by hand, because a
 * runtime's own server knows only the methods of its list and changes what it does not understand.
 */
export async function vendorServer(
  answer: (request: VendorRequest) => VendorAnswer | null | Promise<VendorAnswer | null>,
): Promise<VendorServer> {
  const requests: VendorRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let received = Buffer.alloc(0);
    let isAnswered = false;
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const request = isAnswered ? null : wholeRequest(received);
      if (request === null) return;
      isAnswered = true;
      requests.push(request);
      void Promise.resolve(answer(request)).then((given) => {
        if (given !== null) socket.end(answerBytes(given));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export function headerOf({ headers }: Pick<VendorRequest, "headers">, name: string): string {
  return headers[name.toLowerCase()] ?? "";
}

/** null: there is more to come. */
function wholeRequest(received: Buffer): VendorRequest | null {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [line = "", ...lines] = received.subarray(0, end).toString("latin1").split("\r\n");
  const [method = "", target = ""] = line.split(" ");
  const headers = Object.fromEntries(lines.map((text) => {
    const colon = text.indexOf(":");
    return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()];
  }));
  const length = Number(headers["content-length"] ?? 0);
  const body = received.subarray(end + 4);
  return body.length < length ? null : { method, target, headers, body: body.subarray(0, length).toString("utf8") };
}

function answerBytes({ status, headers = {}, body = "" }: VendorAnswer): Buffer {
  const content = Buffer.from(body, "utf8");
  const all = { ...headers, "Content-Length": String(content.length), Connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Answer\r\n${lines}\r\n`, "latin1"), content]);
}
