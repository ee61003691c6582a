import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isGroupAlive } from "../adapters/process_facts.ts";
import { signalGroup } from "../adapters/process_runner.ts";
import { TssyncError } from "../core/error.ts";

/** A running `rsync --daemon` that takes what is sent to one directory. Disposing ends it. */
export type BackupServer = AsyncDisposable & {
  /** `rsync://127.0.0.1:PORT/MODULE` */
  readonly url: string;
};

/** Another program may take a free port before rsync does. */
const ATTEMPTS = 5;
const LOOK_EVERY_MS = 10;
const GREETING_LOOKS_MAX = 500;
/** After so long it is not asked any more. */
const END_LOOKS_MAX = 200;

/**
 * Starts an rsync daemon on a free port of loopback and looks until it answers. Its module is called like the directory; what
 * belongs to it stands in files beside the directory.
 *
 * @throws TssyncError RSYNC_UNUSABLE with what rsync said.
 */
export async function startBackupServer(directory: string): Promise<BackupServer> {
  let said = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await freePort();
    const log = `${directory}.log`;
    writeFileSync(`${directory}.conf`, configuration(directory, port, log));
    const child = spawn("rsync", ["--daemon", "--no-detach", `--config=${directory}.conf`], {
      // With a socket as its standard input, which a pipe may be, rsync takes itself for a service of inetd.
      stdio: "ignore",
      // A terminal's ^C is for the demo: its servers stay until nothing is on the way to them.
      detached: true,
    });
    child.on("error", (error) => {
      said = error.message;
    });
    if (await answers(child, port)) {
      return { url: `rsync://127.0.0.1:${port}/${basename(directory)}`, [Symbol.asyncDispose]: () => end(child) };
    }
    await end(child);
    said = lastLine(log) ?? said;
  }
  throw new TssyncError(
    "RSYNC_UNUSABLE",
    `Cannot start rsync --daemon on 127.0.0.1 as a backup server: ${said === "" ? "it does not answer" : said}`,
  );
}

function configuration(directory: string, port: number, log: string): string {
  const lines = [
    `port = ${port}`,
    "address = 127.0.0.1",
    `log file = ${log}`,
    "use chroot = false",
    // Without a chroot rsync would change symbolic links.
    "munge symlinks = false",
    "reverse lookup = false",
  ];
  // Root's daemon writes as nobody unless told otherwise, and nobody may not write here.
  if (process.getuid?.() === 0) lines.push("uid = 0", "gid = 0");
  lines.push(`[${basename(directory)}]`, `path = ${directory}`, "read only = false");
  return `${lines.join("\n")}\n`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

async function answers(child: ChildProcess, port: number): Promise<boolean> {
  for (let looks = 0; looks < GREETING_LOOKS_MAX; looks++) {
    if (hasEnded(child)) return false;
    if (await greets(port)) return !hasEnded(child);
    await pause(LOOK_EVERY_MS);
  }
  return false;
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", (chunk) => settle(chunk.toString("latin1").startsWith("@RSYNCD:")));
    socket.once("error", () => settle(false));
    socket.once("close", () => settle(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (!hasEnded(child)) {
    const ended = once(child, "exit");
    signalGroup(pid, "SIGTERM");
    await ended;
  }
  // Whoever it had started for a connection ends with the connection, a moment later.
  for (let looks = 0; isGroupAlive(pid); looks++) {
    if (looks === END_LOOKS_MAX) signalGroup(pid, "SIGKILL");
    await pause(LOOK_EVERY_MS);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function lastLine(log: string): string | null {
  try {
    return readFileSync(log, "utf8").trim().split("\n").at(-1) ?? null;
  } catch {
    return null; // It ended before it wrote one.
  }
}
