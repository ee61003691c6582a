/** Judges this machine and the directories that are mirrored. */
import type { Finding } from "./doctor_finding.ts";
import { quoteForShell } from "./fail_log_text.ts";
import { SILENT_FILE_SYSTEMS } from "./safety.ts";

export type HostFacts = {
  readonly rsync: { readonly version: string } | { readonly trouble: string };
  /** `fs.inotify.*`; null: cannot be read. */
  readonly watchesMax: number | null;
  readonly instancesMax: number | null;
  readonly queueMax: number | null;
  readonly state: StateFacts;
};

export type StateFacts = {
  readonly directory: string;
  /** Why it cannot be used; null: it can. */
  readonly trouble: string | null;
  /** Permission bits; null: it is not there yet. */
  readonly mode: number | null;
  readonly freeBytes: number | null;
};

export type RootFacts = {
  readonly path: string;
  readonly directories: number;
  readonly fileSystemType: string;
  /** `absent`: there is no such directory, of which the configuration's problems tell. */
  readonly events: "arrive" | "silent" | "unknown" | "absent";
};

/** Of all users' programs, an editor or a desktop among them: what tssync should leave. */
const WATCHES_SPARE = 1.5;
const INSTANCES_SPARE = 16;
/** The kernel's own default. A burst of a second fills it; four times as much bridges most. */
const QUEUE_ENOUGH = 65_536;
const FREE_BYTES_MIN = 200 * 1024 * 1024;

export function judgeHost(facts: HostFacts, roots: readonly RootFacts[]): Finding[] {
  const findings: Finding[] = [];
  if ("trouble" in facts.rsync) {
    findings.push({
      code: "RSYNC_UNUSABLE",
      subject: "rsync",
      found: facts.rsync.trouble,
      cure: "apt-get install rsync",
    });
  }
  const directories = roots.reduce((sum, root) => sum + root.directories, 0);
  const wanted = roundUp(directories * WATCHES_SPARE);
  if (facts.watchesMax !== null && facts.watchesMax < directories * WATCHES_SPARE) {
    findings.push({
      code: "WATCHES_TOO_FEW",
      subject: "kernel",
      found: `fs.inotify.max_user_watches is ${facts.watchesMax}, and there are ${directories} directories`,
      cure: sysctl("max_user_watches", wanted),
    });
  }
  if (facts.instancesMax !== null && facts.instancesMax < roots.length + INSTANCES_SPARE) {
    findings.push({
      code: "INSTANCES_TOO_FEW",
      subject: "kernel",
      found: `fs.inotify.max_user_instances is ${facts.instancesMax}, and there are ${roots.length} roots`,
      cure: sysctl("max_user_instances", Math.max(128, roots.length + 2 * INSTANCES_SPARE)),
    });
  }
  if (facts.queueMax !== null && facts.queueMax < QUEUE_ENOUGH) {
    findings.push({
      code: "QUEUE_SHORT",
      subject: "kernel",
      found: `fs.inotify.max_queued_events is ${facts.queueMax}`,
      cure: sysctl("max_queued_events", 327_679),
    });
  }
  return [...findings, ...judgeState(facts.state), ...roots.flatMap(judgeRoot)];
}

function judgeState({ directory, trouble, mode, freeBytes }: StateFacts): Finding[] {
  const findings: Finding[] = [];
  const name = quoteForShell(directory);
  if (trouble !== null) {
    const cure = `mkdir -p ${name} && chown "$(id -u)" ${name} && chmod 700 ${name}, or name another with --state-dir`;
    findings.push({ code: "STATE_UNUSABLE", subject: directory, found: trouble, cure });
  }
  if (mode !== null && (mode & 0o077) !== 0) {
    const found = `its mode is ${octal(mode)}: others may look into it`;
    findings.push({ code: "STATE_OPEN", subject: directory, found, cure: `chmod 700 ${name}` });
  }
  return [...findings, ...judgeSpace(directory, freeBytes)];
}

/** A place that is written to. */
export function judgeSpace(path: string, freeBytes: number | null): Finding[] {
  if (freeBytes === null || freeBytes >= FREE_BYTES_MIN) return [];
  const found = `${Math.floor(freeBytes / 1024 / 1024)} MB are free`;
  return [{ code: "SPACE_LOW", subject: path, found, cure: `df -h ${quoteForShell(path)}, then make room` }];
}

function judgeRoot({ path, fileSystemType, events }: RootFacts): Finding[] {
  const cure =
    'pollEvery="SECONDS" on its <localpath> says how often it is looked at; watcher="poll" leaves the events out';
  const silent = SILENT_FILE_SYSTEMS[fileSystemType];
  if (silent !== undefined) {
    return [{ code: "FILE_SYSTEM_SILENT", subject: path, found: `it is on ${fileSystemType}: ${silent}`, cure }];
  }
  if (events === "silent") return [{ code: "EVENTS_SILENT", subject: path, found: "a probe file sent no event", cure }];
  if (events === "arrive" || events === "absent") return [];
  const found = "this user may not make a file in it";
  return [{ code: "EVENTS_UNKNOWN", subject: path, found, cure: "run tssync doctor as the user that tssync runs as" }];
}

function sysctl(name: string, value: number): string {
  const line = `fs.inotify.${name}=${value}`;
  return `sysctl -w ${line} && echo ${line} >> /etc/sysctl.d/60-tssync.conf`;
}

/** To a number that is easily read. */
function roundUp(value: number): number {
  let step = 65_536;
  while (step < value) step *= 2;
  return step;
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
}
