import { expect, test } from "bun:test";
import type { BatchEntry } from "../../../src/core/batch.ts";
import type { Mark } from "../../../src/core/mark.ts";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { flyFlat } from "../../../src/engine/flat_flight.ts";
import type { RsyncRunner } from "../../../src/ports.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryStore } from "../../support/memory/memory_store.ts";

/** A runner whose runs end as told, one after the other. */
function scriptedRunner(...runs: { readonly exitCode: number; readonly lines: readonly string[] }[]): RsyncRunner {
  return {
    start: (_command, options) => {
      const { exitCode, lines } = runs.shift()!;
      for (const line of lines) options?.onLine?.(line);
      return {
        pid: null,
        activity: () => 0,
        sentBytes: () => 0,
        send: () => {},
        end: () => {},
        ended: Promise.resolve({ exitCode, signal: null, stderr: "", startError: null, durationMs: 1, output: "" }),
      };
    },
    version: () => Promise.reject(new Error("not asked for")),
    endLeftover: () => Promise.resolve(),
    describe: () => null,
  };
}

function entry(path: string, action: BatchEntry["action"]): BatchEntry {
  return { path: path as RelPath, action, whole: true, content: false };
}

function mark(path: string): Mark {
  return { path: path as RelPath, kind: "path", content: false, detectedAtMs: 0, order: 0 };
}

test("flyFlat() tells what was refused apart from what the disk brought between the call and its audit", async () => {
  const entries = [entry("kept", "send"), entry("vanished", "send"), entry("gone", "delete"), entry("listed", "list")];
  const runner = scriptedRunner({ exitCode: 23, lines: [] }, {
    exitCode: 0,
    lines: [
      "<f+++++++++ kept",
      "*deleting   vanished",
      "*deleting   gone/below",
      "<f+++++++++ gone",
      "*deleting   listed/extra",
      "<f+++++++++ listed/new",
    ],
  });
  const { end, refusals } = await flyFlat({ runner, clock: new MemoryClock(), store: new MemoryStore() }, {
    args: ["-a"],
    cwd: "/source" as BytePath,
    plan: {
      entries,
      marks: entries.map(({ path }) => mark(path)),
      large: [],
      subtrees: [],
      waiting: [],
      rootAttributes: null,
      isMixed: false,
      plain: false,
      bytes: 0,
    },
    stallMs: 1000,
    signal: new AbortController().signal,
    isSound: () => true,
    look: (path) => path === "vanished" || path === "gone" ? null : { kind: "directory", size: 0 },
  });
  expect(end.ending).toBe("partial");
  expect(refusals.map(({ operation, path, asked }) => `${operation} ${path}: ${asked ? "asked" : "not asked"}`))
    .toEqual([
      "send kept: asked",
      "delete vanished: not asked",
      "delete gone/below: asked",
      "send gone: not asked",
      // Deleted before or after the call? The next one asks for exactly that.
      "delete listed/extra: not asked",
      "send listed/new: not asked",
    ]);
});
