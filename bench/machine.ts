/** On what was measured. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { tssyncVersion } from "./contender_tssync.ts";

export type Machine = Readonly<
  Record<"kernel" | "processor" | "memory" | "eventQueue" | "rsync" | "lsyncd" | "tssync", string>
>;

export function machine(): Machine {
  const [first] = cpus();
  return {
    kernel: `Linux ${release()}`,
    processor: `${cpus().length} × ${first?.model ?? "unknown"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    // The kernel's default is 16,384.
    eventQueue: readFileSync("/proc/sys/fs/inotify/max_queued_events", "utf8").trim(),
    rsync: firstLine(["rsync", "--version"]),
    lsyncd: firstLine(["lsyncd", "--version"]),
    tssync: tssyncVersion(),
  };
}

function firstLine([program, ...args]: readonly string[]): string {
  const { stdout } = spawnSync(program!, args, { encoding: "utf8" });
  return stdout?.split("\n")[0]?.replace(/\s+/g, " ").trim() || "not installed";
}
