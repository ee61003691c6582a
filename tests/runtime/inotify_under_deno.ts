/**
 * Runs every inotify scenario on the kernel and prints what was reported, as JSON: a program of its own, since the C library is
 * reached in another way under Deno. `inotify_deno.test.ts` starts it.
 */
import process from "node:process";
import { INOTIFY_SCENARIOS } from "../contract/inotify_scenarios.ts";
import { InotifySession, WHOLE_MASK } from "../contract/inotify_session.ts";
import type { InotifyScenario } from "../contract/inotify_session.ts";
import { realWorld } from "../contract/inotify_worlds.ts";

/** Under Deno a name that is not valid UTF-8 cannot even be created; mounts are for root. */
export function isPossibleUnderDeno({ needs }: InotifyScenario): boolean {
  return needs === undefined || (needs === "mount" && process.getuid?.() === 0);
}

/** Tried under Deno, where errno needs the most care. */
export const REFUSED_PATHS = ["missing", "loop/below", "n".repeat(256), "n/".repeat(3000)];

if (import.meta.main) {
  process.stdout.write(JSON.stringify({ events: await runScenarios(), refusals: await refusals() }));
}

async function runScenarios(): Promise<Record<string, readonly string[]>> {
  const reported: Record<string, readonly string[]> = {};
  for (const { title, run } of INOTIFY_SCENARIOS.filter(isPossibleUnderDeno)) {
    await using world = await realWorld();
    await using session = new InotifySession(world);
    await run(session);
    reported[title] = await session.events();
  }
  return reported;
}

/** Many times, since a runtime compiles what is called often and then makes system calls of its own in between. */
async function refusals(): Promise<string[]> {
  await using world = await realWorld();
  await using session = new InotifySession(world);
  session.disk.symlink("loop", session.at("loop"));
  const seen = new Set<string>();
  for (let round = 0; round < 3000; round++) {
    for (const path of REFUSED_PATHS) {
      const result = session.inotify.addWatch(session.at(path), WHOLE_MASK);
      seen.add(`${path.slice(0, 10)}: ${result.ok ? "watched" : `${result.reason} ${result.code}`}`);
    }
  }
  return [...seen];
}
