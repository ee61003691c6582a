import { parseDestination } from "./address.ts";
import { finishRemote, readParams } from "./build_remote.ts";
import type { RemoteDraft } from "./build_remote.ts";
import type { RootDraft } from "./build_root.ts";
import type { EventSwitches } from "./configuration.ts";
import type { ConfigurationFlags, Origin } from "./configuration_input.ts";
import { textToBytePath } from "../core/path.ts";
import type { Report } from "./report.ts";
import { resolvePath } from "./resolve_path.ts";
import { path as pathValue } from "./value.ts";

/** Without a file every event is mirrored. */
const ALL_EVENTS: EventSwitches = {
  delete: true,
  createFolder: true,
  createFile: true,
  closeWrite: true,
  moveFrom: true,
  moveTo: true,
  attrib: true,
  modify: true,
};

/** What `--params` is when it is not given: everything that a mirror of files needs. */
const DEFAULT_PARAMS = "-az";
/** The defaults of the file hold here, too. */
const DEFAULT_POLL_MS = 60_000;
const DEFAULT_OPEN_FILES = { quietMs: 500, everyMs: 10_000 };

/** Reads `--watch DIR --to DEST…`; null where the command line names no root. */
export function readCommandLine(flags: ConfigurationFlags, filesGiven: boolean, report: Report): RootDraft | null {
  const { watch, to } = flags;
  const needsWatch = [
    ...to.map((destination) => ({ found: `--to "${shownDestination(destination)}"`, isGiven: true })),
    { found: "--password-file", isGiven: flags.passwordFile !== null },
    { found: "--params", isGiven: flags.params !== null },
  ];
  if (watch === null) {
    for (const { found, isGiven } of needsWatch) {
      if (isGiven) report.problem(flagOrigin(found), "it goes with --watch DIR; in a file it is said in the file");
    }
    return null;
  }
  const origin = flagOrigin(`--watch "${watch}"`);
  if (filesGiven) report.problem(origin, "it does not go with a configuration file; give one of the two");
  if (to.length === 0) report.problem(origin, "--to DEST is missing: nowhere to send to");
  const problem = pathValue.schema.safeParse(watch).error?.issues[0]?.message;
  if (problem !== undefined) report.problem(origin, problem);
  const remotes = to.map((destination) => readDestination(destination, flags, report));
  return {
    chosenId: null,
    path: textToBytePath(resolvePath(flags.cwd, watch)),
    excludes: [],
    switches: ALL_EVENTS,
    remotes: remotes.filter((remote) => remote !== null),
    periodicSync: null,
    watcher: "auto",
    pollEveryMs: DEFAULT_POLL_MS,
    openFiles: DEFAULT_OPEN_FILES,
    maxDelete: null,
    trash: null,
    origin,
  };
}

export function flagOrigin(found: string): Origin {
  return { file: null, line: null, column: null, found };
}

function readDestination(text: string, flags: ConfigurationFlags, report: Report): RemoteDraft | null {
  const origin = flagOrigin(`--to "${shownDestination(text)}"`);
  const parsed = parseDestination(text);
  if ("problem" in parsed) {
    report.problem(origin, parsed.problem);
    return null;
  }
  const target = parsed.value.kind === "local"
    ? { ...parsed.value, path: resolvePath(flags.cwd, parsed.value.path) }
    : parsed.value;
  const given = flags.params ?? DEFAULT_PARAMS;
  const params = readParams(given, flagOrigin(`--params "${given}"`), target.kind, {
    cwd: flags.cwd,
    report,
    deletes: ALL_EVENTS.delete,
  });
  const usesPassword = target.kind === "daemon" && flags.passwordFile !== null;
  if (flags.passwordFile === "-") {
    report.problem(flagOrigin("--password-file -"), "the password cannot come from stdin");
  }
  return finishRemote({
    target,
    params,
    ports: { own: null, shared: null },
    passwordFile: usesPassword ? flags.passwordFile : null,
    identityFile: null,
    sshOptions: [],
    timeoutSeconds: null,
    warm: "active",
    chosenId: null,
    origin,
    passwordFileOrigin: usesPassword ? flagOrigin(`--password-file "${flags.passwordFile}"`) : null,
  }, flags.cwd);
}

/** A destination in a message; a password that was written into it is not repeated. */
function shownDestination(text: string): string {
  return text.replace(/^((?:[a-z]+:\/\/)?[^/@:]*):[^/@]*@/, "$1:…@");
}
