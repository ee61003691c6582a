/** rsync's argument vectors. Every name travels on stdin; nothing here ever meets a shell. */

/** Where to, in the words of rsync. */
export type RsyncTarget =
  | {
    readonly kind: "daemon";
    readonly host: string;
    readonly port: number | null;
    readonly user: string | null;
    readonly passwordFile: string | null;
    readonly module: string;
    readonly path: string;
  }
  | {
    readonly kind: "ssh";
    readonly host: string;
    readonly port: number | null;
    readonly user: string | null;
    readonly identityFile: string | null;
    readonly options: readonly string[];
    readonly path: string;
  }
  | { readonly kind: "local"; readonly path: string };

export type CallOptions = {
  readonly target: RsyncTarget;
  /** `commonParams`. */
  readonly params: readonly string[];
  readonly timeoutSeconds: number | null;
  readonly deletes: boolean;
  /** Deletes at most; null: any number. */
  readonly deletesMax: number | null;
  /** Directory on the remote for deleted and replaced files, with the day of this call; null: none is kept. */
  readonly trash: { readonly name: string; readonly day: string } | null;
  /** Whether the local rsync compares nanoseconds (3.1.3); before, every listed file is compared by content. */
  readonly nanoseconds: boolean;
  /** The remote refuses names that are gone (see `refusesMissing`): they are deleted by rules, in a call of their own. */
  readonly deletesByRules?: boolean;
  /** Of a listed directory nothing is deleted that is not named. */
  readonly keepsExtras?: boolean;
};

/** One line for each thing rsync does: what changed, and the name with its odd bytes escaped. See `rsync_itemize.ts`. */
const ITEMIZED = "--out-format=%i %n";

/** Totals at the end. */
export const TOTALS = "--info=stats2";

/** A blackholed host must not hold a lane for the kernel's two minutes. */
const CONNECT_TIMEOUT_SECONDS = 15;

export type FlatOptions = CallOptions & {
  /** Send files although size and time agree: they were written. */
  readonly content: boolean;
  /** rsync's own wildcard patterns (`crontabfilter`). */
  readonly excludePatterns?: readonly string[];
  /** Whether each name is to be told. Of 10,000 names it costs more than sending them. */
  readonly itemized?: boolean;
};

/** Names on stdin, one level: `path` and `listing` marks. */
export function flatArguments(options: FlatOptions): string[] {
  return [
    ...parameters(options),
    ...comparison(options),
    ...(options.content ? ["-I"] : []),
    "--no-recursive",
    "--dirs",
    "-R",
    "--from0",
    "--files-from=-",
    ...(options.excludePatterns ?? []).map((pattern) => `--exclude=${pattern}`),
    // A name that vanished meanwhile is no error of the call, with or without deletes.
    ...(options.deletes ? options.keepsExtras === true ? ["--force"] : ["--delete", "--force"] : []),
    options.deletes && options.deletesByRules !== true ? "--delete-missing-args" : "--ignore-missing-args",
    ...limits(options),
    ...(options.itemized === true ? [ITEMIZED] : []),
    TOTALS,
    ...transport(options),
    "./",
    destination(options.target),
  ];
}

/**
 * rsync 3.2.7 waits for ever, on both sides, when directories vanish while it goes through a tree step by step (4 of 47 runs over
 * a tree that changes all the time; 0 of 53 with the whole list at once, which takes some 100 bytes for each entry).
 */
export const WHOLE_LIST = "--no-inc-recursive";

/** Rules on stdin (`encodeRules`): mirrors the names they let through, and all below them, wherever they are. */
export function ruledArguments(options: CallOptions & { readonly itemized?: boolean }): string[] {
  return [
    ...parameters(options),
    ...comparison(options),
    "--recursive",
    WHOLE_LIST,
    "--no-relative",
    "--from0",
    "--include-from=-",
    "--exclude=*",
    "--delete",
    "--force",
    ...limits(options),
    ...(options.itemized === true ? [ITEMIZED] : []),
    TOTALS,
    ...transport(options),
    "./",
    destination(options.target),
  ];
}

export type TreeOptions = CallOptions & {
  /** Lists everything before anything is sent. */
  readonly listsWhole?: boolean;
  readonly checksum: boolean;
  /** rsync's own wildcard patterns (`crontabfilter`). */
  readonly excludePatterns: readonly string[];
};

