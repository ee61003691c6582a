import { describe, expect, test } from "bun:test";
import { CHANGE } from "../../../src/core/change.ts";
import type { Mark, MarkKind } from "../../../src/core/mark.ts";
import type { RelPath } from "../../../src/core/path.ts";
import { EventLog } from "../../../src/engine/event_log.ts";
import { MarkMaker } from "../../../src/engine/mark_maker.ts";
import type { RenameMarks } from "../../../src/engine/rename_lane.ts";
import { RemoteMarks } from "../../../src/engine/remote_marks.ts";
import { RootMeter } from "../../../src/engine/root_meter.ts";
import { RootEvents } from "../../../src/engine/root_events.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

const at = (path: string) => path as RelPath;

/** What a remote hears. */
function makerFor(marks: RemoteMarks) {
  const clock = new MemoryClock();
  const world = new EngineUnderTest().world();
  const meter = new RootMeter(world, { id: "src", remotes: [] });
  const events = new RootEvents({ rootId: "src", meter, log: new EventLog(world), isOpen: () => false });
  const marked: Mark[] = [];
  const renames: RenameMarks[] = [];
  const isOpen = (path: RelPath, kind: MarkKind) => marks.isOpen(path, kind);
  const mark = (mark: Mark) => void marked.push(mark);
  const remote = { marks, mark, rename: (rename: RenameMarks) => void renames.push(rename), isOpen };
  let order = 0;
  const maker = new MarkMaker({ remotes: [remote], events, nextOrder: () => ++order, clock });
  maker.reading(5_000);
  return { maker, marked, renames, clock };
}

describe("MarkMaker.mark()", () => {
  test("has a new directory listed, with its content, where something older may have been brought there unseen", () => {
    const marks = new RemoteMarks();
    marks.trust();
    const { maker, marked, clock } = makerFor(marks);
    maker.mark(at(""), at("d"), "path", false, CHANGE.mkdir);
    marks.lookedBroadly(clock.monotonicMs());
    maker.mark(at(""), at("e"), "path", false, CHANGE.mkdir);
    expect(marked[0]).toMatchObject({ path: "d", kind: "path", content: false });
    expect(marked[1]).toMatchObject({ path: "e", kind: "listing", content: true, isNew: true });
  });
});

describe("MarkMaker.rename()", () => {
  function renamed(marks: RemoteMarks, isDirectory: boolean): RenameMarks {
    const { maker, renames } = makerFor(marks);
    maker.rename(at("a"), at("b"), isDirectory);
    return renames[0]!;
  }

  test("takes what is in a directory for known where everything was seen", () => {
    expect(renamed(new RemoteMarks(), true).to).toMatchObject({ kind: "subtree", content: false, detectedAtMs: 5_000 });
  });

  test("marks a directory as written since then while changes are still being looked for", () => {
    const marks = new RemoteMarks();
    using _hold = marks.hold(3_000);
    expect(renamed(marks, true).to).toMatchObject({ kind: "subtree", content: true, detectedAtMs: 3_000 });
    expect(renamed(marks, false).to).toMatchObject({ kind: "path", content: true, detectedAtMs: 5_000 });
  });

  test("has a directory compared by content where the remote may still have another one of that name", () => {
    const marks = new RemoteMarks();
    expect(renamed(marks, true).to.replaces).toBeUndefined();
    marks.waiting.quick.add({ path: at("b"), kind: "subtree", content: false, detectedAtMs: 1_000, order: 0 });
    expect(renamed(marks, true).to.replaces).toBe(true);
    expect(renamed(marks, false).to.replaces).toBeUndefined();
  });
});
