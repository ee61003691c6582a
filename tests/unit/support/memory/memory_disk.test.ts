import { expect, test } from "bun:test";
import { IN } from "../../../../src/core/inotify_event.ts";
import type { BytePath } from "../../../../src/core/path.ts";
import { MemoryDisk } from "../../../support/memory/memory_disk.ts";
import { MemoryInotifyFactory } from "../../../support/memory/memory_inotify.ts";

const at = (path: string) => path as BytePath;

test("memoryDisk.failAt() refuses the named calls on one path until it is ended", () => {
  const disk = new MemoryDisk({ now: () => 0 });
  disk.mkdirs(at("/a/b"));
  const end = disk.failAt(at("/a/b"), "EACCES", "readDirectory");
  expect(() => disk.readDirectory(at("/a/b"))).toThrow("EACCES");
  expect(disk.lstat(at("/a/b"))?.kind).toBe("directory");
  expect(disk.readDirectory(at("/a"))).toEqual([{ name: "b", kind: "directory" }]);
  end();
  expect(disk.readDirectory(at("/a/b"))).toEqual([]);
});

test("memoryDisk.failAt() without calls refuses all of them, watches too", () => {
  const disk = new MemoryDisk({ now: () => 0 });
  disk.mkdirs(at("/a"));
  disk.failAt(at("/a"), "EIO");
  expect(() => disk.lstat(at("/a"))).toThrow("EIO");
  expect(() => disk.writeFile(at("/a"), new Uint8Array(), 0o600)).toThrow("EIO");
  const inotify = new MemoryInotifyFactory(disk).open();
  expect(inotify.addWatch(at("/a"), IN.CREATE)).toEqual({ ok: false, reason: "other", code: "EIO" });
});

test("memoryDisk.snapshot() of equal trees is equal, and tells every difference", () => {
  const disk = new MemoryDisk({ now: () => 0 });
  for (const root of ["/one", "/two"]) {
    disk.mkdirs(at(`${root}/d`));
    disk.symlink("x", at(`${root}/d/s`));
  }
  disk.write(at("/one/a"), "content");
  expect(disk.snapshot(at("/one"))).not.toEqual(disk.snapshot(at("/two")));
  disk.write(at("/two/a"), "content");
  expect(disk.snapshot(at("/one"))).toEqual({ a: "file 644 content", d: "directory 755", "d/s": "symlink x" });
  expect(disk.snapshot(at("/one"))).toEqual(disk.snapshot(at("/two")));
  disk.chmod(at("/two/a"), 0o600);
  expect(disk.snapshot(at("/two"))["a"]).toBe("file 600 content");
});

test("memoryDisk.mount() shows an unmounted volume again, the same inodes on the same device", () => {
  const disk = new MemoryDisk({ now: () => 0 });
  disk.mkdirs(at("/m"));
  disk.mount(at("/m"), disk.newVolume("xfs"));
  disk.write(at("/m/a"), "content");
  const before = disk.lstat(at("/m/a"));
  const volume = disk.unmount(at("/m"));
  expect(disk.exists(at("/m/a"))).toBe(false);
  expect(disk.fileSystemType(at("/m"))).toBe("ext4");
  disk.mount(at("/m"), volume);
  expect(disk.lstat(at("/m/a"))).toEqual(before);
  expect(disk.fileSystemType(at("/m"))).toBe("xfs");
});
