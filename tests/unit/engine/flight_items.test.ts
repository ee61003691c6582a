import { expect, test } from "bun:test";
import type { Mark } from "../../../src/core/mark.ts";
import type { RelPath } from "../../../src/core/path.ts";
import { EventLog } from "../../../src/engine/event_log.ts";
import { flatItems, ReportedItems } from "../../../src/engine/flight_items.ts";
import { RootMeter } from "../../../src/engine/root_meter.ts";
import { RootEvents, type Seen } from "../../../src/engine/root_events.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

const FILE: Seen = { kind: "file", size: 1 };
const DIRECTORY: Seen = { kind: "directory", size: 0 };

/** What is told of a flight of these names, of which some were refused. */
function told(looks: Readonly<Record<string, Seen>>, missing: readonly string[]): string[] {
  const world = new EngineUnderTest().world();
  const events = new RootEvents({
    rootId: "src",
    meter: new RootMeter(world, { id: "src", remotes: [] }),
    log: new EventLog(world),
    isOpen: () => false,
  });
  const marks = Object.keys(looks).map((path, order): Mark => ({
    path: path as RelPath,
    kind: "path",
    content: false,
    detectedAtMs: 1,
    order,
  }));
  const items = flatItems(events, {
    marks,
    looks: new Map(Object.entries(looks) as [RelPath, Seen][]),
    reported: new ReportedItems(),
    missing: new Set(missing as RelPath[]),
    deletes: true,
  });
  return items.map(({ path }) => path);
}

test("flatItems() tells what arrived in a directory that is here, though something about the directory was refused", () => {
  expect(told({ "d": DIRECTORY, "d/f": FILE, "d/g": FILE }, ["d", "d/g"])).toEqual(["d/f"]);
});

test("flatItems() tells nothing below a name that is no directory here and was refused", () => {
  expect(told({ "gone": null, "gone/f": null, "file": FILE, "file/f": null, "g": FILE }, ["gone", "file"])).toEqual([
    "g",
  ]);
});
