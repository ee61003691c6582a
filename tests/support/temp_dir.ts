import { spawnSync } from "node:child_process";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory of a test's own, removed with all that is in it when the test's scope ends. */
export type TempDir = AsyncDisposable & {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** An absolute path below it; nothing is created. */
  at(...names: string[]): string;
};

/** Use as `await using dir = await tempDir()`. */
export async function tempDir(): Promise<TempDir> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "tssync-test-")));
  return {
    path,
    at: (...names) => join(path, ...names),
    [Symbol.asyncDispose]: () => remove(path),
  };
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A failed test may leave files immutable or directories closed, and the runtimes stumble over names that are not UTF-8.
    spawnSync("chattr", ["-R", "-i", "-a", "--", path], { stdio: "ignore" });
    spawnSync("chmod", ["-R", "u+rwX", "--", path], { stdio: "ignore" });
    const { status, stderr } = spawnSync("rm", ["-rf", "--", path], { encoding: "utf8" });
    if (status !== 0) throw new Error(`Cannot remove the test directory ${path}: ${stderr}`);
  }
}
