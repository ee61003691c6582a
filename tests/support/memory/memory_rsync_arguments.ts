/** The part of rsync's command line that tssync uses. */

export type RsyncJob = {
  /** Names come on stdin, ended by NUL; otherwise the source is the working directory itself. */
  readonly hasList: boolean;
  readonly recursive: boolean;
  readonly deletes: boolean;
  readonly deletesMissing: boolean;
  readonly ignoresMissing: boolean;
  readonly force: boolean;
  readonly deletesMax: number | null;
  readonly dryRun: boolean;
  readonly checksum: boolean;
  readonly ignoreTimes: boolean;
  readonly update: boolean;
  readonly permissions: boolean;
  readonly times: boolean;
  readonly directoryTimes: boolean;
  readonly linkTimes: boolean;
  readonly links: boolean;
  readonly specials: boolean;
  /** Otherwise times are compared in whole seconds. */
  readonly nanoseconds: boolean;
  readonly excludes: readonly string[];
  readonly itemizes: boolean;
  /** What is told at the end: nothing, bytes, or counts and bytes. */
  readonly totals: 0 | 1 | 2;
  /** Where deleted and replaced entries go, below the destination; null: they are lost. */
  readonly trash: string | null;
  readonly destination: string;
};

type Draft = { -readonly [Key in keyof RsyncJob]: RsyncJob[Key] };

/** What rsync says before it ends with code 1. */
export type UsageError = { readonly usage: string };

export function parseRsyncArguments(args: readonly string[]): RsyncJob | UsageError {
  const job: Draft = {
    hasList: false,
    recursive: false,
    deletes: false,
    deletesMissing: false,
    ignoresMissing: false,
    force: false,
    deletesMax: null,
    dryRun: false,
    checksum: false,
    ignoreTimes: false,
    update: false,
    permissions: false,
    times: false,
    directoryTimes: true,
    linkTimes: true,
    links: false,
    specials: false,
    nanoseconds: false,
    excludes: [],
    itemizes: false,
    totals: 0,
    trash: null,
    destination: "",
  };
  const operands: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index]!;
    if (argument === "-e") index++;
    else if (argument.startsWith("--")) {
      if (!readLong(job, argument)) return { usage: `rsync: ${argument}: unknown option` };
    } else if (argument.startsWith("-")) {
      for (const letter of argument.slice(1)) {
        if (!readLetter(job, letter)) return { usage: `rsync: -${letter}: unknown option` };
      }
    } else operands.push(argument);
  }
  const [source, destination] = operands;
  if (operands.length !== 2 || source !== "./" || destination === undefined) {
    return { usage: `The twin of rsync wants ./ and a destination, not ${operands.join(" ")}` };
  }
  return { ...job, destination };
}

/** Options without influence on what a twin does. */
const IGNORED =
  /^--(sockopts|contimeout|timeout|port|password-file|bwlimit|compress-level|compress-choice|rsync-path|partial-dir)=|^--(backup|compress|owner|group|from0|relative|dirs|partial|inplace|whole-file|numeric-ids|no-inc-recursive)$/;

function readLong(job: Draft, argument: string): boolean {
  const [name, value = ""] = argument.split(/=(.*)/s);
  switch (name) {
    case "--files-from":
      job.hasList = value === "-";
      return job.hasList;
    case "--recursive":
      job.recursive = true;
      return true;
    case "--no-recursive":
      job.recursive = false;
      return true;
    case "--delete":
      job.deletes = true;
      return true;
    case "--delete-missing-args":
      job.deletesMissing = true;
      return true;
    case "--ignore-missing-args":
      job.ignoresMissing = true;
      return true;
    case "--force":
      job.force = true;
      return true;
    case "--max-delete":
      job.deletesMax = Number(value);
      return true;
    case "--modify-window":
      job.nanoseconds = value === "-1";
      return true;
    case "--exclude":
      job.excludes = [...job.excludes, value];
      return true;
    case "--out-format":
      job.itemizes = value === "%i %n";
      return job.itemizes;
    case "--info":
      job.totals = value === "stats1" ? 1 : value === "stats2" ? 2 : 0;
      return job.totals > 0;
    case "--backup-dir":
      job.trash = value;
      return true;
    case "--checksum":
      job.checksum = true;
      return true;
    case "--ignore-times":
      job.ignoreTimes = true;
      return true;
    case "--dry-run":
      job.dryRun = true;
      return true;
    default:
      return IGNORED.test(argument);
  }
}

function readLetter(job: Draft, letter: string): boolean {
  switch (letter) {
    case "a":
      job.recursive =
        job.links =
        job.permissions =
        job.times =
        job.specials =
          true;
      return true;
    case "r":
      job.recursive = true;
      return true;
    case "l":
      job.links = true;
      return true;
    case "p":
      job.permissions = true;
      return true;
    case "t":
      job.times = true;
      return true;
    case "D":
      job.specials = true;
      return true;
    case "O":
      job.directoryTimes = false;
      return true;
    case "J":
      job.linkTimes = false;
      return true;
    case "n":
      job.dryRun = true;
      return true;
    case "c":
      job.checksum = true;
      return true;
    case "I":
      job.ignoreTimes = true;
      return true;
    case "u":
      job.update = true;
      return true;
    default:
      return "RHAXogszvqihW".includes(letter);
  }
}
