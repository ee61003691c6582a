import { type BytePath, textToBytePath } from "../core/path.ts";
import { buildRemote } from "./build_remote.ts";
import type { RemoteDraft } from "./build_remote.ts";
import type { EventSwitches, OpenFiles, PeriodicSync, RootConfiguration } from "./configuration.ts";
import type { Origin } from "./configuration_input.ts";
import type { ElementReading } from "./read_element.ts";
import type { Report } from "./report.ts";
import { resolvePath } from "./resolve_path.ts";
import type { HEAD } from "./schema.ts";
import { expressionProblem } from "./value.ts";

export type HeadReading = ElementReading<typeof HEAD>;

/** A root whose id and whose remotes' ids are not settled yet. */
export type RootDraft = Omit<RootConfiguration, "id" | "remotes" | "initialSync"> & {
  readonly chosenId: string | null;
  readonly remotes: readonly RemoteDraft[];
  readonly origin: Origin;
};

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** A directory that nobody mirrors: a plugin hears of what changes in it. */
export function watchOnlyRoot(
  head: HeadReading,
  { path, origin }: { readonly path: BytePath; readonly origin: Origin },
  report: Report,
): RootDraft {
  return {
    chosenId: null,
    path,
    excludes: readExcludes(head, report),
    switches: readSwitches(head),
    remotes: [],
    periodicSync: null,
    watcher: "auto",
    pollEveryMs: POLL_EVERY_MS,
    openFiles: readOpenFiles(head),
    maxDelete: null,
    trash: null,
    origin,
  };
}

const POLL_EVERY_MS = 60_000;

/** The roots of one file. Filter, switches and rsync's settings hold for all of them. */
export function buildRoots(
  head: HeadReading,
  cwd: string,
  report: Report,
  mode: "mirrored" | "without remotes" = "mirrored",
): readonly RootDraft[] {
  const { sersync } = head.children;
  const { localpath, rsync } = sersync.children;
  const switches = readSwitches(head);
  const excludes = readExcludes(head, report);
  const periodicSync = readPeriodicSync(head);
  if (localpath.length === 0) {
    report.problem(sersync.origin(), 'no <localpath watch="…">: nothing to watch');
  }
  const roots: RootDraft[] = [];
  for (const local of localpath) {
    const context = { cwd, report, deletes: switches.delete };
    const isMirrored = mode === "mirrored";
    const remotes = isMirrored ? local.children.remote.map((remote) => buildRemote(remote, rsync, context)) : [];
    if (isMirrored && remotes.length === 0) report.problem(local.origin("watch"), "no <remote>: nowhere to send to");
    // Missing or unusable, and reported.
    if (local.values.watch === null) continue;
    roots.push({
      chosenId: local.values.id,
      path: textToBytePath(resolvePath(cwd, local.values.watch)),
      excludes,
      switches,
      remotes: remotes.filter((remote) => remote !== null),
      periodicSync: isMirrored ? periodicSync : null,
      watcher: local.values.watcher,
      pollEveryMs: local.values.pollEvery * SECOND_MS,
      openFiles: readOpenFiles(head),
      maxDelete: local.values.maxDelete,
      trash: local.values.trash,
      origin: local.origin("watch"),
    });
  }
  return roots;
}

function readSwitches(head: HeadReading): EventSwitches {
  const { delete: deletes, createFolder, createFile, closeWrite, moveFrom, moveTo, attrib, modify } =
    head.children.inotify.children;
  return {
    delete: deletes.values.start,
    createFolder: createFolder.values.start,
    createFile: createFile.values.start,
    closeWrite: closeWrite.values.start,
    moveFrom: moveFrom.values.start,
    moveTo: moveTo.values.start,
    attrib: attrib.values.start,
    modify: modify.values.start,
  };
}

function readOpenFiles(head: HeadReading): OpenFiles {
  const { quiet, every } = head.children.inotify.children.modify.values;
  return { quietMs: quiet * SECOND_MS, everyMs: Math.max(every, quiet) * SECOND_MS };
}

function readExcludes(head: HeadReading, report: Report): readonly string[] {
  const { filter } = head.children;
  if (!filter.values.start) return [];
  const excludes: string[] = [];
  for (const exclude of filter.children.exclude) {
    const { expression } = exclude.values;
    if (expression === null) continue;
    const problem = expressionProblem(expression, "full");
    if (problem === null) excludes.push(expression);
    else report.problem(exclude.origin("expression"), `expected a regular expression; ${problem}`);
  }
  return excludes;
}

function readPeriodicSync(head: HeadReading): PeriodicSync | null {
  const { crontab } = head.children.sersync.children;
  const { crontabfilter } = crontab.children;
  if (!crontab.values.start) return null;
  const patterns = crontabfilter.children.exclude.map((exclude) => exclude.values.expression);
  return {
    everyMs: crontab.values.schedule * MINUTE_MS,
    excludePatterns: crontabfilter.values.start ? patterns.filter((pattern) => pattern !== null) : [],
  };
}
