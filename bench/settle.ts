/**
 * Waits until remotes equal the source, cheaply and exactly: a small sample is looked at often, the whole tree only once the
 * sample agrees. When it happened is then read from the trees' own change times, so late looks cost no accuracy and nothing
 * that is done to check counts.
 */
import { lstatSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { MirrorPlace } from "./mirror_place.ts";
import { contentDifferences, differences, directoryTimeDifferences, readTree, type TreeState } from "./mirror_state.ts";
import { cpuOfTool, cpuOfTree } from "./process_cost.ts";

const SAMPLE = 64;
const SAMPLE_EVERY_MS = 10;
/** How often it is asked whether to go on: that reads all of `/proc`. */
const LOOKS_BEFORE_GIVING_UP = 50;
const WHOLE_EVERY_MS_MIN = 50;
const WHOLE_EVERY_MS_MAX = 1000;
/** Without a tick of processor time for so long, a tool is done. */
const QUIET_MS = 300;
const QUIET_MS_MAX = 3000;

export class NotEqual extends Error {}

/** Longer than any of the tools waits before it tries again. */
const REST_MS_MAX = 20_000;

/**
 * Resolves with the source's state once every remote agrees in names, types, modes, sizes, file times and link targets. Rejects
 * when that takes too long, or when the tool has done nothing for so long that it will not happen.
 */
export async function untilEqual(place: MirrorPlace, toolPid: number, timeoutMs: number): Promise<TreeState> {
  const deadlineMs = performance.now() + timeoutMs;
  const worked = { cpu: -1, atMs: 0 };
  const giveUp = (found: string) => {
    const nowMs = performance.now();
    const { tool, clients } = cpuOfTool(toolPid);
    const cpu = tool + clients + cpuOfTree(place.receiver.pid);
    if (cpu !== worked.cpu) Object.assign(worked, { cpu, atMs: nowMs });
    if (nowMs > deadlineMs) throw new NotEqual(`not equal after ${timeoutMs / 1000} s: ${found}`);
    if (nowMs - worked.atMs > REST_MS_MAX) throw new NotEqual(`at rest and not equal: ${found}`);
  };
  const source = await readTree(place.source);
  for (const destination of place.destinations) {
    const paths = sampleOf(source);
    let looks = 0;
    let wholeEveryMs = WHOLE_EVERY_MS_MIN;
    for (;;) {
      if (paths.every((path) => looksEqual(place.source, destination, path))) {
        const found = differences(source, await readTree(destination));
        if (found === 0) break;
        giveUp(`${found} entries differ`);
        await pause(wholeEveryMs);
        wholeEveryMs = Math.min(wholeEveryMs * 1.5, WHOLE_EVERY_MS_MAX);
      } else {
        await pause(SAMPLE_EVERY_MS);
        if (++looks % LOOKS_BEFORE_GIVING_UP === 0) giveUp("entries are missing");
      }
    }
  }
  return source;
}

/** Waits until the tool and the receiver have stopped working, at most some seconds: one that never rests is cut off. */
export async function untilQuiet(toolPid: number, receiverPid: number): Promise<void> {
  const deadlineMs = performance.now() + QUIET_MS_MAX;
  for (let before = -1; performance.now() < deadlineMs;) {
    const { tool, clients } = cpuOfTool(toolPid);
    const now = tool + clients + cpuOfTree(receiverPid);
    if (now === before) return;
    before = now;
    await pause(QUIET_MS);
  }
}

/** The moment of the last change on any remote, wall clock, and how many directory times are wrong there. */
export async function lastChange(place: MirrorPlace, source: TreeState) {
  let atMs = 0;
  let directoryTimesDiffer = 0;
  for (const destination of place.destinations) {
    const state = await readTree(destination);
    atMs = Math.max(atMs, state.changedAtMs);
    directoryTimesDiffer += directoryTimeDifferences(source, state);
  }
  return { atMs, directoryTimesDiffer };
}

/** Throws when a remote differs in any byte. */
export async function verify(place: MirrorPlace): Promise<void> {
  for (const destination of place.destinations) {
    const lines = await contentDifferences(place.source, destination);
    if (lines.length > 0) throw new NotEqual(`the trees differ in the end: ${lines.length} lines, first ${lines[0]}`);
  }
}

/** Spread over the order in which the disk lists them, which is not the order of names. */
function sampleOf({ entries }: TreeState): string[] {
  const paths = [...entries.keys()];
  const step = Math.max(1, paths.length / SAMPLE);
  return Array.from({ length: Math.min(SAMPLE, paths.length) }, (_, index) => paths[Math.floor(index * step)]!);
}

function looksEqual(source: string, destination: string, path: string): boolean {
  const wanted = lstatSync(`${source}/${path}`, { throwIfNoEntry: false });
  const found = lstatSync(`${destination}/${path}`, { throwIfNoEntry: false });
  if (wanted === undefined || found === undefined) return wanted === found;
  return wanted.isDirectory() ? found.isDirectory() : wanted.size === found.size && wanted.mtimeMs === found.mtimeMs;
}
