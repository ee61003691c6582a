/**
 * Tries a remote for `tssync doctor`: is somebody there, and does one small file arrive? The trial makes a directory
 * `.tssync-doctor-…` there, looks at it, and takes it away again.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RemoteConfiguration } from "../config/configuration.ts";
import type { ReachFacts, TrialFacts } from "../core/doctor_remote.ts";
import { textToBytePath } from "../core/path.ts";
import { type CallOptions, destination, transport } from "../core/rsync_command.ts";
import type { RsyncEnd } from "../ports.ts";
import { openRsyncRunner } from "./rsync_runner.ts";

const CONNECT_MS_MAX = 10_000;
/** rsync's own time-out for a trial. */
const TRIAL_SECONDS_MAX = 30;
const RSYNC_PORT = 873;

/** Asks the port who is there. Of ssh and of local directories the trial itself tells. */
export async function reachRemote({ destination: target }: RemoteConfiguration): Promise<ReachFacts> {
  if (target.kind !== "daemon") return { ok: true, protocol: null };
  const { host, port } = target;
  return await new Promise<ReachFacts>((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ""), port: port ?? RSYNC_PORT, timeout: CONNECT_MS_MAX });
    const settle = (facts: ReachFacts) => {
      socket.destroy();
      resolve(facts);
    };
    const failed = (reason: string, isOther = false) => settle({ ok: false, isOther, reason });
    socket.once("data", (bytes: Buffer) => {
      const greeting = /^@RSYNCD: (\d+)/.exec(bytes.toString("latin1"));
      if (greeting === null) failed(`port ${port ?? RSYNC_PORT} does not answer as an rsync daemon`, true);
      else settle({ ok: true, protocol: Number(greeting[1]) });
    });
    socket.once(
      "error",
      (error: NodeJS.ErrnoException) =>
        failed(`cannot connect to ${host} port ${port ?? RSYNC_PORT}: ${error.code ?? error.message}`),
    );
    socket.once(
      "timeout",
      () => failed(`${host} port ${port ?? RSYNC_PORT} said nothing for ${CONNECT_MS_MAX / 1000} s`),
    );
    socket.once("end", () => failed(`${host} port ${port ?? RSYNC_PORT} closed the connection at once`, true));
  });
}

/** `token` names what is made there for a moment. */
export async function tryRemote(remote: RemoteConfiguration, token: string): Promise<TrialFacts> {
  const directory = mkdtempSync(join(tmpdir(), "tssync-doctor-"));
  try {
    return await trial(remote, { directory, name: `.tssync-doctor-${token}` });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function trial(
  { destination: target }: RemoteConfiguration,
  { directory, name }: { readonly directory: string; readonly name: string },
): Promise<TrialFacts> {
  mkdirSync(join(directory, name));
  writeFileSync(join(directory, name, "file"), "tssync doctor\n");
  symlinkSync("file", join(directory, name, "link"));
  const call: CallOptions = {
    target,
    params: [],
    timeoutSeconds: TRIAL_SECONDS_MAX,
    deletes: true,
    deletesMax: null,
    trash: null,
    nanoseconds: false,
  };
  const there = destination(target);
  const rsync = (...args: readonly string[]) => run(directory, [...transport(call), ...args]);
  // Without times: the file there gets the server's own.
  const sentAtMs = Date.now();
  const sent = await rsync("--recursive", "--links", "--debug=PROTO", name, there);
  const protocol = protocolOf(sent);
  if (sent.exitCode !== 0) {
    return { ...UNKNOWN, protocol, exitCode: sent.exitCode, stderr: sent.stderr || (sent.startError ?? "") };
  }
  try {
    const listed = await rsync("--list-only", `${there}${name}/file`);
    // Through the link: one that was stored with a prefix leads nowhere.
    const followed = await rsync("--list-only", "--copy-links", `${there}${name}/link`);
    return {
      protocol,
      stderr: "",
      exitCode: 0,
      clockSkewSeconds: skewSeconds(listed, sentAtMs),
      linksMunged: listed.exitCode === 0 ? !/^-/m.test(followed.output) : null,
    };
  } finally {
    rmSync(join(directory, name), { recursive: true });
    await rsync("--recursive", "--delete", `--include=/${name}`, `--include=/${name}/**`, "--exclude=*", "./", there);
  }
}

const UNKNOWN: TrialFacts = { protocol: null, exitCode: null, stderr: "", clockSkewSeconds: null, linksMunged: null };

/** What the other side speaks, whichever way it is reached. */
function protocolOf({ output }: RsyncEnd): number | null {
  const found = /\(Client\) Protocol versions: remote=(\d+)/.exec(output);
  return found === null ? null : Number(found[1]);
}

/** From a line as `-rw-r--r-- 14 2026/11/21 14:17:01 file`, in UTC. */
function skewSeconds({ output }: RsyncEnd, sentAtMs: number): number | null {
  const found = /(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)/.exec(output);
  if (found === null) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  const thereMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const nowMs = Date.now();
  // It was made between the call and its end; within that time it is right.
  if (thereMs + 1_000 >= sentAtMs && thereMs <= nowMs) return 0;
  return Math.round((thereMs - (thereMs < sentAtMs ? sentAtMs : nowMs)) / 1_000);
}

async function run(cwd: string, args: readonly string[]): Promise<RsyncEnd> {
  const process = openRsyncRunner().start({ args, cwd: textToBytePath(cwd), env: { TZ: "UTC" } }, {
    collectOutput: true,
  });
  process.send(new Uint8Array(0));
  return await process.ended;
}
