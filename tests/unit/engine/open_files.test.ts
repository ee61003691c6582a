import { expect, test } from "bun:test";
import type { RelPath } from "../../../src/core/path.ts";
import { OpenFiles } from "../../../src/engine/open_files.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";

const [DIRECTORY, LOG] = ["logs" as RelPath, "logs/access" as RelPath];

test("OpenFiles.giveUp() takes every write so far for all, at once and only once", async () => {
  const clock = new MemoryClock();
  const due: string[] = [];
  const files = new OpenFiles({ quietMs: 1_000, everyMs: 10_000 }, clock, (each) => {
    due.push(...each.map(({ path }) => path));
  });
  files.written(DIRECTORY, LOG);
  expect(files.sinceMs()).toBe(clock.wallMs());
  files.giveUp();
  expect(due).toEqual([LOG]);
  expect({ since: files.sinceMs(), timers: clock.waiting }).toEqual({ since: Infinity, timers: 0 });
  files.giveUp();
  expect(due).toEqual([LOG]);

  // What is written later is waited for as before.
  files.written(DIRECTORY, LOG);
  await clock.advance(1_000);
  expect(due).toEqual([LOG, LOG]);
});

test("OpenFiles sends a file that is never quiet every so often, also where it would have to be quiet for longer", async () => {
  const clock = new MemoryClock();
  const due: number[] = [];
  const files = new OpenFiles({ quietMs: 30_000, everyMs: 1_000 }, clock, () => void due.push(clock.monotonicMs()));
  const startedAtMs = clock.monotonicMs();
  for (let count = 0; count < 50; count++) {
    files.written(DIRECTORY, LOG);
    await clock.advance(100);
  }
  expect(due.length).toBeGreaterThanOrEqual(4);
  expect(due[0]! - startedAtMs).toBe(1_000);
  files.close();
});
