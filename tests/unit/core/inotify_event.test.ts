import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeInotifyRecords, IN, watchMask } from "../../../src/core/inotify_event.ts";

type Event = { readonly wd: number; readonly mask: number; readonly cookie: number; readonly name: string };

/** As the kernel writes them: names are padded with NUL to a multiple of the header. */
function encode(events: readonly Event[]): Uint8Array {
  return Buffer.concat(events.map(({ wd, mask, cookie, name }) => {
    const length = name === "" ? 0 : Math.ceil((name.length + 1) / 16) * 16;
    const record = Buffer.alloc(16 + length);
    record.writeInt32LE(wd, 0);
    record.writeUInt32LE(mask, 4);
    record.writeUInt32LE(cookie, 8);
    record.writeUInt32LE(length, 12);
    record.write(name, 16, "latin1");
    return record;
  }));
}

test("decodeInotifyRecords() gives every record back, names byte for byte", () => {
  const event = fc.record({
    wd: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
    mask: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    cookie: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    name: fc.uint8Array({ maxLength: 40 }).map((bytes) => String.fromCharCode(...bytes.filter((byte) => byte !== 0))),
  });
  fc.assert(fc.property(fc.array(event), fc.nat(7), (events, shift) => {
    // The buffer may lie anywhere in a larger one.
    const bytes = encode(events);
    const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
    shifted.set(bytes);
    const decoded: Event[] = [];
    decodeInotifyRecords(shifted, (wd, mask, cookie, name) => void decoded.push({ wd, mask, cookie, name }));
    expect(decoded).toEqual(events);
  }));
});

test("watchMask() always has what keeps the watches right, and writes and attributes only where they are switched on", () => {
  const least = watchMask({ modify: false, attrib: false });
  for (const bit of [IN.CREATE, IN.DELETE, IN.MOVED_FROM, IN.MOVED_TO, IN.CLOSE_WRITE, IN.DELETE_SELF, IN.MOVE_SELF]) {
    expect(least & bit).toBe(bit);
  }
  for (const bit of [IN.ONLYDIR, IN.DONT_FOLLOW, IN.EXCL_UNLINK]) expect(least & bit).toBe(bit);
  expect([least & IN.MODIFY, least & IN.ATTRIB]).toEqual([0, 0]);
  expect(watchMask({ modify: true, attrib: false }) ^ least).toBe(IN.MODIFY);
  expect(watchMask({ modify: false, attrib: true }) ^ least).toBe(IN.ATTRIB);
});
