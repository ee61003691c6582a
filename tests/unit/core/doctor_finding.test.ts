import { expect, test } from "bun:test";
import { type FindingCode, FINDINGS } from "../../../src/core/doctor_finding.ts";
import { type HostFacts, judgeHost, type RootFacts } from "../../../src/core/doctor_host.ts";
import {
  judgeRemote,
  type PasswordFileFacts,
  type RemoteFacts,
  type TrialFacts,
} from "../../../src/core/doctor_remote.ts";
import { judgeServer, type ModuleFacts, type SecretsFacts } from "../../../src/core/doctor_server.ts";
import { readRsyncdConf } from "../../../src/core/rsyncd_conf.ts";

const STATE = { directory: "/var/lib/tssync", trouble: null, mode: 0o700, freeBytes: 1e12 };
const HOST: HostFacts = {
  rsync: { version: "3.5.0" },
  watchesMax: 1_000_000,
  instancesMax: 128,
  queueMax: 327_679,
  state: STATE,
};
const ROOT: RootFacts = { path: "/data", directories: 1_000, fileSystemType: "ext4", events: "arrive" };
const TRIAL: TrialFacts = { protocol: 31, exitCode: 0, stderr: "", clockSkewSeconds: 0, linksMunged: false };
const PASSWORD: PasswordFileFacts = {
  ...{
    path: "/etc/rsync.pass",
    trouble: null,
    mode: 0o600,
    isForeign: false,
    lines: 1,
    isEmpty: false,
    beginsWithUser: false,
  },
};
const REMOTE: RemoteFacts = {
  address: "rsync://backup:873/www",
  module: "www",
  passwordFile: PASSWORD,
  reach: { ok: true, protocol: 31 },
  trial: TRIAL,
  freeBytes: null,
};
const SECRETS: SecretsFacts = {
  path: "/etc/rsyncd.secrets",
  trouble: null,
  mode: 0o600,
  isForeign: false,
  badLines: [],
};

const host = (facts: Partial<HostFacts>) => judgeHost({ ...HOST, ...facts }, [ROOT]);
const root = (facts: Partial<RootFacts>) => judgeHost(HOST, [{ ...ROOT, ...facts }]);
const remote = (facts: Partial<RemoteFacts>) => judgeRemote({ ...REMOTE, ...facts });
const password = (facts: Partial<PasswordFileFacts>) => remote({ passwordFile: { ...PASSWORD, ...facts } });
const trial = (facts: Partial<TrialFacts>) => remote({ trial: { ...TRIAL, ...facts } });
const refused = (stderr: string) => trial({ exitCode: 5, stderr });
const server = (conf: string, facts: Partial<ModuleFacts> = {}) =>
  judgeServer({
    file: "/etc/rsyncd.conf",
    trouble: null,
    modules: readRsyncdConf(conf).map((module) => ({ ...module, pathTrouble: null, secrets: null, ...facts })),
  });
const GOOD = "[www]\npath = /data\nread only = no\n";

