import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tempDir } from "./temp_dir.ts";
import { bindMount, mountTmpfs } from "./tmpfs.ts";

/** This machine's root directory with a layer of its own above it: what is changed in there is gone afterwards. */
export type OverlayRoot = AsyncDisposable & {
  /** Where the root is seen. */
  readonly path: string;
  /** Holds everything that was changed, and nothing else. */
  readonly changes: string;
  /** Runs a program in it. */
  run(
    program: string,
    ...args: string[]
  ): { readonly status: number | null; readonly stdout: string; readonly stderr: string };
};

/** Null where this machine does not let the tests mount such a thing. */
export async function overlayRoot(): Promise<OverlayRoot | null> {
  const stack = new AsyncDisposableStack();
  try {
    const dir = stack.use(await tempDir());
    mkdirSync(dir.at("disk"));
    stack.use(mountTmpfs(dir.at("disk"), "1g"));
    const [changes, work, path] = ["disk/changes", "disk/work", "disk/root"].map((name) => dir.at(name)) as [
      string,
      string,
      string,
    ];
    for (const name of [changes, work, path]) mkdirSync(name);
    const options = `lowerdir=/,upperdir=${changes},workdir=${work}`;
    const { status } = spawnSync("mount", ["-t", "overlay", "-o", options, "overlay", path]);
    if (status !== 0) {
      await stack.disposeAsync();
      return null;
    }
    stack.defer(() => void spawnSync("umount", ["-l", path]));
    stack.use(bindMount("/proc", `${path}/proc`));
    // Not the machine's own /dev, where a package's script could change something for good.
    stack.use(mountTmpfs(`${path}/dev`, "1m"));
    for (const [name, minor] of [["null", 3], ["zero", 5], ["random", 8], ["urandom", 9]] as const) {
      spawnSync("mknod", ["-m", "666", `${path}/dev/${name}`, "c", "1", String(minor)]);
    }
    return {
      path,
      changes,
      run: (program, ...args) => spawnSync("chroot", [path, program, ...args], { encoding: "utf8" }),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
