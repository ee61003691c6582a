import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { freePort } from "./free_port.ts";
import { greets } from "./greeting.ts";
import { killTree } from "./process_tree.ts";
import { tempDir } from "./temp_dir.ts";
import { waitUntil } from "./wait_until.ts";

/** One module of a daemon. */
export type RsyncModule = {
  readonly name: string;
  /** The directory it serves; created where it is missing. */
  readonly path: string;
  readonly readOnly?: boolean;
  /** Names and passwords; without it nobody has to give one. */
  readonly users?: Readonly<Record<string, string>>;
  readonly maxConnections?: number;
  /** More lines of rsyncd.conf, as `{"refuse options": "delete"}`. */
  readonly settings?: Readonly<Record<string, string>>;
};

/** A real `rsync --daemon` on loopback. */
export type RsyncDaemon = AsyncDisposable & {
  readonly port: number;
  /** `rsync://user@127.0.0.1:port/module/`; the user is left out where the module asks for none. */
  url(module: string): string;
  /** A file with the password of the module's first user, as `--password-file` wants it (mode 0600). */
  passwordFile(module: string): string;
  /** What the daemon has logged so far. */
  log(): Promise<string>;
  /** Ends the daemon and its running connections at once. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts it again, on the same port with the same modules. */
  start(): Promise<void>;
};

/** Use as `await using daemon = await rsyncDaemon([{ name: "data", path }])`. It accepts connections when this returns. */
export async function rsyncDaemon(modules: readonly RsyncModule[]): Promise<RsyncDaemon> {
  const dir = await tempDir();
  const port = await freePort();
  const logPath = dir.at("rsyncd.log");
  const passwordFile = (name: string) => dir.at(`${name}.password`);
  for (const module of modules) {
    await mkdir(module.path, { recursive: true });
    if (module.users === undefined) continue;
    const users = Object.entries(module.users);
    const secrets = users.map(([user, password]) => `${user}:${password}\n`).join("");
    await writeFile(dir.at(`${module.name}.secrets`), secrets, { mode: 0o600 });
    await writeFile(passwordFile(module.name), `${users[0]?.[1]}\n`, { mode: 0o600 });
  }
  await writeFile(dir.at("rsyncd.conf"), configuration(modules, { port, logPath, folder: dir.path }));

  let child: ChildProcess | null = null;
  const start = async () => {
    const started = spawn("rsync", ["--daemon", "--no-detach", `--config=${dir.at("rsyncd.conf")}`], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let errors = "";
    started.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    started.on("error", (error) => {
      errors += error.message;
    });
    child = started;
    await waitUntil(`rsync --daemon to answer on port ${port}`, async () => {
      if (started.exitCode !== null || started.pid === undefined) {
        const log = await readFile(logPath, "utf8").catch(() => "");
        throw new Error(`rsync --daemon ended with code ${started.exitCode}: ${errors}${log}`);
      }
      return await greets(port, "@RSYNCD:");
    });
  };
  const stop = async (signal: "SIGTERM" | "SIGKILL" = "SIGTERM") => {
    const running = child;
    child = null;
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, "exit");
    await killTree(running.pid, signal);
    await ended;
  };
  const dispose = async () => {
    await stop("SIGKILL");
    await dir[Symbol.asyncDispose]();
  };
  await start().catch(async (error) => {
    await dispose();
    throw error;
  });
  return {
    port,
    url: (name) => {
      const user = Object.keys(modules.find((module) => module.name === name)?.users ?? {})[0];
      return `rsync://${user === undefined ? "" : `${user}@`}127.0.0.1:${port}/${name}/`;
    },
    passwordFile,
    log: () => readFile(logPath, "utf8"),
    stop,
    start,
    [Symbol.asyncDispose]: dispose,
  };
}

function configuration(
  modules: readonly RsyncModule[],
  { port, logPath, folder }: { port: number; logPath: string; folder: string },
): string {
  const lines = [
    `port = ${port}`,
    "address = 127.0.0.1",
    `log file = ${logPath}`,
    "use chroot = false",
    // Without a chroot rsync would write symbolic links with a prefix, and the trees would differ.
    "munge symlinks = false",
    "reverse lookup = false",
    "transfer logging = true",
  ];
  if (process.getuid?.() === 0) lines.push("uid = 0", "gid = 0");
  for (const module of modules) {
    lines.push(`[${module.name}]`, `path = ${module.path}`, `read only = ${module.readOnly === true}`);
    if (module.users !== undefined) {
      lines.push(`auth users = ${Object.keys(module.users).join(",")}`);
      lines.push(`secrets file = ${folder}/${module.name}.secrets`);
    }
    if (module.maxConnections !== undefined) {
      lines.push(`max connections = ${module.maxConnections}`, `lock file = ${folder}/${module.name}.lock`);
    }
    for (const [name, value] of Object.entries(module.settings ?? {})) lines.push(`${name} = ${value}`);
  }
  return lines.join("\n") + "\n";
}