const CASES: readonly (readonly [FindingCode, string, ReturnType<typeof host>])[] = [
  ["RSYNC_UNUSABLE", "no rsync", host({ rsync: { trouble: "there is none" } })],
  ["WATCHES_TOO_FEW", "more directories than watches", host({ watchesMax: 1_200 })],
  ["INSTANCES_TOO_FEW", "few instances", host({ instancesMax: 10 })],
  ["QUEUE_SHORT", "the kernel's default queue", host({ queueMax: 16_384 })],
  ["STATE_UNUSABLE", "no state directory", host({ state: { ...STATE, trouble: "read only" } })],
  ["STATE_OPEN", "an open state directory", host({ state: { ...STATE, mode: 0o755 } })],
  ["SPACE_LOW", "a full disk", host({ state: { ...STATE, freeBytes: 1_000 } })],
  ["FILE_SYSTEM_SILENT", "NFS", root({ fileSystemType: "nfs", events: "arrive" })],
  ["EVENTS_SILENT", "no event", root({ events: "silent" })],
  ["EVENTS_UNKNOWN", "a source that may not be written", root({ events: "unknown" })],
  ["REMOTE_UNREACHABLE", "nobody there", remote({ reach: { ok: false, isOther: false, reason: "ECONNREFUSED" } })],
  ["REMOTE_NOT_RSYNC", "another service", remote({ reach: { ok: false, isOther: true, reason: "HTTP" } })],
  ["REMOTE_OLD", "an old rsync", remote({ reach: { ok: true, protocol: 30 } })],
  ["PASSWORD_FILE_UNUSABLE", "no password file", password({ trouble: "there is no such file" })],
  [
    "REMOTE_OLD",
    "an old rsync behind ssh",
    remote({ reach: { ok: true, protocol: null }, trial: { ...TRIAL, protocol: 30 } }),
  ],
  ["PASSWORD_FILE_OWNER", "somebody else's password file", password({ isForeign: true })],
  ["PASSWORD_FILE_MODE", "an open password file", password({ mode: 0o644 })],
  ["PASSWORD_FILE_HAS_USER", "user:password at the client", password({ beginsWithUser: true })],
  ["PASSWORD_FILE_EMPTY", "an empty password file", password({ isEmpty: true })],
  ["PASSWORD_FILE_LINES", "two lines", password({ lines: 2 })],
  ["REMOTE_REFUSED", "a wrong password", refused("@ERROR: auth failed on module www")],
  ["REMOTE_REFUSED", "a wrong address", refused("@ERROR: access denied to www from host (10.0.0.1)")],
  ["REMOTE_REFUSED", "a foreign key", refused("bob@host: Permission denied (publickey).")],
  ["MODULE_UNKNOWN", "an unknown module", refused("@ERROR: Unknown module 'www'")],
  ["MODULE_READ_ONLY", "a read-only module", refused("ERROR: module is read only")],
  ["REMOTE_UNWRITABLE", "a foreign directory", refused('rsync: [Receiver] mkdir "/x" failed: Permission denied (13)')],
  ["REMOTE_FAILED", "something else", refused("rsync error: unexplained error")],
  ["CLOCK_SKEW", "a clock that is ahead", trial({ clockSkewSeconds: 3_600 })],
  ["LINKS_MUNGED", "a link that leads nowhere", trial({ linksMunged: true })],
  ["MODULE_READ_ONLY", "the server's default", server("[www]\npath = /data\n")],
  ["LINKS_MUNGED", "no chroot", server(`use chroot = no\n${GOOD}`)],
  ["TIMEOUT_SHORT", "a short time-out", server(`timeout = 10\n${GOOD}`)],
  ["MODULE_PATH", "no directory", server(GOOD, { pathTrouble: "/data: ENOENT" })],
  ["SECRETS_UNUSABLE", "users without secrets", server(`${GOOD}auth users = bob\n`)],
  ["SECRETS_UNUSABLE", "no secrets file", server(GOOD, { secrets: { ...SECRETS, trouble: "ENOENT" } })],
  ["SECRETS_MODE", "open secrets", server(GOOD, { secrets: { ...SECRETS, mode: 0o644 } })],
  ["SECRETS_OWNER", "somebody else's secrets", server(GOOD, { secrets: { ...SECRETS, isForeign: true } })],
  ["SECRETS_CONTENT", "a password alone", server(GOOD, { secrets: { ...SECRETS, badLines: [1] } })],
  ["SERVER_UNUSABLE", "no module", server("uid = root\n")],
];

test("judge… find nothing where everything is right", () => {
  expect([...host({}), ...remote({}), ...server(GOOD, { secrets: SECRETS })]).toEqual([]);
});

for (const [code, what, findings] of CASES) {
  test(`judge… find ${code}: ${what}`, () => {
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    const [finding] = findings;
    expect(finding?.found).not.toBe("");
    expect(finding?.cure).not.toBe("");
  });
}

test("judge… can find everything in the table, but the problems of the configuration itself", () => {
  const found = new Set(CASES.map(([code]) => code));
  expect(Object.keys(FINDINGS).filter((code) => !found.has(code as FindingCode))).toEqual(["CONFIGURATION"]);
});

test("readRsyncdConf() gives modules what they inherit, and reads what rsync reads", () => {
  const conf = "# x\nuid = root\nRead  Only=false\n[a]\n path = /a\n uid = bob\n; y\n[b]\npath = /b \\\n  c\n";
  const [a, b] = readRsyncdConf(conf);
  expect([a?.name, ...a!.settings]).toEqual(["a", ["uid", "bob"], ["read only", "false"], ["path", "/a"]]);
  expect(b?.settings.get("path")).toBe("/b c");
});
