/** A Unix datagram socket that keeps what it is sent, as a service manager would. No runtime has one: through the C library. */
import { dlopen } from "bun:ffi";
import { rmSync } from "node:fs";
import { unixAddress } from "../../src/adapters/libc_notify.ts";

const { symbols: libc } = dlopen("libc.so.6", {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  bind: { args: ["i32", "ptr", "i32"], returns: "i32" },
  recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
});

const AF_UNIX = 1;
const SOCK_DATAGRAM = 2 | 0o2000000;
const MSG_DONTWAIT = 0x40;

export type NotifySocket = Disposable & {
  /** Every datagram so far, in order. */
  messages(): readonly string[];
};

/** Use as `using manager = notifySocket(path)`; `@name` is an abstract one. */
export function notifySocket(address: string): NotifySocket {
  const fd = libc.socket(AF_UNIX, SOCK_DATAGRAM, 0);
  const bytes = unixAddress(address);
  if (fd < 0 || bytes === null || libc.bind(fd, bytes, bytes.length) !== 0) throw new Error(`Cannot bind ${address}`);
  const received: string[] = [];
  const buffer = new Uint8Array(4096);
  return {
    messages: () => {
      for (;;) {
        const length = libc.recv(fd, buffer, BigInt(buffer.length), MSG_DONTWAIT);
        if (length < 0) return received;
        received.push(new TextDecoder().decode(buffer.subarray(0, length)));
      }
    },
    [Symbol.dispose]: () => {
      libc.close(fd);
      if (address.startsWith("/")) rmSync(address, { force: true });
    },
  };
}
