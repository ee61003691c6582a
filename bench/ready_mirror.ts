/** Starts a contender on a place and waits until it mirrors: watches stand, a change passes, the trees are equal. */
import { lstatSync, rmSync, writeFileSync } from "node:fs";
import type { Contender, RsyncOptions, RunningContender } from "./contender.ts";
import type { MirrorPlace } from "./mirror_place.ts";
import { untilEqual, untilQuiet } from "./settle.ts";
import { waitUntil } from "../tests/support/wait_until.ts";

export type MirrorOptions = {
  readonly options?: RsyncOptions;
  readonly modify?: boolean;
  readonly toldUrl?: string;
  readonly timeoutMs: number;
};

/** The remotes must hold what the source holds, `site` among it. Dispose to stop it. */
export async function startMirror(
  contender: Contender,
  place: MirrorPlace,
  { options = {}, modify = false, toldUrl, timeoutMs }: MirrorOptions,
): Promise<RunningContender> {
  const running = await contender.start({
    source: place.source,
    urls: place.receiver.modules.map((module) => place.receiver.url(module)),
    folder: place.folder,
    options,
    modify,
    ...(toldUrl === undefined ? {} : { toldUrl }),
  });
  try {
    await running.watching;
    await passProbe(place, timeoutMs);
    await untilEqual(place, running.pid, timeoutMs);
    await untilQuiet(running.pid, place.receiver.pid);
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
  return running;
}

/** A file that is written until it arrives: a tool that is not ready yet may miss the first one. */
async function passProbe(place: MirrorPlace, timeoutMs: number): Promise<void> {
  const name = "site/.bench-probe";
  let writtenAtMs = -Infinity;
  const everyMs = 2000;
  const isAt = (root: string) => lstatSync(`${root}/${name}`, { throwIfNoEntry: false }) !== undefined;
  await waitUntil("a probe file on every remote", () => {
    if (place.destinations.every(isAt)) return true;
    if (performance.now() - writtenAtMs > everyMs) {
      writtenAtMs = performance.now();
      writeFileSync(`${place.source}/${name}`, String(writtenAtMs));
    }
    return false;
  }, timeoutMs);
  rmSync(`${place.source}/${name}`);
}
