/** Judges the rsyncd.conf of a receiving side, where it can be read. */
import type { Finding } from "./doctor_finding.ts";
import { quoteForShell } from "./fail_log_text.ts";
import { isYes, type RsyncdModule } from "./rsyncd_conf.ts";

export type ServerFacts = {
  readonly file: string;
  /** Why it cannot be read; null: it can. */
  readonly trouble: string | null;
  readonly modules: readonly ModuleFacts[];
};

export type ModuleFacts = RsyncdModule & {
  /** Why its directory cannot be used; null: it can. */
  readonly pathTrouble: string | null;
  /** null: it names none. */
  readonly secrets: SecretsFacts | null;
};

export type SecretsFacts = {
  readonly path: string;
  readonly trouble: string | null;
  readonly mode: number;
  /** Whether it belongs to somebody else while root looks at it, who will run the daemon. */
  readonly isForeign: boolean;
  /** Numbers of lines that are not `user:password`. */
  readonly badLines: readonly number[];
};

/** rsync's own advice for `timeout`; a large file is compared for longer than a few seconds. */
const TIMEOUT_SECONDS_MIN = 60;

export function judgeServer({ file, trouble, modules }: ServerFacts): Finding[] {
  const conf = quoteForShell(file);
  if (trouble !== null) {
    return [{ code: "SERVER_UNUSABLE", subject: file, found: trouble, cure: "tssync init prints one that fits" }];
  }
  if (modules.length === 0) {
    return [{
      code: "SERVER_UNUSABLE",
      subject: file,
      found: "it has no module",
      cure: "tssync init prints one that fits",
    }];
  }
  return modules.flatMap((module) => judgeModule(module, file, conf));
}

function judgeModule({ name, settings, pathTrouble, secrets }: ModuleFacts, file: string, conf: string): Finding[] {
  const subject = `[${name}] of ${file}`;
  const findings: Finding[] = [];
  const path = settings.get("path") ?? "";
  if (pathTrouble !== null) {
    const made = quoteForShell(path);
    const cure = path === ""
      ? `set path in [${name}] of ${conf}`
      : `mkdir -p ${made} && chown ${settings.get("uid") ?? "root"} ${made}`;
    findings.push({ code: "MODULE_PATH", subject, found: pathTrouble, cure });
  }
  if (isYes(settings.get("read only"), true)) {
    const cure = `in ${conf}, in [${name}]: read only = no`;
    findings.push({ code: "MODULE_READ_ONLY", subject, found: "read only is not switched off", cure });
  }
  const hasChroot = isYes(settings.get("use chroot"), true);
  if (!hasChroot && isYes(settings.get("munge symlinks"), true)) {
    const cure = `in ${conf}, in [${name}]: munge symlinks = no (or use chroot = yes)`;
    findings.push({ code: "LINKS_MUNGED", subject, found: "use chroot = no without munge symlinks = no", cure });
  }
  const timeout = Number(settings.get("timeout") ?? 0);
  if (timeout > 0 && timeout < TIMEOUT_SECONDS_MIN) {
    const cure = `in ${conf}: timeout = 600`;
    findings.push({ code: "TIMEOUT_SHORT", subject, found: `timeout = ${timeout}`, cure });
  }
  if (secrets !== null) findings.push(...judgeSecrets(secrets, isYes(settings.get("strict modes"), true)));
  else if (settings.has("auth users")) {
    const cure = `in ${conf}, in [${name}]: secrets file = /etc/rsyncd.secrets`;
    findings.push({ code: "SECRETS_UNUSABLE", subject, found: "auth users without a secrets file", cure });
  }
  return findings;
}

function judgeSecrets({ path, trouble, mode, isForeign, badLines }: SecretsFacts, isStrict: boolean): Finding[] {
  const name = quoteForShell(path);
  if (trouble !== null) {
    const cure = `printf '%s\\n' 'USER:PASSWORD' > ${name} && chmod 600 ${name}`;
    return [{ code: "SECRETS_UNUSABLE", subject: path, found: trouble, cure }];
  }
  const findings: Finding[] = [];
  if (isStrict && (mode & 0o077) !== 0) {
    const found = `its mode is ${(mode & 0o777).toString(8).padStart(4, "0")}`;
    findings.push({ code: "SECRETS_MODE", subject: path, found, cure: `chmod 600 ${name}` });
  }
  if (isStrict && isForeign) {
    findings.push({
      code: "SECRETS_OWNER",
      subject: path,
      found: "it does not belong to root",
      cure: `chown root ${name}`,
    });
  }
  if (badLines.length > 0) {
    const found = `line ${badLines.join(", ")}: no user:password`;
    findings.push({
      code: "SECRETS_CONTENT",
      subject: path,
      found,
      cure: `write USER:PASSWORD on each line of ${name}`,
    });
  }
  return findings;
}
