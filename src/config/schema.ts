import { PLUGIN_BLOCK, when } from "./schema_plugin.ts";
import { WEBHOOKS } from "./schema_webhooks.ts";
import { many, once, optional, required, withDefault } from "./schema_rule.ts";
import {
  anyText,
  directoryName,
  fileSize,
  host,
  identifier,
  minutesOr,
  name,
  nameOrEmpty,
  oneOf,
  path,
  pathOrEmpty,
  pattern,
  port,
  portOrOff,
  seconds,
  shellWords,
  trueOrFalse,
  wholeNumber,
} from "./value.ts";

/**
 * Every element and attribute of a configuration file. From here the file is read, errors name what is known, and
 * `docs/configuration.md` is written. The defaults are those of the file that sersync ships.
 */

/** A timer of the runtime holds 2^31 milliseconds, a little over 35,000 minutes. */
const MINUTES_MAX = 35_000;

/** sersync's `atoi` of nothing is 0, which it takes as 7,200 seconds. */
const FAIL_LOG_MINUTES_IF_EMPTY = 120;
const CRONTAB_MINUTES_IF_NOT_POSITIVE = 600;

const OPEN_FILE_SECONDS_MAX = 3_600;
const POLL_SECONDS_MAX = 86_400;
const DELETES_MAX = 100_000_000;

/** rsync takes any number; a day without a byte is no time-out any more. */
const TIMEOUT_SECONDS_MAX = 86_400;

/** More are no log but an archive, and each rotation renames all of them. */
export const LOG_KEEP_MAX = 1000;

function eventSwitch(meaning: string, byDefault: "true" | "false") {
  return once(meaning, {
    start: withDefault(trueOrFalse, byDefault, { meaning: "Whether these events are mirrored.", example: "true" }),
  });
}

const filter = once(
  "Paths that do not exist for tssync: not watched, not sent, not deleted. One engine decides for events, new directories, " +
    "full syncs and periodic syncs alike.",
  { start: withDefault(trueOrFalse, "false", { meaning: "Whether the expressions count.", example: "true" }) },
  {
    exclude: many("One regular expression (see [Filters](#filters)).", {
      expression: required(pattern, { meaning: "The expression, in Perl's syntax.", example: "(.*)\\.svn" }),
    }),
  },
);

const inotify = once("Which events are mirrored.", {}, {
  delete: eventSwitch("Deletes. Switched off, nothing is ever deleted on a remote, whoever asks for it.", "true"),
  createFolder: eventSwitch("New directories.", "true"),
  createFile: eventSwitch(
    "New files at once, before their content is complete. Links, FIFOs and devices are complete when they appear and are " +
      "sent either way.",
    "false",
  ),
  closeWrite: eventSwitch("Files that a writer has closed. The right moment to send content.", "true"),
  moveFrom: eventSwitch(
    "The old names of what was moved away. Switched off, a rename leaves the old name there.",
    "true",
  ),
  moveTo: eventSwitch("The new names of what was moved here.", "true"),
  attrib: eventSwitch("Changes of permission, owner and times.", "false"),
  modify: once("Writes to files that stay open, such as logs, and `truncate(2)` by name, which opens nothing.", {
    start: withDefault(trueOrFalse, "false", { meaning: "Whether these events are mirrored.", example: "true" }),
    quiet: withDefault(seconds(0, OPEN_FILE_SECONDS_MAX), "0.5", {
      meaning: "A file that is written is sent after so many seconds without a write.",
      example: "2",
    }),
    every: withDefault(seconds(0, OPEN_FILE_SECONDS_MAX), "10", {
      meaning: "And while writes go on, at the latest after so many seconds.",
      example: "60",
    }),
  }),
});

