import { describe, expect, test } from "bun:test";
import { deletesWithoutAsking, emptiedTrouble, identityTrouble } from "../../../src/core/safety.ts";

const ROOT = { device: 1, inode: 2, fileSystemType: "xfs" };

describe("identityTrouble()", () => {
  test("is none where the same directory is found", () => {
    expect(identityTrouble(ROOT, { ...ROOT })).toBeNull();
  });

  test("tells a directory that is gone, another file system and another directory apart", () => {
    expect(identityTrouble(ROOT, null)).toContain("gone");
    expect(identityTrouble(ROOT, { ...ROOT, device: 3 })).toContain("another file system");
    expect(identityTrouble(ROOT, { ...ROOT, inode: 3 })).toContain("another directory");
  });

  test("does not look at device numbers of another boot, but at the type", () => {
    expect(identityTrouble(ROOT, { ...ROOT, device: 3 }, false)).toBeNull();
    expect(identityTrouble(ROOT, { ...ROOT, fileSystemType: "ext4" }, false)).toContain("another file system");
    expect(identityTrouble(ROOT, { ...ROOT, device: 3, inode: 9 }, false)).toContain("another directory");
  });
});

describe("emptiedTrouble()", () => {
  test("does not believe that ten entries went and nobody saw it", () => {
    expect(emptiedTrouble(10, 1)).toContain("10 entries");
    expect(emptiedTrouble(10, 0)).toBeNull();
    expect(emptiedTrouble(9, 9)).toBeNull();
  });
});

describe("deletesWithoutAsking()", () => {
  test("is up to half of what the remote would have, and a day's work in any case", () => {
    expect([0, 1, 99, 100, 5_000].map(deletesWithoutAsking)).toEqual([9, 99, 99, 100, 5_000]);
  });
});
