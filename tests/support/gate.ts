import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a port that can be closed: connections then hang, and go on when it is opened. */
export type Gate = AsyncDisposable & {
  readonly port: number;
  close(): void;
  open(): void;
};

/** Use as `await using gate = await gateTo(daemon.port)`; it is open. */
export async function gateTo(target: number): Promise<Gate> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isOpen = true;
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near]] as const) {
      from.on("data", (chunk) => {
        if (!to.write(chunk)) from.pause();
      });
      to.on("drain", () => isOpen && from.resume());
      from.on("end", () => to.end());
      from.on("error", () => to.destroy());
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
      if (!isOpen) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      isOpen = false;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    open() {
      isOpen = true;
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await closed;
    },
  };
}
