/** Where a case of `rsync_cases.ts` can run: on the real rsync or on its twin, to a directory or to a daemon. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { openRsyncRunner } from "../../src/adapters/rsync_runner.ts";
import type { BytePath, RelPath } from "../../src/core/path.ts";
import { absolutePath, ROOT, textToBytePath } from "../../src/core/path.ts";
import type { RsyncTarget } from "../../src/core/rsync_command.ts";
import { destination } from "../../src/core/rsync_command.ts";
import type { RsyncRunner } from "../../src/ports.ts";
import { MemoryClock } from "../support/memory/memory_clock.ts";
import { MemoryDisk } from "../support/memory/memory_disk.ts";
import { type MemoryRemote, MemoryRsync } from "../support/memory/memory_rsync.ts";
import { realDisk } from "../support/real_disk.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import type { TestDisk } from "../support/test_disk.ts";
import type { Sample, Samples } from "./rsync_cases.ts";
import { OLD_MS } from "./rsync_cases.ts";

/** One case's place in a world: its own source and target, both empty. */
export type RsyncPlace = {
  readonly runner: RsyncRunner;
  readonly env: Readonly<Record<string, string>>;
  readonly disk: TestDisk;
  readonly source: BytePath;
  readonly target: BytePath;
  readonly address: RsyncTarget;
  /** Makes an entry of the target immutable. False where the file system cannot. */
  refuse(path: RelPath): boolean;
  until<T>(promise: Promise<T>): Promise<T>;
};

export type RsyncWorld = AsyncDisposable & {
  /** `name`: a file name. */
  place(name: string): RsyncPlace;
};

export type Reach = RsyncTarget["kind"];

const MODULE = "backup";

/** In ssh's place: runs on this machine what comes after the options and the host. */
const SSH_SCRIPT = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    -o) shift 2 ;;
    *) break ;;
  esac
done
shift
exec "$@"
`;

export async function realWorld(reach: Reach): Promise<RsyncWorld> {
  const dir = await tempDir();
  const roots = textToBytePath(dir.at("targets"));
  realDisk.mkdir(roots);
  const daemon = reach === "daemon" ? await rsyncDaemon([{ name: MODULE, path: roots }]) : null;
  writeFileSync(dir.at("ssh"), SSH_SCRIPT, { mode: 0o755 });
  const immutable: string[] = [];
  return {
    place: (name) => {
      const [source, target] = [textToBytePath(dir.at(name)), `${roots}/${name}` as BytePath];
      for (const root of [source, target]) realDisk.mkdir(root);
      return {
        runner: openRsyncRunner(),
        env: { PATH: `${dir.path}:${process.env["PATH"]}` },
        disk: realDisk,
        source,
        target,
        address: addressOf(reach, { target, name, port: daemon?.port ?? 0 }),
        refuse: (path) => {
          const { status } = spawnSync("chattr", ["+i", "--", absolutePath(target, path)]);
          if (status === 0) immutable.push(absolutePath(target, path));
          return status === 0;
        },
        until: (promise) => promise,
      };
    },
    [Symbol.asyncDispose]: async () => {
      if (immutable.length > 0) spawnSync("chattr", ["-i", "--", ...immutable]);
      await daemon?.[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

export function memoryWorld(reach: Reach): RsyncWorld {
  return { place: (name) => memoryPlace(reach, name), [Symbol.asyncDispose]: () => Promise.resolve() };
}

function memoryPlace(reach: Reach, name: string): RsyncPlace {
  const clock = new MemoryClock();
  const disk = new MemoryDisk({ now: () => clock.wallMs() });
  const [source, target] = [textToBytePath("/source"), textToBytePath(`/${name}`)];
  for (const root of [source, target]) disk.mkdir(root);
  const address = addressOf(reach, { target, name, port: 873 });
  const refused = new Set<RelPath>();
  const remote: MemoryRemote = { disk, root: target, kind: reach, isReachable: true, refused };
  return {
    runner: new MemoryRsync({ clock, disk, remotes: new Map([[destination(address), remote]]) }),
    env: {},
    disk,
    source,
    target,
    address,
    refuse: (path) => refused.add(path) !== null,
    until: async (promise) => {
      let isSettled = false;
      const settle = () => {
        isSettled = true;
      };
      promise.then(settle, settle);
      await clock.advanceUntil(() => isSettled);
      return promise;
    },
  };
}

type Place = { readonly target: BytePath; readonly name: string; readonly port: number };

function addressOf(reach: Reach, { target, name, port }: Place): RsyncTarget {
  switch (reach) {
    case "local":
      return { kind: "local", path: target };
    case "ssh":
      return { kind: "ssh", host: "host", port: null, user: null, identityFile: null, options: [], path: target };
    case "daemon":
      return { kind: "daemon", host: "127.0.0.1", port, user: null, passwordFile: null, module: MODULE, path: name };
  }
}

/** Builds a tree below `root`, everything as old as its sample says. */
export function buildSamples(disk: TestDisk, root: BytePath, samples: Samples): void {
  const entries = Object.entries(samples).map(([path, sample]) =>
    [absolutePath(root, path as RelPath), sample] as const
  );
  for (const [at, sample] of entries) {
    if (at !== root) create(disk, at, sample);
    if (sample !== null && typeof sample === "object" && "permissions" in sample) disk.chmod(at, sample.permissions);
  }
  disk.utimes(root, OLD_MS);
  // At last, since whatever is made in a directory makes it younger.
  for (const [at, sample] of entries) disk.utimes(at, mtimeOf(sample));
}

function create(disk: TestDisk, at: BytePath, sample: Sample): void {
  if (sample === null) disk.mkdir(at);
  else if (typeof sample === "string") disk.write(at, sample);
  else if ("link" in sample) disk.symlink(sample.link, at);
  else if ("fifo" in sample) disk.mkfifo(at);
  else if ("directory" in sample) disk.mkdir(at);
  else disk.write(at, sample.file);
}

function mtimeOf(sample: Sample): number {
  return sample === null || typeof sample === "string" ? OLD_MS : sample.mtimeMs ?? OLD_MS;
}

/** After this everything was written by the run itself. */
const NOW_MS = Date.UTC(2024, 0, 1);

/** A tree as lines `path kind permissions mtime content`. */
export function treeLines(disk: TestDisk, root: BytePath, directory: RelPath = ROOT): string[] {
  const { mode, mtimeMs } = disk.lstat(absolutePath(root, directory))!;
  const lines = directory === ROOT ? [`./ directory ${(mode & 0o7777).toString(8)} ${timeOf(mtimeMs)}`] : [];
  for (const { name } of disk.readDirectory(absolutePath(root, directory)) ?? []) {
    const path = (directory === ROOT ? name : `${directory}/${name}`) as RelPath;
    const at = absolutePath(root, path);
    const stat = disk.lstat(at)!;
    const content = stat.kind === "file" || stat.kind === "symlink" ? ` ${disk.read(at)}` : "";
    lines.push(`${path} ${stat.kind} ${(stat.mode & 0o7777).toString(8)} ${timeOf(stat.mtimeMs)}${content}`);
    if (stat.kind === "directory") lines.push(...treeLines(disk, root, path));
  }
  return lines.sort();
}

function timeOf(mtimeMs: number): string {
  return mtimeMs < NOW_MS ? new Date(mtimeMs).toISOString() : "now";
}
