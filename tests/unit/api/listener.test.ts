import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../../../api/connection.ts";
import { isLoopback, listen } from "../../../api/listener.ts";
import type { Listener } from "../../../api/listener.ts";

let directory: string;
let open: Listener[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tssync-listener-"));
  open = [];
});

afterEach(async () => {
  await Promise.all(open.map((listener) => listener.stop()));
  rmSync(directory, { recursive: true, force: true });
});

async function listening(...args: Parameters<typeof listen>): Promise<Listener> {
  const listener = await listen(...args);
  open.push(listener);
  return listener;
}

const echoTransport = (_request: Request, connection: Connection) => new Response(connection.transport);

function getOverSocket(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: "/", agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      }).on("end", () => resolve(text));
    });
    sent.on("error", reject).end();
  });
}

test("listen() on a unix socket serves there, with mode 0600, and removes the file when it stops", async () => {
  const path = join(directory, "s.sock");
  const listener = await listening({ transport: "unix", path }, echoTransport);
  expect(listener.address).toBe(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await getOverSocket(path)).toBe("unix");
  await listener.stop();
  expect(existsSync(path)).toBe(false);
});

test("listen() leaves the umask as it was", async () => {
  const umask = process.umask();
  await listening({ transport: "unix", path: join(directory, "s.sock") }, echoTransport);
  expect(process.umask()).toBe(umask);
});

test("listen() on TCP names the address with the real port", async () => {
  const listener = await listening({ transport: "tcp", host: "127.0.0.1", port: 0 }, echoTransport);
  expect(listener.address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
  expect(await (await fetch(`http://${listener.address}/`)).text()).toBe("tcp");
});

test("listen() on localhost is reachable at 127.0.0.1", async () => {
  const listener = await listening({ transport: "tcp", host: "localhost", port: 0 }, echoTransport);
  const port = listener.address.split(":")[1];
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("tcp");
});

test("listen() refuses a port that is in use, names the address and the cure", async () => {
  const { address } = await listening({ transport: "tcp", host: "127.0.0.1", port: 0 }, echoTransport);
  const second = listen({ transport: "tcp", host: "127.0.0.1", port: Number(address.split(":")[1]) }, echoTransport);
  await expect(second).rejects.toMatchObject({ code: "LISTEN_REFUSED" });
  await expect(second).rejects.toThrow(`Cannot listen on ${address}: the port is in use`);
  await expect(second).rejects.toThrow("--listen");
});

test("listen() refuses an address that is not this machine's", async () => {
  const refused = listen({ transport: "tcp", host: "192.0.2.1", port: 8008 }, echoTransport);
  await expect(refused).rejects.toThrow("Cannot listen on 192.0.2.1:8008: this machine has no such address");
});

test("listen() refuses a socket on which somebody listens, and leaves it alone", async () => {
  const path = join(directory, "s.sock");
  await listening({ transport: "unix", path }, echoTransport);
  await expect(listen({ transport: "unix", path }, echoTransport)).rejects.toThrow("another process listens there");
  expect(await getOverSocket(path)).toBe("unix");
});

test("listen() takes the place of a socket that a killed process left behind", async () => {
  const path = join(directory, "s.sock");
  const killed = Bun.spawnSync([
    process.execPath,
    "-e",
    `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`,
  ]);
  expect(killed.signalCode).toBe("SIGKILL");
  expect(statSync(path).isSocket()).toBe(true);
  await listening({ transport: "unix", path }, echoTransport);
  expect(await getOverSocket(path)).toBe("unix");
});

test("listen() refuses a path where something else lies, and does not remove it", async () => {
  const path = join(directory, "s.sock");
  writeFileSync(path, "precious");
  await expect(listen({ transport: "unix", path }, echoTransport)).rejects.toThrow("something that is no socket");
  expect(existsSync(path)).toBe(true);
});

test("listen() says what to do about a socket path that is too long", async () => {
  const refused = listen({ transport: "unix", path: join(directory, "x".repeat(120)) }, echoTransport);
  await expect(refused).rejects.toThrow("a socket's path may have 107 bytes");
});

test("Listener.stop() ends although a request never ends", async () => {
  let asked = () => {};
  const waiting = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const listener = await listening({ transport: "tcp", host: "127.0.0.1", port: 0 }, () => {
    asked();
    return new Promise<Response>(() => {});
  });
  const cut = fetch(`http://${listener.address}/`).then(() => "answered", () => "cut");
  await waiting;
  await listener.stop();
  expect(await cut).toBe("cut");
});

test("isLoopback() knows the addresses that only this machine can reach", () => {
  for (const host of ["localhost", "127.0.0.1", "127.8.9.10", "::1", "[::1]"]) expect(isLoopback(host)).toBe(true);
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.example", "localhost.example", "1127.0.0.1"]) {
    expect(isLoopback(host)).toBe(false);
  }
});
