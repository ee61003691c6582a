import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system in memory, mounted for a test. Leaving its scope unmounts it, however often and wherever it was moved. */
export type Tmpfs = Disposable & {
  readonly path: string;
};

/** Mounts a new one. Use as `using disk = mountTmpfs(dir.at("disk"), "1m")`; the directory must exist. */
export function mountTmpfs(path: string, size = "64m"): Tmpfs {
  mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path);
  return { path, [Symbol.dispose]: () => unmountAll(path) };
}

/** Shows what is mounted at `from` at `to` as well: the same file system with the same inodes. */
export function bindMount(from: string, to: string): Tmpfs {
  mount("--bind", from, to);
  return { path: to, [Symbol.dispose]: () => unmountAll(to) };
}

/** Takes the topmost mount away at once, whoever still uses it (`umount -l`). */
export function unmount(path: string): void {
  const { status, stderr } = spawnSync("umount", ["-l", path], { encoding: "utf8" });
  if (status !== 0) throw new Error(`umount -l ${path} ended with ${status}: ${stderr}`);
}

/** Whether this machine lets the tests mount anything. Where it does not, whoever asks says what is left out. */
export function canMount(): boolean {
  const path = mkdtempSync(join(tmpdir(), "tssync-mount-"));
  try {
    using _probe = mountTmpfs(path);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(path);
  }
}

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`mount ${args.join(" ")} ended with ${status}: ${stderr}`);
}

function unmountAll(path: string): void {
  while (spawnSync("umount", ["-l", path], { stdio: "ignore" }).status === 0);
}
