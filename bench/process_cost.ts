/** What processes have used, from `/proc`. Processes that ended count through the parent that waited for them. */
import { readdirSync, readFileSync } from "node:fs";
import { descendantsOf } from "../tests/support/process_tree.ts";

/** `/proc` counts processor time in hundredths of a second on every architecture Linux runs on today. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time, user and system. */
export type CpuSeconds = {
  /** The tool's own processes, whatever they are called. */
  readonly tool: number;
  /** rsync processes below it, the ended ones included. */
  readonly clients: number;
};

/** Of a tool and everything it started. What its own processes waited for was rsync. */
export function cpuOfTool(pid: number): CpuSeconds {
  let tool = 0;
  let clients = 0;
  for (const each of [pid, ...descendantsOf(pid)]) {
    const found = statOf(each);
    if (found === null) continue;
    if (found.name === "rsync") clients += found.own;
    else tool += found.own;
    clients += found.reaped;
  }
  return { tool, clients };
}

/** Of a process, those below it and those they waited for. */
export function cpuOfTree(pid: number): number {
  let seconds = 0;
  for (const each of [pid, ...descendantsOf(pid)]) {
    const found = statOf(each);
    if (found !== null) seconds += found.own + found.reaped;
  }
  return seconds;
}

/** Of children that this process waited for. */
export function cpuOfEndedChildren(): number {
  return statOf(process.pid)?.reaped ?? 0;
}

/** What the threads of a process have used so far. */
export type ThreadCosts = ReadonlyMap<string, { readonly nanoseconds: number; readonly waits: number }>;

export function threadCosts(pid: number): ThreadCosts {
  return new Map(
    readdirSync(`/proc/${pid}/task`).map((thread) => {
      const path = `/proc/${pid}/task/${thread}`;
      const nanoseconds = Number(readFileSync(`${path}/schedstat`, "latin1").split(" ")[0]);
      return [thread, { nanoseconds, waits: statusField(`${path}/status`, "voluntary_ctxt_switches") ?? 0 }];
    }),
  );
}

/** Seconds of processor time, and how often a thread began to wait, between two looks. Threads that ended are not in it. */
export function costBetween(before: ThreadCosts, after: ThreadCosts): { readonly cpu: number; readonly waits: number } {
  let nanoseconds = 0;
  let waits = 0;
  for (const [thread, now] of after) {
    nanoseconds += now.nanoseconds - (before.get(thread)?.nanoseconds ?? 0);
    waits += now.waits - (before.get(thread)?.waits ?? 0);
  }
  return { cpu: nanoseconds / 1e9, waits };
}

/** Bytes of resident memory of the tool's own processes, now and at most. */
export function memoryOfTool(pid: number): { readonly now: number; readonly peak: number } {
  let now = 0;
  let peak = 0;
  for (const each of [pid, ...descendantsOf(pid)]) {
    if (statOf(each)?.name === "rsync") continue;
    now += 1024 * (statusField(`/proc/${each}/status`, "VmRSS") ?? 0);
    peak += 1024 * (statusField(`/proc/${each}/status`, "VmHWM") ?? 0);
  }
  return { now, peak };
}

/** Watches in all inotify instances of the tool. Costs the kernel a walk over them: not for a busy loop. */
export function watchesOfTool(pid: number): number {
  let watches = 0;
  for (const each of [pid, ...descendantsOf(pid)]) {
    // Two descriptors of one instance show the same.
    const instances = new Set<string>();
    try {
      for (const fd of readdirSync(`/proc/${each}/fdinfo`)) {
        instances.add(readFileSync(`/proc/${each}/fdinfo/${fd}`, "latin1"));
      }
    } catch {
      // Ended between the listing and now.
    }
    for (const text of instances) watches += text.split("inotify wd:").length - 1;
  }
  return watches;
}

/** Seconds of processor time that the whole machine has used since it started. */
export function cpuOfMachine(): number {
  const [, user, nice, system, , , irq, softIrq] = readFileSync("/proc/stat", "latin1").split("\n")[0]!.split(/\s+/);
  return [user, nice, system, irq, softIrq].reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

function statOf(pid: number): { readonly name: string; readonly own: number; readonly reaped: number } | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return null; // Gone since it was listed.
  }
  const end = text.lastIndexOf(")");
  // The fields after the name, from the third on; 14 to 17 are utime, stime, cutime, cstime.
  const fields = text.slice(end + 2).split(" ").map(Number);
  const seconds = (first: number) => (fields[first - 3]! + fields[first - 2]!) / TICKS_PER_SECOND;
  return { name: text.slice(text.indexOf("(") + 1, end), own: seconds(14), reaped: seconds(16) };
}

function statusField(path: string, name: string): number | null {
  try {
    const match = new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(readFileSync(path, "latin1"));
    return match === null ? null : Number(match[1]);
  } catch {
    return null;
  }
}
