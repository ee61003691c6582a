/** What `/proc` tells about processes. Everything is null or empty where a process is gone or may not be read. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { RsyncLeftover } from "../ports.ts";

/** Who a process is: a pid alone may have been given to another one since. Zombies count as gone. */
export function describeProcess(pid: number): RsyncLeftover | null {
  const stat = readStat(pid);
  if (stat === null || stat.state === "Z" || stat.state === "X") return null;
  return { pid, startTime: stat.startTime, program: readProgram(pid) ?? stat.comm };
}

/** Whether any living process belongs to the process group. */
export function isGroupAlive(group: number): boolean {
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(Number(name));
    if (stat !== null && stat.group === group && stat.state !== "Z" && stat.state !== "X") return true;
  }
  return false;
}

/** Whether the process leads the process group that bears its number. */
export function leadsGroup(pid: number): boolean {
  return readStat(pid)?.group === pid;
}

/** Bytes the process and all its descendants have read and written, files and sockets alike; null when it is gone. */
export function readActivity(pid: number): number | null {
  const own = readIo(pid);
  if (own === null) return null;
  let bytes = own.read + own.written;
  for (const child of readChildren(pid)) bytes += readActivity(child) ?? 0;
  return bytes;
}

/** Bytes the process itself has written, files and sockets alike; null when it is gone. */
export function readWritten(pid: number): number | null {
  return readIo(pid)?.written ?? null;
}

type Stat = { readonly comm: string; readonly state: string; readonly group: number; readonly startTime: string };

function readStat(pid: number): Stat | null {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The name in parentheses may itself hold spaces and parentheses: the fields start behind the last one.
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  const [state, , group] = fields;
  const startTime = fields[19];
  if (state === undefined || group === undefined || startTime === undefined) return null;
  return { comm: text.slice(text.indexOf("(") + 1, close), state, group: Number(group), startTime };
}

/** The name of the executable; an upgrade that replaced the file meanwhile does not change it. */
function readProgram(pid: number): string | null {
  try {
    const path = readlinkSync(`/proc/${pid}/exe`, "latin1").replace(/ \(deleted\)$/, "");
    return path.slice(path.lastIndexOf("/") + 1);
  } catch {
    return null; // A process of somebody else, or one that just ended: its short name has to do.
  }
}

function readIo(pid: number): { readonly read: number; readonly written: number } | null {
  const text = readText(`/proc/${pid}/io`);
  const read = text?.match(/^rchar: (\d+)$/m)?.[1];
  const written = text?.match(/^wchar: (\d+)$/m)?.[1];
  return read === undefined || written === undefined ? null : { read: Number(read), written: Number(written) };
}

function readChildren(pid: number): number[] {
  const text = readText(`/proc/${pid}/task/${pid}/children`);
  return text === null ? [] : text.split(" ").filter((word) => word !== "").map(Number);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null; // Processes end at any moment; missing is an answer here.
  }
}