/** Directories on stdin, each mirrored with all below it. */
export function treeArguments(options: TreeOptions): string[] {
  return [
    ...parameters(options),
    ...comparison(options),
    ...(options.checksum ? ["-c"] : []),
    "--recursive",
    ...(options.listsWhole ? [WHOLE_LIST] : []),
    "-R",
    "--from0",
    "--files-from=-",
    ...options.excludePatterns.map((pattern) => `--exclude=${pattern}`),
    ...(options.deletes ? ["--delete", "--force"] : []),
    ...limits(options),
    ITEMIZED,
    TOTALS,
    ...transport(options),
    "./",
    destination(options.target),
  ];
}

/** Only the attributes of the root directory itself: as an entry of a list it would always mean its content too. */
export function rootAttributesArguments(options: CallOptions): string[] {
  return [
    ...parameters(options),
    ...comparison(options),
    "--no-recursive",
    "--dirs",
    "--exclude=/*",
    TOTALS,
    ...transport(options),
    "./",
    destination(options.target),
  ];
}

/** The same call, asked only what it would still do. Content is compared by checksum: `-I` would name every file. */
export function auditArguments(args: readonly string[]): string[] {
  const asked = args.filter((argument) => !argument.startsWith("--max-delete="));
  const itemized = asked.includes(ITEMIZED) ? [] : [ITEMIZED];
  return ["-n", ...itemized, ...asked.map((argument) => (argument === "-I" ? "-c" : argument))];
}

function limits({ deletes, deletesMax, trash }: CallOptions): string[] {
  return [
    ...(deletes && deletesMax !== null ? [`--max-delete=${deletesMax}`] : []),
    // The trash lies in the destination and must not be taken for something to delete.
    ...(trash === null ? [] : ["--backup", `--backup-dir=${trash.name}/${trash.day}`, `--exclude=/${trash.name}/`]),
  ];
}

/** The configuration's own parameters; a `--delete` among them obeys the switch, and rsync knows no `--no-delete`. */
export function parameters(options: CallOptions): string[] {
  return options.params.filter((parameter) => options.deletes || !/^--del(ete(-\w+)?)?$/.test(parameter));
}

/** Nanoseconds: rsync's default compares whole seconds and never sends a file rewritten within the same one. */
export function comparison(options: CallOptions): string[] {
  return options.nanoseconds ? ["--modify-window=-1"] : ["-I"];
}

export function transport({ target, timeoutSeconds }: CallOptions): string[] {
  const timeout = timeoutSeconds === null ? [] : [`--timeout=${timeoutSeconds}`];
  switch (target.kind) {
    case "daemon":
      return [
        // Three delayed acknowledgements of 42 ms each go away.
        "--sockopts=TCP_NODELAY",
        `--contimeout=${CONNECT_TIMEOUT_SECONDS}`,
        ...(target.port === null ? [] : [`--port=${target.port}`]),
        ...timeout,
        ...(target.passwordFile === null ? [] : [`--password-file=${target.passwordFile}`]),
      ];
    case "ssh":
      return ["-s", "-e", sshCommand(target).map(quoteForRsh).join(" "), ...timeout];
    case "local":
      return timeout;
  }
}

/** ssh as rsync starts it: it must never ask, and never hang for long on a dead host. */
export function sshCommand(target: Extract<RsyncTarget, { kind: "ssh" }>): string[] {
  return [
    "ssh",
    ...(target.port === null ? [] : ["-p", String(target.port)]),
    ...(target.identityFile === null ? [] : ["-i", target.identityFile]),
    ...target.options,
    "-o",
    "BatchMode=yes",
    "-o",
    `ConnectTimeout=${CONNECT_TIMEOUT_SECONDS}`,
    "-o",
    "ServerAliveInterval=15",
  ];
}

/** rsync splits the text of `-e` at blanks and knows both kinds of quotes, a doubled one inside standing for itself. */
function quoteForRsh(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "''")}'`;
}

/** The destination argument, always a directory. */
export function destination(target: RsyncTarget): string {
  switch (target.kind) {
    case "daemon":
      return `${userAt(target.user)}${bracketed(target.host)}::${target.module}/${
        target.path === "" ? "" : `${target.path}/`
      }`;
    case "ssh":
      return `${userAt(target.user)}${bracketed(target.host)}:${withSlash(target.path)}`;
    case "local":
      return withSlash(target.path);
  }
}

function userAt(user: string | null): string {
  return user === null ? "" : `${user}@`;
}

function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}
