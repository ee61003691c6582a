import {
  CLIENT_OPTIONS,
  COMMON_OPTIONS,
  LOG_OPTIONS,
  MIRROR_OPTIONS,
  REMOTE_OPTION,
  ROOT_OPTION,
  SERVE_OPTIONS,
} from "./option.ts";
import type { Option } from "./option.ts";
import { PLUGIN_OPTIONS } from "./plugin_options.ts";
import { WATCH_OPTIONS, WATCH_STATS_OPTIONS } from "./watch_options.ts";

const REASON_OPTION: Option = { name: "reason", value: "TEXT", brief: "For those who look at the status later" };

/** One command as users see it. How it runs stands in `run.ts`. */
export type CommandSpec = {
  readonly brief: string;
  /** Operands as the usage line shows them; empty: it takes none. */
  readonly operands: string;
  readonly operandsMax: number;
  readonly options: readonly Option[];
  /** Where one option makes a command of its own out of it: that option's name, and all options it then has. */
  readonly variant?: { readonly option: string; readonly options: readonly Option[] };
  /** Long options may be cut short as far as they stay clear, as getopt does it. */
  readonly abbreviates?: true;
  /** What there is to know beside the options. */
  readonly text: string;
  readonly examples: readonly string[];
};

export const COMMANDS = {
  serve: {
    brief: "Run the daemon",
    operands: "",
    operandsMax: 0,
    options: [...MIRROR_OPTIONS, ...SERVE_OPTIONS, ...LOG_OPTIONS, ...COMMON_OPTIONS],
    text: "Without a command, sersync's flags do the same: tssync -dro confxml.xml\n" +
      "A remote that is met for the first time gets one full sync; with sersync's flags alone only -r makes one.",
    examples: [
      "tssync serve -o /etc/tssync/confxml.xml",
      "tssync serve --watch /data/www --to backup@172.16.1.41::www --password-file /etc/rsync.pass",
    ],
  },
  sync: {
    brief: "One full sync of everything to every remote, then exit",
    operands: "",
    operandsMax: 0,
    options: [...MIRROR_OPTIONS, ...SERVE_OPTIONS, ...LOG_OPTIONS, ...COMMON_OPTIONS],
    text: "Takes the options of serve; those of the daemon and its API have no meaning here.\n" +
      "Ends with 0 when every remote has everything, else with 1. Beside a running daemon use `tssync resync`.",
    examples: ["tssync sync -o confxml.xml", "tssync sync --watch /data/www --to /mnt/backup/www"],
  },
  check: {
    brief: "Validate the configuration, print every problem at once",
    operands: "",
    operandsMax: 0,
    options: [...MIRROR_OPTIONS, ...SERVE_OPTIONS, ...LOG_OPTIONS, ...COMMON_OPTIONS],
    text:
      "Takes the options of serve. Looks at the disk too, connects nowhere. Ends with 0, or with 78 when there is a problem.",
    examples: ["tssync check -o confxml.xml"],
  },
  doctor: {
    brief: "Look for what will not work, and say what mends it",
    operands: "",
    operandsMax: 0,
    options: [
      {
        name: "rsyncd-conf",
        value: "FILE",
        repeatable: true,
        brief: "Look at the receiving side's configuration, too",
      },
      { name: "no-write", brief: "Make no trial transfer to the remotes" },
      ...MIRROR_OPTIONS,
      ...SERVE_OPTIONS,
      ...LOG_OPTIONS,
      ...COMMON_OPTIONS,
    ],
    text:
      "Takes the options of serve; those of the daemon have no meaning here. Makes one small file for a moment in each root\n" +
      "and on each remote. Ends with 1 if anything would break. On the receiving side: tssync doctor --rsyncd-conf FILE",
    examples: ["tssync doctor -o /etc/tssync/confxml.xml", "tssync doctor --rsyncd-conf /etc/rsyncd.conf"],
  },
  init: {
    brief: "Write a first confxml.xml, and what the other side needs",
    operands: "",
    operandsMax: 0,
    options: [
      { name: "config", short: "o", value: "FILE", brief: "The configuration to write (default confxml.xml)" },
      { name: "watch", value: "DIR", brief: "The directory to mirror" },
      {
        name: "to",
        value: "DEST",
        repeatable: true,
        brief: "Where to, as rsync writes it: host::module, host:/path, /path",
      },
      { name: "user", value: "NAME", brief: "Who logs in at the rsync daemon (default tssync)" },
      { name: "no-auth", brief: "Nobody has to log in there" },
      {
        name: "password-file",
        value: "FILE",
        brief: "Where the password goes (default rsync.pass beside the configuration); one that is there is taken",
      },
      { name: "server", value: "DIR", brief: "Write rsyncd.conf and rsyncd.secrets of the other side there, too" },
      { name: "module-path", value: "DIR", brief: "The module's directory on the other side (default /srv/MODULE)" },
      ...COMMON_OPTIONS,
    ],
    text: "Asks on a terminal for what the options leave open. Makes the password by itself. Never overwrites a file.",
    examples: ["tssync init", "tssync init --watch /data/www --to 172.16.1.41::www --server /tmp/other-side"],
  },
  receiver: {
    brief: "On the other side: run an rsync daemon that takes what tssync sends",
    operands: "",
    operandsMax: 0,
    options: [
      {
        name: "rsyncd-conf",
        value: "FILE",
        brief: "Its configuration (default /etc/rsyncd.conf; tssync init writes one)",
      },
      ...LOG_OPTIONS,
      ...COMMON_OPTIONS,
    ],
    text: "Stays in the foreground; the daemon is started again when it ends, and ends with it.",
    examples: ["tssync receiver --rsyncd-conf /etc/rsyncd.conf"],
  },
  demo: {
    brief: "Everything on this machine: a directory, two backup servers, the daemon, some changes with their times",
    operands: "",
    operandsMax: 0,
    options: [...LOG_OPTIONS, ...COMMON_OPTIONS],
    text: "Runs until interrupted and leaves nothing behind. Its API takes port 8008 where that is free.",
    examples: ["tssync demo"],
  },
  status: {
    brief: "What the daemon is doing",
    operands: "",
    operandsMax: 0,
    options: [
      { name: "watch", brief: "Show it again every second; with --json one document per line" },
      { name: "check", brief: "End with 7 unless all is well: for cron and monitoring" },
      ...CLIENT_OPTIONS,
      ...COMMON_OPTIONS,
    ],
    text: "One line for each remote: its state, what waits for it and for how long.\n" +
      "For --check all is well when every root is watched, every remote is reached and refuses nothing",
    examples: [
      "tssync status",
      "tssync status --watch",
      "tssync status --json | jq '.roots[].remotes[] | select(.oldestPendingSeconds > 60)'",
    ],
  },
  resync: {
    brief: "Compare source and remotes, send what differs",
    operands: "[PATH]...",
    operandsMax: Number.POSITIVE_INFINITY,
    options: [
      ROOT_OPTION,
      REMOTE_OPTION,
      { name: "path", value: "PATH", repeatable: true, brief: "Only this path of the root and what is below it" },
      { name: "no-delete", brief: "Send only, delete nothing" },
      { name: "dry-run", brief: "Change nothing, list what differs (implies --wait)" },
      { name: "checksum", brief: "Compare contents, not size and time" },
      { name: "wait", brief: "Wait until it has ended; exit 1 if it failed" },
      {
        name: "timeout",
        value: "DURATION",
        brief: "Wait no longer than this, with exit 6; it goes on (implies --wait)",
      },
      ...CLIENT_OPTIONS,
      ...COMMON_OPTIONS,
    ],
    text: "PATH is relative to the root, as an operand or with --path; without one everything is compared.",
    examples: [
      "tssync resync --wait --timeout 10m",
      "tssync resync --root www --path site/images",
      "tssync resync --dry-run",
    ],
  },
  reload: {
    brief: "Let the daemon read its configuration again",
    operands: "",
    operandsMax: 0,
    options: [...CLIENT_OPTIONS, ...COMMON_OPTIONS],
    text:
      "Applies what changed and prints it; the rest goes on undisturbed. On any problem (exit 78) the old one stays.\n" +
      "HUP does the same and tells the log.",
    examples: ["tssync reload"],
  },
  failures: {
    brief: "Paths that a remote refuses",
    operands: "[ID]",
    operandsMax: 1,
    options: [
      { name: "retry", brief: "Try them again now; with ID only that one" },
      { name: "script", brief: "Print them in the form of sersync's fail log" },
      { ...ROOT_OPTION },
      { ...REMOTE_OPTION },
      { name: "since", value: "TIME", brief: "Only those that failed since then, such as 2026-11-20T09:00:00Z" },
      ...CLIENT_OPTIONS,
      ...COMMON_OPTIONS,
    ],
    text: "They are tried again by themselves from time to time, and when the path changes.",
    examples: ["tssync failures", "tssync failures --retry", "tssync failures --retry 17"],
  },
  events: {
    brief: "What happened: changes seen, changes mirrored, resyncs, troubles",
    operands: "",
    operandsMax: 0,
    options: [
      { name: "follow", brief: "Go on with what happens from now on; a restart of the daemon loses nothing" },
      { name: "after", value: "CURSOR", brief: "Only what came behind this event; also earliest and latest" },
      { name: "types", value: "TYPES", brief: "Only these, separated by commas, such as tssync.file.*" },
      ROOT_OPTION,
      REMOTE_OPTION,
      { name: "path", value: "PATH", brief: "Only paths that begin so, or match a pattern with *, ** and ?" },
      ...CLIENT_OPTIONS,
      ...COMMON_OPTIONS,
    ],
    text: "Without --after everything that is kept is printed, with --follow only what happens from now on.\n" +
      "--json prints one event per line, as the API gives it; its id is what --after takes.",
    examples: [
      "tssync events --follow",
      "tssync events --follow --types tssync.file.synced_all --path site/ --json",
    ],
  },
  flush: {
    brief: "Wait until everything written so far is on all remotes",
    operands: "",
    operandsMax: 0,
    options: [
      ROOT_OPTION,
      { name: "scope", value: "seen|synced", brief: "seen: the daemon knows of it; synced: on all remotes (default)" },
      { name: "timeout", value: "DURATION", brief: "Give up after this time, with exit 6 (default 30s)" },
      ...CLIENT_OPTIONS,
      ...COMMON_OPTIONS,
    ],
    text: "Made for deploy scripts: write, flush, switch over.",
    examples: ["tssync flush --timeout 5m && ./switch-over"],
  },
  explain: {
    brief: "Why a path is, or is not yet, on each remote",
    operands: "PATH",
    operandsMax: 1,
    options: [ROOT_OPTION, ...CLIENT_OPTIONS, ...COMMON_OPTIONS],
    text: "PATH is absolute, or relative to the working directory where that lies in a root, else to the root.\n" +
      "For each remote: excluded and by which rule, waiting since when and why, in flight, failed with which message,\n" +
      "held, or synced.",
    examples: ["tssync explain /data/www/site/a.png", "tssync explain --root www site/a.png"],
  },
  pause: {
    brief: "Send nothing for a while; changes are remembered",
    operands: "[ROOT [REMOTE]]",
    operandsMax: 2,
    options: [REASON_OPTION, ...CLIENT_OPTIONS, ...COMMON_OPTIONS],
    text: "Without ROOT every root is paused. A pause holds until `tssync resume`, also across a restart.",
    examples: ["tssync pause", "tssync pause www 172.16.1.41::www --reason maintenance"],
  },
  resume: {
    brief: "End a pause, or accept the directory in a halted root's place",
    operands: "[ROOT [REMOTE]]",
    operandsMax: 2,
    options: [REASON_OPTION, ...CLIENT_OPTIONS, ...COMMON_OPTIONS],
    text:
      "Without ROOT everything goes on that is paused or halted. A root is halted when its directory is gone, unmounted,\n" +
      "replaced or suddenly empty. It goes on by itself when the same directory is back; this command says that the one\n" +
      "there now is right. Deletes beyond measure still wait: tssync holds.",
    examples: ["tssync resume www", "tssync resume www 172.16.1.41::www"],
  },
  holds: {
    brief: "Deletes that wait for a decision",
    operands: "",
    operandsMax: 0,
    options: [
      { name: "approve", value: "ID", brief: "Let these deletes be made" },
      { name: "reject", value: "ID", brief: "Keep on the remote what they name" },
      ...CLIENT_OPTIONS,
      ...COMMON_OPTIONS,
    ],
    text:
      "A full sync that would delete more than anybody can have meant sends everything, deletes nothing and asks. So do\n" +
      "changes that bring more deletes at once than maxDelete allows. A decision is made once.",
    examples: ["tssync holds", "tssync holds --approve h7k2m9x4q1zb"],
  },
  token: {
    brief: "Who may use the API over TCP: make a token, list them, revoke one",
    operands: "create|list|revoke [ID]",
    operandsMax: 2,
    options: [
      {
        name: "scope",
        value: "status|events|resync|admin",
        brief: "create: what it may do; each includes those before it",
      },
      { name: "name", value: "NAME", brief: "create: for those who look at the list later" },
      { name: "root", value: "ID", repeatable: true, brief: "create: good for this root alone (default: everything)" },
      ...CLIENT_OPTIONS,
      ...COMMON_OPTIONS,
    ],
    text:
      "A new token is printed once, alone on stdout; the daemon keeps a hash of it. A revoked one is good for nothing at\n" +
      "once, and what was opened with it ends. The first token, scope admin, is the file `token` in the state directory.",
    examples: [
      "tssync token create --scope status --name prometheus",
      "tssync token list",
      "tssync token revoke 3f0c2ab917de",
    ],
  },
  watch: {
    brief: "Print file events; takes inotifywait's options",
    operands: "FILE...",
    operandsMax: Number.POSITIVE_INFINITY,
    options: [...WATCH_OPTIONS, ...COMMON_OPTIONS],
    variant: { option: "stats", options: [...WATCH_STATS_OPTIONS, ...COMMON_OPTIONS] },
    abbreviates: true,
    text: "Needs no daemon and mirrors nothing. FILE with @ in front is left out.\n" +
      "Ends with 0 on an event that was asked for, 1 on another one or an error, 2 when the time was over.",
    examples: [
      'tssync watch -mrq -e close_write,moved_to --format %w%f /data | while read -r file; do echo "$file"; done',
      "tssync watch --stats -r -t 60 /data",
    ],
  },
  verify: {
    brief: "Compare source and remotes, tell what differs, and mend it",
    operands: "[PATH]...",
    operandsMax: Number.POSITIVE_INFINITY,
    options: [
      ROOT_OPTION,
      REMOTE_OPTION,
      { name: "checksum", brief: "Compare contents, not size and time" },
      { name: "sample", value: "N", brief: "Compare N files of each root, chosen by chance" },
      { name: "repair", brief: "Send what differs, then compare again" },
      ...CLIENT_OPTIONS,
      ...COMMON_OPTIONS,
    ],
    text:
      "Asks the running daemon. Ends with 0 when all is in sync, with 7 when something differs, with 1 when a remote could not\n" +
      "be compared. What changes while it runs is no difference.",
    examples: ["tssync verify", "tssync verify --sample 1000 --checksum", "tssync verify --root www site --repair"],
  },
  plugin: {
    brief: "Show what a plugin sends for a path, and try it",
    operands: "test NAME",
    operandsMax: 2,
    options: PLUGIN_OPTIONS,
    text:
      "Needs no daemon. Secrets are masked. Ends with 0, with 1 when --send was refused or had nothing to send, with 4 when\n" +
      "there is no such plugin.",
    examples: ["tssync plugin test socket --path site/a.png", "tssync plugin test deploy --path /data/www/a --send"],
  },
  version: {
    brief: "Print the version",
    operands: "",
    operandsMax: 0,
    options: COMMON_OPTIONS,
    text: "",
    examples: ["tssync version"],
  },
  help: {
    brief: "Print this overview, or the help of one command",
    operands: "[COMMAND]",
    operandsMax: 1,
    options: COMMON_OPTIONS,
    text: "",
    examples: ["tssync help serve"],
  },
  completion: {
    brief: "Print the completion script for a shell",
    operands: "bash|zsh|fish",
    operandsMax: 1,
    options: COMMON_OPTIONS,
    text: "The Debian package installs all three.",
    examples: [
      "tssync completion bash > /etc/bash_completion.d/tssync",
      "tssync completion zsh > /usr/local/share/zsh/site-functions/_tssync",
      "tssync completion fish > /etc/fish/completions/tssync.fish",
    ],
  },
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof COMMANDS;

export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** The options that these arguments of a command are read with. */
export function optionsFor(spec: CommandSpec, args: readonly string[]): readonly Option[] {
  const { variant } = spec;
  const end = args.indexOf("--");
  const isVariant = variant !== undefined && (end < 0 ? args : args.slice(0, end)).includes(`--${variant.option}`);
  return isVariant ? variant.options : spec.options;
}
