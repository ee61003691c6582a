import { expect, test } from "bun:test";
import fc from "fast-check";
import { cloudEvent, type EventItem, ITEM_KINDS, OPERATIONS, REACHES } from "../../../src/core/event.ts";
import { packBody, unpackBody } from "../../../src/core/event_row.ts";
import type { RelPath } from "../../../src/core/path.ts";
import { eventItem } from "../../support/event_item.ts";

const bytes = fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes) as RelPath);
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });

const items: fc.Arbitrary<EventItem> = fc.record({
  path: bytes,
  operation: fc.constantFrom(...OPERATIONS),
  kind: orNull(fc.constantFrom(...ITEM_KINDS)),
  reach: orNull(fc.constantFrom(...REACHES)),
  detectedAtMs: orNull(time),
  from: orNull(bytes),
  size: orNull(fc.nat()),
  mtimeMs: orNull(time),
  mode: orNull(fc.nat(0o177777)),
});

test("unpackBody() gives what packBody() was given", () => {
  const bodies = fc.record({
    batch: orNull(fc.string()),
    items: orNull(fc.array(items)),
    facts: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.constant(null))).map((facts) =>
      JSON.parse(JSON.stringify(facts)) as Record<string, unknown>
    ),
  });
  fc.assert(fc.property(bodies, (body) => {
    const block = { ...body, type: "tssync.file.synced", atMs: 1, root: null, remote: null } as const;
    expect(unpackBody(packBody(block))).toEqual(body);
  }));
});

test("packBody() spends few bytes on what is not known", () => {
  const item = eventItem("a", { operation: "create" });
  const block = { type: "tssync.file.changed", atMs: 1, root: "r", remote: null, batch: null, facts: {} } as const;
  expect(packBody({ ...block, items: [item, item] })).toBe('{"i":[["a",0,0],["a",0,0]]}');
});

test("packBody() loses nothing that an event shows, fractions of times included", () => {
  fc.assert(fc.property(items, fc.double({ min: -1e12, max: 1e14, noNaN: true }), (item, mtimeMs) => {
    const known = { type: "tssync.file.synced", atMs: 1_795_000_000_000, root: "r", remote: null } as const;
    const block = { ...known, batch: null, facts: {}, items: [{ ...item, mtimeMs }] };
    const place = { epoch: "e", firstSeq: 1 };
    expect(cloudEvent({ ...block, ...unpackBody(packBody(block)), ...place }, 0, "n"))
      .toEqual(cloudEvent({ ...block, ...place }, 0, "n"));
  }));
});
