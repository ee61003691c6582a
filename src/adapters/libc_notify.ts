/** What the C library knows that a service manager wants: datagrams to a socket of the file system, and its clock. */
import { Buffer } from "node:buffer";

/** Functions of the C library by their parameters; every result is taken as an `int`. `libc_*.ts` open them. */
export const NOTIFY_FUNCTIONS = {
  socket: ["int", "int", "int"],
  sendto: ["int", "buffer", "size", "int", "buffer", "int"],
  close: ["int"],
  clock_gettime: ["int", "buffer"],
} as const;

export type NotifyCalls = {
  socket(domain: number, type: number, protocol: number): number;
  sendto(fd: number, bytes: Uint8Array, size: number, flags: number, address: Uint8Array, addressSize: number): number;
  close(fd: number): number;
  clock_gettime(clock: number, time: Uint8Array): number;
};

export interface LibcNotify {
  /** Sends one datagram to a Unix socket: a path, or an abstract name after `@`. False when nobody takes it. */
  sendDatagram(address: string, text: string): boolean;
  /** CLOCK_MONOTONIC in microseconds: the one that systemd compares with. */
  monotonicUsec(): bigint;
}

const AF_UNIX = 1;
/** `SOCK_DGRAM | SOCK_CLOEXEC`. */
const SOCK_DATAGRAM = 2 | 0o2000000;
const MSG_NOSIGNAL = 0x4000;
const CLOCK_MONOTONIC = 1;
/** `sun_path` holds 108 bytes, a path with its NUL. */
const PATH_BYTES_MAX = 107;

export function libcNotify(calls: NotifyCalls): LibcNotify {
  return {
    sendDatagram(name, text) {
      const address = unixAddress(name);
      if (address === null) return false;
      const fd = calls.socket(AF_UNIX, SOCK_DATAGRAM, 0);
      if (fd < 0) return false;
      const bytes = Buffer.from(text, "utf8");
      const sent = calls.sendto(fd, bytes, bytes.length, MSG_NOSIGNAL, address, address.length);
      calls.close(fd);
      return sent === bytes.length;
    },
    monotonicUsec() {
      const time = new BigInt64Array(2);
      calls.clock_gettime(CLOCK_MONOTONIC, new Uint8Array(time.buffer));
      return time[0]! * 1_000_000n + time[1]! / 1_000n;
    },
  };
}

/** `struct sockaddr_un`: the family, then the path with its NUL, or a NUL with the abstract name. Null: no such address. */
export function unixAddress(name: string): Uint8Array | null {
  const path = Buffer.from(name, "utf8");
  if (path.length < 2 || path.length > PATH_BYTES_MAX) return null;
  const family = Buffer.from(new Uint8Array(new Uint16Array([AF_UNIX]).buffer));
  if (name.startsWith("@")) return Buffer.concat([family, Buffer.from([0]), path.subarray(1)]);
  return name.startsWith("/") ? Buffer.concat([family, path, Buffer.from([0])]) : null;
}
