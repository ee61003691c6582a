/** The floor: rsync alone, started by hand once everything is written. */
import type { RsyncOptions } from "./contender.ts";
import { rsyncOptionWords } from "./contender.ts";
import type { MirrorPlace } from "./mirror_place.ts";
import { cpuOfEndedChildren } from "./process_cost.ts";
import { descendantsOf } from "../tests/support/process_tree.ts";
import { waitUntil } from "../tests/support/wait_until.ts";
import { startProcess } from "./started_process.ts";

/** One rsync of the whole source to every remote at once. Seconds from the start to the exit of the last. */
export async function bareRsync(place: MirrorPlace, options: RsyncOptions = {}) {
  const cpuBefore = cpuOfEndedChildren();
  const startedAtMs = performance.now();
  const runs = place.receiver.modules.map((module) =>
    exitOf(["rsync", ...rsyncOptionWords(options), "--delete", `${place.source}/`, place.receiver.url(module)])
  );
  await Promise.all(runs);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const cpu = cpuOfEndedChildren() - cpuBefore;
  // The receiving processes end, and log what they carried, a moment after the client.
  await waitUntil("the receiver to end its connections", () => descendantsOf(place.receiver.pid).length === 0);
  return { seconds, cpu };
}

/** Runs a program that says nothing to its end; rejects when it fails. */
export async function exitOf(argv: readonly string[]): Promise<void> {
  const process = await startProcess(argv);
  const code = await process.ended;
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with code ${code}: ${process.output}`);
}
