import type { BytePath } from "../core/path.ts";
import { absolutePath, baseName, parentPath, textToBytePath } from "../core/path.ts";
import type { RelPath } from "../core/path.ts";
import type { Configuration, RootConfiguration } from "./configuration.ts";
import type { ConfigurationDisk, DiskProbe } from "./configuration_disk.ts";
import type { ConfigurationOrigins, Origin } from "./configuration_input.ts";
import type { Report } from "./report.ts";
import { isPathAtOrBelow } from "./resolve_path.ts";
import { reportOverlaps, written } from "./shared_destination.ts";
import type { Place } from "./shared_destination.ts";

/** What was read, and where each part of it was written down. */
type Subject = { readonly configuration: Configuration; readonly origins: ConfigurationOrigins };

/**
 * Asks the disk whether the configuration can be served: every source is a directory that can be read and is named once,
 * rsync will accept every password file, and no source and local target lie inside each other. Only looks.
 */
export async function checkAgainstDisk(subject: Subject, disk: ConfigurationDisk, report: Report): Promise<void> {
  const { configuration, origins } = subject;
  const sources: Source[] = [];
  const targets: Target[] = [];
  for (const root of configuration.roots) {
    const origin = origins.get(root.id);
    if (origin === undefined) continue;
    const source = await checkSource(root, origin.watch, disk, report);
    if (source !== null) reportIfKnown(source, sources, report);
    for (const remote of root.remotes) {
      const remoteOrigin = origin.remotes.get(remote.id);
      const { destination } = remote;
      if (remoteOrigin === undefined) continue;
      if (destination.kind === "local") {
        const path = await realPathOf(textToBytePath(destination.path), disk);
        targets.push({ rootId: root.id, deletes: root.switches.delete, origin: remoteOrigin.address, space: "", path });
      } else if (
        destination.kind === "daemon" && destination.passwordFile !== null && remoteOrigin.passwordFile !== null
      ) {
        await checkPasswordFile(destination.passwordFile, remoteOrigin.passwordFile, disk, report);
      }
    }
  }
  for (const target of targets) {
    for (const source of sources) reportEntangled(source, target, report);
  }
  reportCircles(sources, targets, report);
  reportOverlaps(targets, report);
}

type Source = { readonly rootId: string; readonly origin: Origin; readonly path: string; readonly identity: string };

/** A local destination; its path is real as far as it exists. */
type Target = Place;

async function checkSource(
  root: RootConfiguration,
  origin: Origin,
  disk: ConfigurationDisk,
  report: Report,
): Promise<Source | null> {
  const probe = await disk.probe(root.path);
  if (!probe.found) report.problem(origin, notFound(probe.code, "directory", disk));
  else if (probe.kind === "file") {
    report.problem(origin, "expected a directory, found a file; watch the directory it is in");
  } else if (probe.kind === "other") report.problem(origin, "expected a directory, found something else");
  else if (!probe.readable) report.problem(origin, unreadable(disk));
  else return { rootId: root.id, origin, path: probe.realPath, identity: probe.identity };
  return null;
}

function reportIfKnown(source: Source, sources: Source[], report: Report): void {
  const twin = sources.find(({ identity }) => identity === source.identity);
  if (twin === undefined) sources.push(source);
  else {report.problem(
      source.origin,
      `it is the same directory as ${written(twin.origin)}; name it once, with all its remotes`,
    );}
}

/** rsync's own rules: others must not reach it, and root takes it from root alone. */
async function checkPasswordFile(
  path: string,
  origin: Origin,
  disk: ConfigurationDisk,
  report: Report,
): Promise<void> {
  const probe = await disk.probe(textToBytePath(path));
  if (!probe.found) report.problem(origin, notFound(probe.code, "file", disk));
  else if (probe.kind !== "file") report.problem(origin, "expected a file with a password, found something else");
  else if ((probe.mode & OTHERS_ACCESS) !== 0) {
    const mode = probe.mode.toString(8).padStart(3, "0");
    report.problem(origin, `others can read or write it (mode ${mode}), and rsync refuses that; chmod 600 ${path}`);
  } else if (disk.userId === 0 && probe.ownerId !== 0) {
    report.problem(
      origin,
      `it belongs to user ${probe.ownerId}, and rsync run by root takes root's alone; chown root ${path}`,
    );
  } else if (!probe.readable) report.problem(origin, unreadable(disk));
}

/** Read and write for others, as rsync tests it. */
const OTHERS_ACCESS = 0o006;

function notFound(code: string, wanted: "directory" | "file", disk: ConfigurationDisk): string {
  switch (code) {
    case "ENOENT":
      return `there is no such ${wanted}; create it or correct the path`;
    case "ENOTDIR":
      return "a part of the path is not a directory; correct the path";
    case "EACCES":
      return unreadable(disk);
    default:
      return `it cannot be looked at (${code})`;
  }
}

function unreadable(disk: ConfigurationDisk): string {
  return `this user (id ${disk.userId}) may not read it`;
}

/** The path without symlinks; what does not exist yet is added to the nearest directory above that does. */
async function realPathOf(path: BytePath, disk: ConfigurationDisk): Promise<string> {
  const probe: DiskProbe = await disk.probe(path);
  if (probe.found) return probe.realPath;
  if (path === "/") return path;
  const parent = parentPath(path as string as RelPath);
  const above = await realPathOf((parent === "" ? "/" : parent as string) as BytePath, disk);
  return absolutePath(above as BytePath, baseName(path as string as RelPath) as RelPath);
}

/** A target inside its own source would be mirrored into itself; a source inside a target would be deleted by it. */
function reportEntangled(source: Source, target: Target, report: Report): void {
  const isOwn = source.rootId === target.rootId;
  const isSame = source.path === target.path;
  const watched = `the watched directory (${written(source.origin)})`;
  if (isSame && isOwn) report.problem(target.origin, `it is ${watched} itself`);
  else if (!isSame && isPathAtOrBelow(source.path, target.path) && (isOwn || target.deletes)) {
    report.problem(target.origin, `it holds ${watched}, which the mirror would delete`);
  } else if (!isSame && isOwn && isPathAtOrBelow(target.path, source.path)) {
    report.problem(target.origin, `it lies inside ${watched}, so the mirror would mirror itself`);
  }
}

/** One root's target may be watched by another root, and so on, but not back to where it began. */
function reportCircles(sources: readonly Source[], targets: readonly Target[], report: Report): void {
  const leadsTo = (target: Target) =>
    sources.filter((source) =>
      source.rootId !== target.rootId &&
      (isPathAtOrBelow(source.path, target.path) || isPathAtOrBelow(target.path, source.path))
    );
  const reaches = (rootId: string, wanted: string, seen: Set<string>): boolean => {
    if (rootId === wanted) return true;
    if (seen.has(rootId)) return false;
    seen.add(rootId);
    const next = targets.filter((target) => target.rootId === rootId).flatMap(leadsTo);
    return next.some((source) => reaches(source.rootId, wanted, seen));
  };
  for (const target of targets) {
    const back = leadsTo(target).find((source) => reaches(source.rootId, target.rootId, new Set()));
    if (back === undefined) continue;
    report.problem(target.origin, `${written(back.origin)} watches it and leads back here; a mirror goes one way`);
  }
}
