/** The other side: one real `rsync --daemon` on loopback with a module per remote, and what it says it received. */
import { readFile, writeFile } from "node:fs/promises";
import { freePort } from "../tests/support/free_port.ts";
import { greets } from "../tests/support/greeting.ts";
import { waitUntil } from "../tests/support/wait_until.ts";
import { startProcess } from "./started_process.ts";

export type Receiver = AsyncDisposable & {
  readonly pid: number;
  readonly port: number;
  /** Module names, one per directory. */
  readonly modules: readonly string[];
  /** `rsync://127.0.0.1:port/module/` */
  url(module: string): string;
  /** What its connections have carried so far; those still open are not in it. */
  traffic(): Promise<Traffic>;
};

export type Traffic = {
  /** Bytes on the wire in both directions, rsync's own framing included, as the daemon counted them. */
  readonly bytes: number;
  /** Connections that began to receive. */
  readonly connections: number;
};

/** Serves `directories`; its files go into `folder`. Files are not logged one by one: that would cost every contender alike. */
export async function startReceiver(folder: string, directories: readonly string[]): Promise<Receiver> {
  const port = await freePort();
  const logPath = `${folder}/rsyncd.log`;
  const modules = directories.map((_directory, index) => `m${index}`);
  const lines = [
    `port = ${port}`,
    "address = 127.0.0.1",
    `log file = ${logPath}`,
    "use chroot = false",
    "munge symlinks = false",
    "reverse lookup = false",
    ...(process.getuid?.() === 0 ? ["uid = 0", "gid = 0"] : []),
    ...directories.flatMap((path, index) => [`[m${index}]`, `path = ${path}`, "read only = false"]),
  ];
  await writeFile(`${folder}/rsyncd.conf`, `${lines.join("\n")}\n`);
  const daemon = await startProcess(["rsync", "--daemon", "--no-detach", `--config=${folder}/rsyncd.conf`]);
  await waitUntil(`rsync --daemon on port ${port}`, () => greets(port, "@RSYNCD:"));
  return {
    pid: daemon.pid,
    port,
    modules,
    url: (module) => `rsync://127.0.0.1:${port}/${module}/`,
    traffic: async () => trafficOf(await readFile(logPath, "latin1")),
    [Symbol.asyncDispose]: () => daemon.stop(),
  };
}

/** A connection that ended well says `sent A bytes  received B bytes`; one that broke says how far it had come. */
function trafficOf(log: string): Traffic {
  let bytes = 0;
  for (const [, sent, received] of log.matchAll(/ sent ([\d,]+) bytes +received ([\d,]+) bytes/g)) {
    bytes += number(sent!) + number(received!);
  }
  for (const [, received] of log.matchAll(/connection unexpectedly closed \((\d+) bytes received/g)) {
    bytes += number(received!);
  }
  return { bytes, connections: log.split("receiving file list").length - 1 };
}

function number(text: string): number {
  return Number(text.replaceAll(",", ""));
}
