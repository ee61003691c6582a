/** Judges one remote by what came of talking to it. */
import { type Finding, type FindingCode, wouldBreak } from "./doctor_finding.ts";
import { judgeSpace } from "./doctor_host.ts";
import { quoteForShell } from "./fail_log_text.ts";

export type RemoteFacts = {
  readonly address: string;
  /** The server's module; null: it is reached in another way. */
  readonly module: string | null;
  readonly passwordFile: PasswordFileFacts | null;
  readonly reach: ReachFacts;
  /** A trial transfer; null: it was not tried, since nothing is there or nobody wanted it. */
  readonly trial: TrialFacts | null;
  /** Of a directory on this machine. */
  readonly freeBytes: number | null;
};

/** `version`: the protocol that the server speaks, where it says so. */
export type ReachFacts =
  | { readonly ok: true; readonly protocol: number | null }
  | { readonly ok: false; readonly isOther: boolean; readonly reason: string };

export type TrialFacts = {
  /** That the other side speaks; null: not learned. */
  readonly protocol: number | null;
  /** rsync's code and its words. */
  readonly exitCode: number | null;
  readonly stderr: string;
  /** The server's clock minus ours; null: not learned. */
  readonly clockSkewSeconds: number | null;
  /** null: not learned. */
  readonly linksMunged: boolean | null;
};

export type PasswordFileFacts = {
  readonly path: string;
  /** Why it cannot be read; null: it can. */
  readonly trouble: string | null;
  readonly mode: number;
  /** Whether it belongs to somebody else while root runs rsync, which then refuses it. */
  readonly isForeign: boolean;
  readonly lines: number;
  readonly isEmpty: boolean;
  readonly beginsWithUser: boolean;
};

/** Protocol 31 came with rsync 3.1. */
const PROTOCOL_MIN = 31;
const CLOCK_SKEW_SECONDS_MAX = 60;

export function judgeRemote(facts: RemoteFacts): Finding[] {
  const { address, reach, trial, passwordFile } = facts;
  const findings = passwordFile === null ? [] : judgePasswordFile(passwordFile);
  const add = (code: FindingCode, found: string, cure: string) =>
    findings.push({ code, subject: address, found, cure });
  if (!reach.ok) {
    if (reach.isOther) {
      add("REMOTE_NOT_RSYNC", reach.reason, "correct ip and port of <remote>, or start rsync --daemon there");
    } else {
      add(
        "REMOTE_UNREACHABLE",
        reach.reason,
        "on the other side: systemctl enable --now rsync (or tssync receiver), and open the port in its firewall",
      );
    }
    return findings;
  }
  const protocol = reach.protocol ?? trial?.protocol ?? null;
  if (protocol !== null && protocol < PROTOCOL_MIN) {
    add(
      "REMOTE_OLD",
      `its rsync is older than 3.1: it speaks protocol ${protocol}`,
      "on the other side: apt-get install --only-upgrade rsync",
    );
  }
  findings.push(...judgeSpace(address, facts.freeBytes));
  if (trial === null) return findings;
  // A password file that rsync does not take explains a refused login.
  const isExplained = wouldBreak(findings);
  findings.push(...judgeTrial(facts, trial).filter(({ code }) => code !== "REMOTE_REFUSED" || !isExplained));
  return findings;
}

function judgeTrial({ address, module }: RemoteFacts, trial: TrialFacts): Finding[] {
  const { exitCode, stderr, clockSkewSeconds, linksMunged } = trial;
  if (exitCode !== 0) {
    const refusal = REFUSALS.find(({ words }) => words.test(stderr));
    const said = firstWords(stderr) ||
      (exitCode === null ? "rsync did not end by itself" : `rsync ended with ${exitCode}`);
    const { code, cure } = refusal ??
      { code: "REMOTE_FAILED", cure: () => "tssync status and its log say more" } as const;
    return [{ code, subject: address, found: said, cure: cure(module ?? "MODULE") }];
  }
  const findings: Finding[] = [];
  if (clockSkewSeconds !== null && Math.abs(clockSkewSeconds) > CLOCK_SKEW_SECONDS_MAX) {
    const found = `its clock is ${Math.abs(clockSkewSeconds)} s ${clockSkewSeconds > 0 ? "ahead" : "behind"}`;
    findings.push({ code: "CLOCK_SKEW", subject: address, found, cure: "on both sides: timedatectl set-ntp true" });
  }
  if (linksMunged === true) {
    findings.push({
      code: "LINKS_MUNGED",
      subject: address,
      found: "a symbolic link that was sent leads nowhere there",
      cure: `in the server's rsyncd.conf, in [${module ?? "MODULE"}]: munge symlinks = no (or use chroot = yes)`,
    });
  }
  return findings;
}

