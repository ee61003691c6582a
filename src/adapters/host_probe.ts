/** Facts about this machine for `tssync doctor`: it looks, and makes one empty file for a moment in each root. */
import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { RootConfiguration } from "../config/configuration.ts";
import type { HostFacts, RootFacts, StateFacts } from "../core/doctor_host.ts";
import type { PasswordFileFacts } from "../core/doctor_remote.ts";
import { compileFilter } from "../core/filter.ts";
import { IN } from "../core/inotify_event.ts";
import { absolutePath, childPath, pathToText, type RelPath, ROOT } from "../core/path.ts";
import { nodeFileSystem } from "./file_system.ts";
import { openInotifyFactory } from "./inotify_watcher.ts";
import { openRsyncRunner } from "./rsync_runner.ts";

/** A local event takes a millisecond. */
const EVENT_MS_MAX = 2_000;

export async function probeHost(stateDirectory: string): Promise<HostFacts> {
  const rsync = await openRsyncRunner().version().then(
    ({ major, minor, text }) =>
      major < 3 || (major === 3 && minor < 1) ? { trouble: `version ${text} is older than 3.1` } : { version: text },
    (error: unknown) => ({ trouble: messageOf(error) }),
  );
  return {
    rsync,
    watchesMax: readLimit("max_user_watches"),
    instancesMax: readLimit("max_user_instances"),
    queueMax: readLimit("max_queued_events"),
    state: probeState(stateDirectory),
  };
}

function readLimit(name: string): number | null {
  try {
    return Number(readFileSync(`/proc/sys/fs/inotify/${name}`, "latin1"));
  } catch {
    return null;
  }
}

function probeState(directory: string): StateFacts {
  let existing = directory;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const isThere = existing === directory;
  const facts = {
    directory,
    mode: isThere ? statSync(directory).mode & 0o7777 : null,
    freeBytes: freeBytesAt(existing),
  };
  if (!statSync(existing).isDirectory()) return { ...facts, trouble: `${existing} is no directory` };
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    return { ...facts, trouble: null };
  } catch (error) {
    return { ...facts, trouble: `this user may not write into ${existing} (${codeOf(error)})` };
  }
}

/** What is free for ordinary users; null: it cannot be told. */
export function freeBytesAt(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}

export async function probeRoot(root: RootConfiguration): Promise<RootFacts> {
  return {
    path: pathToText(root.path),
    directories: countDirectories(root),
    fileSystemType: nodeFileSystem.fileSystemType(root.path),
    events: await probeEvents(root),
  };
}

/** Those that a watch would be placed on. */
function countDirectories({ path, excludes }: RootConfiguration): number {
  const filter = compileFilter(excludes);
  const open: RelPath[] = [ROOT];
  let count = 0;
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    count++;
    for (const { name, kind } of entriesOf(absolutePath(path, directory))) {
      const child = childPath(directory, name);
      if (kind === "directory" && filter.excludedBy(child, "directory") === null) open.push(child);
    }
  }
  return count;
}

function entriesOf(path: RootConfiguration["path"]) {
  try {
    return nodeFileSystem.readDirectory(path) ?? [];
  } catch {
    return []; // Not to be listed, so nothing below gets a watch either.
  }
}

async function probeEvents({ path }: RootConfiguration): Promise<RootFacts["events"]> {
  if (!existsSync(pathToText(path))) return "absent";
  await using inotify = (await openInotifyFactory()).open();
  if (!inotify.addWatch(path, IN.CREATE).ok) return "unknown";
  const seen = Promise.withResolvers<"arrive">();
  inotify.start(() => seen.resolve("arrive"), () => {});
  const probe = absolutePath(path, `.tssync-doctor-${process.pid}` as RelPath);
  try {
    nodeFileSystem.createFile(probe);
  } catch {
    return "unknown";
  }
  const ending = new AbortController();
  try {
    return await Promise.race([
      seen.promise,
      pause(EVENT_MS_MAX, "silent" as const, { signal: ending.signal }).catch(() => "silent" as const),
    ]);
  } finally {
    ending.abort();
    nodeFileSystem.removeFile(probe);
  }
}

/** What stands in a client's password file, without giving away the password. */
export function probePasswordFile(path: string, user: string | null): PasswordFileFacts {
  try {
    const lines = readFileSync(path, "latin1").replace(/\n+$/, "").split("\n");
    const [first = ""] = lines;
    return {
      path,
      trouble: null,
      mode: statSync(path).mode & 0o7777,
      isForeign: isForeign(path),
      lines: lines.length,
      isEmpty: first === "",
      beginsWithUser: user !== null && first.startsWith(`${user}:`),
    };
  } catch (error) {
    return {
      ...{ path, mode: 0o600, isForeign: false, lines: 1, isEmpty: false, beginsWithUser: false },
      trouble: codeOf(error) === "ENOENT" ? "there is no such file" : `it cannot be read (${codeOf(error)})`,
    };
  }
}

/** Whether rsync refuses it for its owner: as root it takes root's files alone. */
export function isForeign(path: string): boolean {
  return process.geteuid?.() === 0 && statSync(path).uid !== 0;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? messageOf(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
