/** Everything `tssync doctor` can find, and why each of it matters: a closed set. */

/** `error`: mirroring will not work, or not rightly; `warning`: it will, with a loss; `note`: good to know. */
export type FindingSeverity = "error" | "warning" | "note";

export const FINDINGS = {
  CONFIGURATION: { severity: "error", why: "tssync does not start with it" },
  RSYNC_UNUSABLE: { severity: "error", why: "rsync does the transfers; nothing can be sent without it" },
  WATCHES_TOO_FEW: {
    severity: "error",
    why: "every directory takes one watch; changes below unwatched ones are found only by looking from time to time",
  },
  INSTANCES_TOO_FEW: {
    severity: "error",
    why: "every root takes one inotify instance, and other programs want some, too",
  },
  QUEUE_SHORT: {
    severity: "warning",
    why: "when the kernel's queue overflows, events are lost and the whole tree is walked to find what changed",
  },
  FILE_SYSTEM_SILENT: {
    severity: "warning",
    why: "not every change sends an event there, so it is looked at from time to time",
  },
  EVENTS_SILENT: {
    severity: "warning",
    why: "no event came for a file that was made: changes are found only by looking",
  },
  EVENTS_UNKNOWN: { severity: "note", why: "no file may be made there, so it was not tried whether events come" },
  STATE_UNUSABLE: {
    severity: "error",
    why: "watermarks, failures and events are kept there; without it nothing starts",
  },
  STATE_OPEN: { severity: "warning", why: "the API's token lies there: who may read it may command tssync" },
  SPACE_LOW: { severity: "warning", why: "a full disk stops what is written there" },
  PASSWORD_FILE_UNUSABLE: { severity: "error", why: "rsync refuses the whole transfer without it" },
  PASSWORD_FILE_MODE: { severity: "error", why: "rsync refuses a password file that others may read" },
  PASSWORD_FILE_OWNER: { severity: "error", why: "rsync that runs as root refuses a password file of somebody else" },
  PASSWORD_FILE_HAS_USER: {
    severity: "error",
    why:
      "a client's file holds only the password; user:password belongs into the server's secrets file, and is sent as the password",
  },
  PASSWORD_FILE_EMPTY: { severity: "error", why: "an empty password is refused" },
  PASSWORD_FILE_LINES: { severity: "warning", why: "only the first line counts" },
  REMOTE_UNREACHABLE: { severity: "error", why: "nothing arrives there; changes are remembered until it answers" },
  REMOTE_NOT_RSYNC: { severity: "error", why: "something else answers on this port" },
  REMOTE_OLD: { severity: "warning", why: "rsync before 3.1 knows less: deletes fly by rules, times by whole seconds" },
  REMOTE_REFUSED: { severity: "error", why: "the login is refused: user, password or address do not fit the module" },
  MODULE_UNKNOWN: { severity: "error", why: "the server has no such module" },
  MODULE_READ_ONLY: {
    severity: "error",
    why: "the server takes nothing into a module that is read only, which is its default",
  },
  REMOTE_UNWRITABLE: { severity: "error", why: "the server may not write into the module's directory" },
  REMOTE_FAILED: { severity: "error", why: "a trial transfer of one small file failed" },
  CLOCK_SKEW: {
    severity: "warning",
    why: "with -u a file that is newer there is never overwritten, and times of logs do not fit",
  },
  LINKS_MUNGED: {
    severity: "error",
    why: "without a chroot the server stores symbolic links with a prefix: they lead nowhere there",
  },
  TIMEOUT_SHORT: {
    severity: "warning",
    why: "a pause in a long transfer, as when a large file is compared, then ends it",
  },
  SECRETS_UNUSABLE: { severity: "error", why: "without it every login is refused" },
  SECRETS_MODE: { severity: "error", why: "rsync refuses a secrets file that others may read (strict modes)" },
  SECRETS_OWNER: { severity: "error", why: "rsync --daemon that runs as root refuses a secrets file of somebody else" },
  SECRETS_CONTENT: {
    severity: "error",
    why: "the server's file holds user:password, one on each line; others are never matched",
  },
  MODULE_PATH: { severity: "error", why: "the module's directory is not there or may not be written" },
  SERVER_UNUSABLE: { severity: "error", why: "rsync --daemon does not start with it" },
} as const satisfies Record<string, { readonly severity: FindingSeverity; readonly why: string }>;

export type FindingCode = keyof typeof FINDINGS;

/** One thing that was found. */
export type Finding = {
  readonly code: FindingCode;
  /** What it is about: a path, an address, `kernel`. */
  readonly subject: string;
  readonly found: string;
  /** The command that mends it, or what to change where. */
  readonly cure: string;
};

/** Whether anything would break. */
export function wouldBreak(findings: readonly Finding[]): boolean {
  return findings.some(({ code }) => FINDINGS[code].severity === "error");
}
