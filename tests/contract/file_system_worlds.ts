import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { nodeFileSystem } from "../../src/adapters/file_system.ts";
import { loadFileSystem } from "../../src/adapters/load_libc.ts";
import { textToBytePath } from "../../src/core/path.ts";
import type { BytePath } from "../../src/core/path.ts";
import type { FileSystem } from "../../src/ports.ts";
import { MemoryDisk } from "../support/memory/memory_disk.ts";
import { realDisk } from "../support/real_disk.ts";
import { removeTree } from "../support/test_disk.ts";
import type { TestDisk } from "../support/test_disk.ts";

/** A file system in an empty directory. */
export type FileSystemWorld = Disposable & {
  readonly fileSystem: FileSystem;
  readonly disk: TestDisk;
  at(path: string): BytePath;
  /** Returns when the clock of the file system has gone on. */
  passTime(): void;
};

const libcFileSystem = await loadFileSystem();

export const FILE_SYSTEM_WORLDS: Readonly<Record<string, () => FileSystemWorld>> = {
  node: realWorld,
  libc: () => realWorld(libcFileSystem),
  memory: memoryWorld,
};

export function realWorld(fileSystem = nodeFileSystem): FileSystemWorld {
  const root = textToBytePath(mkdtempSync(`${tmpdir()}/tssync-files-`));
  const clock = textToBytePath(mkdtempSync(`${tmpdir()}/tssync-clock-`));
  const tick = () => {
    realDisk.chmod(clock, 0o700);
    return nodeFileSystem.lstat(clock)!.ctimeMs;
  };
  return {
    fileSystem,
    disk: realDisk,
    at: (path) => (path === "" ? root : `${root}/${path}`) as BytePath,
    passTime() {
      const startMs = tick();
      while (tick() === startMs);
    },
    [Symbol.dispose]() {
      removeTree(realDisk, root);
      removeTree(realDisk, clock);
    },
  };
}

function memoryWorld(): FileSystemWorld {
  let nowMs = 1_700_000_000_000;
  const disk = new MemoryDisk({ now: () => nowMs });
  disk.mkdirs("/srv/root" as BytePath);
  return {
    fileSystem: disk,
    disk,
    at: (path) => (path === "" ? "/srv/root" : `/srv/root/${path}`) as BytePath,
    passTime: () => nowMs += 4.125,
    [Symbol.dispose]() {},
  };
}