const remote = many(
  "One place that the directory is mirrored to: a module of an rsync daemon (`ip` and `name`), a path over ssh (the same with " +
    "ssh switched on), or a directory of this machine (`path`). What is not given here holds as `<rsync>` says.",
  {
    ip: optional(host, { meaning: "The host.", example: "172.16.1.41" }),
    name: optional(name, {
      meaning: "The rsync daemon's module, or a path below it (`module/sub`). With ssh: the path there.",
      example: "www",
    }),
    path: optional(path, {
      meaning: "A directory of this machine, absolute. Instead of `ip` and `name`.",
      example: "/backup",
    }),
    id: optional(identifier, {
      meaning:
        "The remote's name in the API. By default its address without user and port, such as `172.16.1.41::www`.",
      example: "backup-1",
    }),
    port: optional(port, { meaning: "The rsync daemon's port; with ssh, ssh's port.", example: "8730" }),
    user: optional(nameOrEmpty, { meaning: "The user of the rsync daemon or of ssh.", example: "rsync_backup" }),
    passwordfile: optional(pathOrEmpty, {
      meaning: "The file with the rsync daemon's password. Empty: none.",
      example: "/etc/rsync.password",
    }),
    ssh: optional(trueOrFalse, { meaning: "Whether to reach this remote over ssh.", example: "true" }),
    identityFile: optional(path, { meaning: "ssh's private key.", example: "/root/.ssh/id_ed25519" }),
    sshOptions: optional(shellWords, {
      meaning: "Further arguments of ssh, split as a shell would.",
      example: "-o StrictHostKeyChecking=yes",
    }),
    params: optional(anyText, { meaning: "rsync's options, instead of those of `commonParams`.", example: "-az" }),
    timeout: optional(wholeNumber(0, TIMEOUT_SECONDS_MAX, "seconds"), {
      meaning: "rsync's I/O time-out; 0 for none.",
      example: "100",
    }),
    warm: withDefault(oneOf("active", "always", "off"), "active", {
      meaning:
        "Whether a started rsync waits for the next change, which then travels in milliseconds: for a minute after the " +
        "last change, all the time, or never. It takes one of the daemon's `max connections`.",
      example: "off",
    }),
  },
);

const localpath = many("One directory to watch, with its remotes. There may be several.", {
  watch: required(path, {
    meaning: "The directory. A relative one starts where tssync was started.",
    example: "/data",
  }),
  id: optional(identifier, {
    meaning: "The root's name in the API. By default the last component of the path, made unique.",
    example: "www",
  }),
  watcher: withDefault(oneOf("auto", "inotify", "poll"), "auto", {
    meaning:
      "How changes are found. `inotify`: by the kernel's events. `poll`: by looking at the whole directory every " +
      "`pollEvery` seconds. `auto`: by events, and by looking as well where the file system does not tell all of them (NFS, " +
      "CIFS, FUSE, or a probe file that sends no event).",
    example: "poll",
  }),
  pollEvery: withDefault(seconds(1, POLL_SECONDS_MAX), "60", {
    meaning: "Seconds between two looks, where the directory is looked at.",
    example: "300",
  }),
  maxDelete: optional(wholeNumber(1, DELETES_MAX, "deletes"), {
    meaning: "Deletes that changes may bring a remote within a minute. More wait until a person approves them " +
      "(`tssync holds`). A full sync asks before it makes more than this, too.",
    example: "1000",
  }),
  trash: optional(directoryName, {
    meaning: "A directory on each remote that keeps deleted and replaced files, by day. Nobody but you empties it.",
    example: ".tssync-trash",
  }),
}, { remote });

const rsync = once("How rsync is called, for all remotes of the file.", {}, {
  commonParams: once("rsync's options.", {
    params: withDefault(anyText, "-artuz", {
      meaning:
        "The options, split into words as a shell would, never given to one (see [rsync's options](#rsyncs-options)).",
      example: "-az --bwlimit=10m",
    }),
  }),
  auth: once("Who we are at the rsync daemon, or with ssh.", {
    start: withDefault(trueOrFalse, "false", { meaning: "Whether it counts.", example: "true" }),
    users: withDefault(nameOrEmpty, "", { meaning: "The user. Empty: none is sent.", example: "rsync_backup" }),
    passwordfile: withDefault(pathOrEmpty, "", {
      meaning: "The file with the daemon's password, readable by its owner alone. Empty: none. Of no use with ssh.",
      example: "/etc/rsync.password",
    }),
  }),
  userDefinedPort: once(
    "A port other than 873 for the rsync daemons. ssh's port is the remote's `port` or `<ssh port>`.",
    {
      start: withDefault(trueOrFalse, "false", { meaning: "Whether it counts.", example: "true" }),
      port: withDefault(port, "874", { meaning: "The port.", example: "8730" }),
    },
  ),
  timeout: once("rsync's I/O time-out.", {
    start: withDefault(trueOrFalse, "false", { meaning: "Whether it counts.", example: "true" }),
    time: withDefault(wholeNumber(1, TIMEOUT_SECONDS_MAX, "seconds"), "100", {
      meaning: "Seconds without a byte after which rsync gives up.",
      example: "100",
    }),
  }),
  ssh: once("ssh instead of the rsync daemon's own protocol: `name` is then a path on the host.", {
    start: withDefault(trueOrFalse, "false", { meaning: "Whether it counts.", example: "true" }),
    port: optional(port, { meaning: "ssh's port. By default as ssh's own configuration says.", example: "2222" }),
    identityFile: optional(path, { meaning: "ssh's private key.", example: "/root/.ssh/id_ed25519" }),
    sshOptions: optional(shellWords, {
      meaning: "Further arguments of ssh, split as a shell would.",
      example: "-o StrictHostKeyChecking=yes",
    }),
  }),
});

