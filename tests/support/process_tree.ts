import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { waitUntil } from "./wait_until.ts";

/** Process ids of all living descendants of `pid`, children before grandchildren. Zombies do not count. */
export function descendantsOf(pid: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = livingParentOf(Number(name));
    if (parent !== null) childrenOf.set(parent, [...childrenOf.get(parent) ?? [], Number(name)]);
  }
  const found: number[] = [];
  const waiting = [pid];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const children = childrenOf.get(next) ?? [];
    found.push(...children);
    waiting.push(...children);
  }
  return found;
}

/** Whether the process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  return livingParentOf(pid) !== null;
}

/** Signals a process and all its descendants, then waits until none of them lives. */
export async function killTree(pid: number, signal: NodeJS.Signals): Promise<void> {
  sendSignal(pid, "SIGSTOP"); // So that it starts no child between the listing and the signal.
  const pids = [pid, ...descendantsOf(pid)];
  for (const each of pids) sendSignal(each, signal);
  sendSignal(pid, "SIGCONT");
  await waitUntil(`processes ${pids.join(" ")} to end after ${signal}`, () => !pids.some(isAlive));
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function livingParentOf(pid: number): number | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return null; // Gone between the listing and now.
  }
  // The second field, the program's name, may hold spaces and brackets: the rest begins after the last bracket.
  const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state === "Z" || state === "X" ? null : Number(parent);
}