type Refusal = { readonly words: RegExp; readonly code: FindingCode; readonly cure: (module: string) => string };

/** rsync's words for what went wrong: read by people, so written down by their meaning here and nowhere else. */
const REFUSALS: readonly Refusal[] = [
  {
    words: /Unknown module/i,
    code: "MODULE_UNKNOWN",
    cure: (module) => `name a module of the server (rsync HOST::), or add [${module}] to its rsyncd.conf`,
  },
  {
    words: /module is read only/i,
    code: "MODULE_READ_ONLY",
    cure: (module) => `in the server's rsyncd.conf, in [${module}]: read only = no`,
  },
  {
    words: /auth failed|access denied|Permission denied \((?!\d)|Host key verification failed|password file/i,
    code: "REMOTE_REFUSED",
    cure: (module) =>
      `compare users and passwordfile with auth users, secrets file and hosts allow of [${module}]; over ssh: ssh-copy-id`,
  },
  {
    words:
      /Permission denied|Read-only file system|Operation not permitted|chroot failed|chdir failed|mkdir .* failed/i,
    code: "REMOTE_UNWRITABLE",
    cure: (module) => `on the other side: the directory of [${module}] has to exist and belong to its uid (chown)`,
  },
  {
    words: /configured to refuse/i,
    code: "REMOTE_FAILED",
    cure: (module) => `in the server's rsyncd.conf, in [${module}]: take that option out of refuse options`,
  },
  { words: /No space left|Disk quota/i, code: "SPACE_LOW", cure: () => "on the other side: make room (df -h)" },
];

/** The first line that says what is wrong. */
function firstWords(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  // The last line is rsync's verdict, "rsync error: …": a number in words, which tells the least.
  const told = lines.filter((line) => !line.startsWith("rsync error:"));
  if (told.length > 0) return told.find((line) => /@ERROR|ERROR:|failed|denied|refuse|full/i.test(line)) ?? told[0]!;
  return lines[0] ?? "";
}

function judgePasswordFile(facts: PasswordFileFacts): Finding[] {
  const { path, trouble, mode, isForeign, lines, isEmpty, beginsWithUser } = facts;
  const name = quoteForShell(path);
  const write = `printf '%s\\n' 'PASSWORD' > ${name} && chmod 600 ${name}`;
  if (trouble !== null) return [{ code: "PASSWORD_FILE_UNUSABLE", subject: path, found: trouble, cure: write }];
  const findings: Finding[] = [];
  if ((mode & 0o077) !== 0) {
    const found = `its mode is ${(mode & 0o777).toString(8).padStart(4, "0")}`;
    findings.push({ code: "PASSWORD_FILE_MODE", subject: path, found, cure: `chmod 600 ${name}` });
  }
  if (isForeign) {
    const found = "it does not belong to root, who runs this";
    findings.push({ code: "PASSWORD_FILE_OWNER", subject: path, found, cure: `chown root ${name}` });
  }
  if (isEmpty) {
    findings.push({ code: "PASSWORD_FILE_EMPTY", subject: path, found: "its first line is empty", cure: write });
  } else if (beginsWithUser) {
    const found = "it begins with the user's name and a colon";
    findings.push({ code: "PASSWORD_FILE_HAS_USER", subject: path, found, cure: `sed -i 's/^[^:]*://' ${name}` });
  }
  if (lines > 1) {
    const cure = `sed -i '2,$d' ${name}`;
    findings.push({ code: "PASSWORD_FILE_LINES", subject: path, found: `it has ${lines} lines`, cure });
  }
  return findings;
}