const crontab = once("A full sync again and again.", {
  start: withDefault(trueOrFalse, "false", { meaning: "Whether it runs.", example: "true" }),
  schedule: withDefault(minutesOr(CRONTAB_MINUTES_IF_NOT_POSITIVE, "not positive", MINUTES_MAX), "600", {
    meaning: "Minutes between two full syncs.",
    example: "600",
  }),
}, {
  crontabfilter: once("What these full syncs leave out besides `<filter>`.", {
    start: withDefault(trueOrFalse, "false", { meaning: "Whether the patterns count.", example: "true" }),
  }, {
    exclude: many("One pattern.", {
      expression: required(pattern, {
        meaning: "A wildcard pattern of rsync's (its `--exclude`), not a regular expression.",
        example: "*.php",
      }),
    }),
  }),
});

const sersync = once("What is mirrored, where to, and how.", {}, {
  localpath,
  rsync,
  failLog: once("What is done about paths that a remote refuses.", {
    path: withDefault(pathOrEmpty, "/tmp/rsync_fail_log.sh", {
      meaning: "A file that lists them as commands, for scripts of yours. Empty: none is written.",
      example: "/var/log/rsync_fail_log.sh",
    }),
    timeToExecute: withDefault(minutesOr(FAIL_LOG_MINUTES_IF_EMPTY, "empty", MINUTES_MAX), "60", {
      meaning: "Minutes after which they are tried again.",
      example: "60",
    }),
  }),
  crontab,
  plugin: many("Switches one of the plugins at the end of the file on. There may be several.", {
    start: withDefault(trueOrFalse, "false", {
      meaning: "Whether it runs after each change that was mirrored.",
      example: "true",
    }),
    name: required(name, { meaning: "The `name` of its block.", example: "command" }),
    when,
  }),
});

/** The outermost element. */
export const HEAD = once("The configuration file.", {
  version: withDefault(anyText, "2.5", { meaning: "Not looked at; sersync's files have it.", example: "2.5" }),
}, {
  host: once("Where the HTTP API listens. `--listen` wins over it.", {
    hostip: withDefault(host, "localhost", { meaning: "The address; `localhost` is 127.0.0.1.", example: "localhost" }),
    port: withDefault(portOrOff, "8008", {
      meaning: "The TCP port. `off`: the API is on the unix socket alone.",
      example: "8008",
    }),
    tlsCert: optional(path, {
      meaning:
        "The certificate, and those it rests on, in one PEM file: the API then speaks https. Goes with `tlsKey`.",
      example: "/etc/tssync/cert.pem",
    }),
    tlsKey: optional(path, { meaning: "The private key of `tlsCert`, PEM.", example: "/etc/tssync/key.pem" }),
  }),
  debug: once("Log every event and every rsync command.", {
    start: withDefault(trueOrFalse, "false", { meaning: "Whether to.", example: "true" }),
  }),
  log: once(
    "The log as a file, and how large it may grow. `--log-file`, `--log-rotate` and `--log-keep` win over it.",
    {
      file: withDefault(pathOrEmpty, "", {
        meaning: "The file. Empty: standard error, and with `-d` the file `tssync.log` in the state directory.",
        example: "/var/log/tssync/tssync.log",
      }),
      rotate: withDefault(fileSize, "50m", {
        meaning:
          "From this size on the file becomes `FILE.1`, and `FILE.1` becomes `FILE.2`; k, m and g are powers of 1,024. " +
          "0: never, for who has logrotate do it.",
        example: "20m",
      }),
      keep: withDefault(wholeNumber(0, LOG_KEEP_MAX, "files"), "5", {
        meaning: "How many old files stay.",
        example: "10",
      }),
    },
  ),
  fileSystem: once("Kept so that sersync's files are read; tssync looks at every entry itself.", {
    xfs: withDefault(trueOrFalse, "false", { meaning: "Without effect: XFS needs no switch.", example: "true" }),
  }),
  filter,
  inotify,
  sersync,
  plugin: PLUGIN_BLOCK,
  webhooks: WEBHOOKS,
});
