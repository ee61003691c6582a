import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { freePort } from "./free_port.ts";
import { greets } from "./greeting.ts";
import { killTree } from "./process_tree.ts";
import { tempDir } from "./temp_dir.ts";
import { waitUntil } from "./wait_until.ts";

/** A real sshd on loopback which lets in the user who runs the tests, with one key. */
export type SshServer = AsyncDisposable & {
  readonly port: number;
  readonly user: string;
  /** The client's private key (mode 0600). */
  readonly keyPath: string;
  /** Holds the server's host key, so that strict checking passes. */
  readonly knownHostsPath: string;
  /** Options for `ssh` which make it reach this server and read no configuration of the user: without program and host. */
  readonly options: readonly string[];
  /** Program and options as one string for `rsync -e`; no word of it holds a space. */
  readonly rsh: string;
  /** `user@127.0.0.1:path` for rsync. */
  target(path: string): string;
  log(): Promise<string>;
  /** Ends the server and every session. */
  stop(): Promise<void>;
};

/**
 * Use as `await using server = await sshServer()`. It accepts connections when this returns. `path`: what PATH is to be there.
 */
export async function sshServer({ path }: { readonly path?: string } = {}): Promise<SshServer> {
  const dir = await tempDir();
  const port = await freePort();
  // Not userInfo(): Bun takes the name from $USER, which a bare environment lacks.
  const user = execFileSync("id", ["-un"], { encoding: "utf8" }).trim();
  const hostKey = dir.at("host_key");
  const keyPath = dir.at("client_key");
  const knownHostsPath = dir.at("known_hosts");
  for (const path of [hostKey, keyPath]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path]);
  }
  await writeFile(knownHostsPath, `[127.0.0.1]:${port} ${await readFile(`${hostKey}.pub`, "utf8")}`);
  await writeFile(
    dir.at("sshd_config"),
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${keyPath}.pub`,
      "AuthenticationMethods publickey",
      "PermitRootLogin prohibit-password",
      // The directory of a test lies in /tmp, which everybody may write to.
      "StrictModes no",
      "UsePAM no",
      "UseDNS no",
      "PidFile none",
      "MaxStartups 100:30:200",
      "LogLevel VERBOSE",
      ...(path === undefined ? [] : [`SetEnv PATH=${path}`]),
      "",
    ].join("\n"),
  );
  // sshd of root refuses to start without it; the service's own start script makes it elsewhere.
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });

  const argv = ["-D", "-f", dir.at("sshd_config"), "-E", dir.at("sshd.log")];
  const child = spawn("/usr/sbin/sshd", argv, { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  child.on("error", (error) => {
    errors += error.message;
  });
  const log = () => readFile(dir.at("sshd.log"), "utf8");
  const stop = async () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    await killTree(child.pid, "SIGKILL");
    await ended;
  };
  const dispose = async () => {
    await stop();
    await dir[Symbol.asyncDispose]();
  };
  await waitUntil(`sshd to answer on port ${port}`, async () => {
    if (child.exitCode !== null || child.pid === undefined) {
      throw new Error(`sshd ended with code ${child.exitCode}: ${errors}${await log().catch(() => "")}`);
    }
    return await greets(port, "SSH-2.0-");
  }).catch(async (error) => {
    await dispose();
    throw error;
  });

  const settings = [
    `UserKnownHostsFile=${knownHostsPath}`,
    "GlobalKnownHostsFile=none",
    "StrictHostKeyChecking=yes",
    "IdentitiesOnly=yes",
    "BatchMode=yes",
  ];
  const options = ["-F", "none", "-p", String(port), "-i", keyPath, ...settings.flatMap((setting) => ["-o", setting])];
  return {
    port,
    user,
    keyPath,
    knownHostsPath,
    options,
    rsh: ["ssh", ...options].join(" "),
    target: (path) => `${user}@127.0.0.1:${path}`,
    log,
    stop,
    [Symbol.asyncDispose]: dispose,
  };
}
