import { describe, expect, test } from "bun:test";
import type { BatchEntry, Look } from "../../../src/core/batch.ts";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { flyFlat } from "../../../src/engine/flat_flight.ts";
import type { RsyncRunner } from "../../../src/ports.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryStore } from "../../support/memory/memory_store.ts";

const FULL = (name: string) => `rsync: [receiver] write failed on "${name}" (in m): No space left on device (28)\n`;

type Run = { readonly exitCode: number; readonly lines?: readonly string[]; readonly stderr?: string };

/** Flies `names` on an rsync whose runs end as told, one after the other; gives the lists they got as well. */
async function flown(
  names: readonly string[],
  runs: readonly Run[],
  { listed = [], look = () => ({ kind: "directory", size: 0 }) }: {
    readonly listed?: readonly string[];
    readonly look?: (path: RelPath) => Look;
  } = {},
) {
  const lists: string[] = [];
  const waiting = [...runs];
  const runner: RsyncRunner = {
    start: (_command, options) => {
      const { exitCode, lines = [], stderr = "" } = waiting.shift()!;
      for (const line of lines) options?.onLine?.(line);
      return {
        pid: null,
        activity: () => 0,
        sentBytes: () => 0,
        send: (list) => void lists.push(Buffer.from(list).toString("latin1").replaceAll("\0", " ").trim()),
        end: () => {},
        ended: Promise.resolve({ exitCode, signal: null, stderr, startError: null, durationMs: 1, output: "" }),
      };
    },
    version: () => Promise.reject(new Error("not asked for")),
    endLeftover: () => Promise.resolve(),
    describe: () => null,
  };
  const entries = names.map((path): BatchEntry => ({
    path: path as RelPath,
    action: listed.includes(path) ? "list" : "send",
    whole: true,
    content: false,
  }));
  const { end, refusals } = await flyFlat({ runner, clock: new MemoryClock(), store: new MemoryStore() }, {
    args: ["-a"],
    cwd: "/source" as BytePath,
    plan: {
      entries,
      marks: entries.map(({ path }) => ({ path, kind: "path", content: false, detectedAtMs: 0, order: 0 })),
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
    look,
  });
  expect(waiting).toEqual([]);
  return {
    end,
    lists,
    refused: refusals.map(({ path, asked }) => `${path}: ${asked ? "refused" : "again"}`),
    refusals,
  };
}

describe("flyFlat()", () => {
  test("refuses the one file that ended the call, and marks again what stood behind it", async () => {
    const { end, lists, refused, refusals } = await flown(["a", "d/full", "z"], [
      { exitCode: 11, lines: ["<f+++++++++ a"], stderr: FULL("sub/d/full") },
      { exitCode: 0, lines: ["<f+++++++++ d/full", "<f+++++++++ z"] },
      { exitCode: 11, stderr: FULL("sub/d/full") },
    ]);
    expect(end).toMatchObject({ ending: "partial", exitCode: 11 });
    expect(lists).toEqual(["/a /d/full /z", "/a /d/full /z", "/d/full"]);
    expect(refused).toEqual(["z: again", "d/full: refused"]);
    expect(refusals[1]?.message).toContain("No space left on device");
  });

  test("refuses nothing when the file arrives alone", async () => {
    const { end, refused } = await flown(["full", "z"], [
      { exitCode: 11, stderr: FULL("full") },
      { exitCode: 0, lines: ["<f+++++++++ full", "<f+++++++++ z"] },
      { exitCode: 0 },
    ]);
    expect({ ending: end.ending, refused }).toEqual({ ending: "partial", refused: ["z: again"] });
  });

  test("takes the remote for down when it is, whatever the first end said", async () => {
    for (const last of [10, 30]) {
      const { end, refused } = await flown(["full", "z"], [
        { exitCode: 11, stderr: FULL("full") },
        { exitCode: 0, lines: ["<f+++++++++ full", "<f+++++++++ z"] },
        { exitCode: last },
      ]);
      expect({ ending: end.ending, refused }).toEqual({ ending: "remote_down", refused: [] });
    }
    const { end } = await flown(["full", "z"], [{ exitCode: 11, stderr: FULL("full") }, { exitCode: 10 }]);
    expect(end.ending).toBe("remote_down");
  });

  test("does not try for ever what it cannot name", async () => {
    const { end } = await flown(["a", "z"], [
      { exitCode: 11, stderr: FULL("another") },
      { exitCode: 0, lines: ["<f+++++++++ z"] },
    ]);
    expect(end.ending).toBe("remote_down");
  });

  test("gives a file of a listed directory a mark of its own first", async () => {
    const { end, refused } = await flown(["d"], [
      { exitCode: 11, stderr: FULL("d/full") },
      { exitCode: 0, lines: ["<f+++++++++ d/full", "<f+++++++++ d/z", "*deleting   d/old"] },
    ], { listed: ["d"] });
    expect(end.ending).toBe("partial");
    expect(refused.toSorted()).toEqual(["d/full: again", "d/old: again", "d/z: again"]);
  });

  test("asks once more, and not by halves, where the disk has moved on from some names", async () => {
    const names = ["a", "d/b", "d/c", "e", "gone"];
    const { lists, refused } = await flown(names, [{ exitCode: 23 }, { exitCode: 23 }, { exitCode: 0 }], {
      // d became a file.
      look: (path) => path === "gone" ? null : { kind: path === "d" ? "file" : "directory", size: 0 },
    });
    expect(lists).toEqual(["/a /d/b /d/c /e /gone", "/a /d/b /d/c /e /gone", "/a /e"]);
    expect(refused).toEqual(["d/b: again", "d/c: again", "gone: again"]);
  });
});
