import { describe, expect, test } from "bun:test";
import { readdirSync, readlinkSync } from "node:fs";
import process from "node:process";
import type { BytePath } from "../../src/core/path.ts";
import { FILE_SYSTEM_WORLDS } from "./file_system_worlds.ts";

const isRoot = process.getuid?.() === 0;

describe.each(Object.keys(FILE_SYSTEM_WORLDS))("%s file system:", (name) => {
  const open = FILE_SYSTEM_WORLDS[name]!;

  test("lstat() tells what stands there, without following a symbolic link", () => {
    using world = open();
    const { disk, fileSystem, at } = world;
    disk.write(at("file"), "content");
    disk.mkdir(at("directory"));
    disk.mkdir(at("directory/below"));
    disk.symlink("file", at("symlink"));
    disk.mkfifo(at("fifo"));
    disk.chmod(at("file"), 0o4751);
    const seen = (path: string) => {
      const { kind, links, mode } = fileSystem.lstat(at(path))!;
      return `${kind} ${links} ${mode.toString(8)}`;
    };
    expect(seen("file")).toBe("file 1 104751");
    expect(seen("directory")).toBe("directory 3 40755");
    expect(seen("symlink")).toBe("symlink 1 120777");
    expect(seen("fifo")).toBe("other 1 10644");
    expect(fileSystem.lstat(at("file"))!.size).toBe(7);
    expect(fileSystem.lstat(at("symlink"))!.size).toBe(4);
  });

  test("sha256() reads a regular file and nothing else", async () => {
    using world = open();
    const { disk, fileSystem, at } = world;
    const { signal } = new AbortController();
    disk.write(at("file"), "content");
    disk.mkdir(at("directory"));
    disk.symlink("file", at("symlink"));
    disk.mkfifo(at("fifo"));
    expect(await fileSystem.sha256(at("file"), signal)).toBe(
      "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73",
    );
    for (const path of ["directory", "symlink", "fifo", "missing", "file/below"]) {
      expect([path, await fileSystem.sha256(at(path), signal)]).toEqual([path, null]);
    }
    const stopped = await fileSystem.sha256(at("file"), AbortSignal.abort(new Error("stop"))).catch((error) => error);
    expect(stopped).toHaveProperty("message", "stop");
  });

  test("lstat() gives null for what is missing, by whatever way", () => {
    using world = open();
    world.disk.create(world.at("file"));
    world.disk.symlink("nowhere", world.at("dangling"));
    for (const path of ["missing", "missing/below", "file/below", "dangling/below"]) {
      expect(world.fileSystem.lstat(world.at(path))).toBeNull();
    }
    expect(world.fileSystem.lstat(world.at("dangling"))?.kind).toBe("symlink");
  });

  test("lstat(), readDirectory(), openDirectory() throw every other refusal with its code", () => {
    using world = open();
    world.disk.symlink("loop", world.at("loop"));
    for (const call of ["lstat", "readDirectory", "openDirectory"] as const) {
      expect(() => world.fileSystem[call](world.at("loop/below"))).toThrow(withCode("ELOOP"));
      expect(() => world.fileSystem[call](world.at("n".repeat(256)))).toThrow(withCode("ENAMETOOLONG"));
      expect(() => world.fileSystem[call](world.at("n/".repeat(3000)))).toThrow(withCode("ENAMETOOLONG"));
    }
  });

  test("lstat() gives names of one file the same inode, and others another", () => {
    using world = open();
    const { disk, fileSystem, at } = world;
    disk.create(at("a"));
    disk.link(at("a"), at("b"));
    disk.create(at("c"));
    const [a, b, c] = ["a", "b", "c"].map((path) => fileSystem.lstat(at(path))!);
    expect(a).toEqual(b);
    expect(a!.links).toBe(2);
    expect(c!.inode).not.toBe(a!.inode);
    expect(c!.device).toBe(a!.device);
  });

  test("lstat() keeps times finer than a millisecond", () => {
    using world = open();
    const fractions = new Set<number>();
    for (let count = 0; count < 20; count++) {
      world.passTime();
      world.disk.create(world.at(`f${count}`));
      const { mtimeMs, ctimeMs } = world.fileSystem.lstat(world.at(`f${count}`))!;
      expect(ctimeMs).toBe(mtimeMs);
      fractions.add(ctimeMs % 1);
    }
    expect(fractions.size).toBeGreaterThan(1);
  });

  test("readDirectory() lists every entry with its kind, names as bytes", () => {
    using world = open();
    const { disk, at } = world;
    for (const name of ["\xff\xfe", "a\nb", "-x", "#x", "\xc3\xbc", " "]) disk.create(at(name));
    disk.mkdir(at("d\xe4"));
    disk.create(at("d\xe4/below"));
    disk.symlink("d\xe4", at("symlink"));
    disk.mkfifo(at("fifo"));
    const entries = world.fileSystem.readDirectory(at(""))!.map(({ name, kind }) => `${kind} ${name}`);
    expect(entries.sort()).toEqual([
      "directory d\xe4",
      "file  ",
      "file #x",
      "file -x",
      "file a\nb",
      "file \xc3\xbc",
      "file \xff\xfe",
      "other fifo",
      "symlink symlink",
    ]);
    expect(world.fileSystem.readDirectory(at("d\xe4"))).toEqual([{ name: "below", kind: "file" }]);
    expect(world.fileSystem.lstat(at("\xff\xfe"))?.kind).toBe("file");
  });

  test("readDirectory() gives null for what is missing or no directory, a symbolic link to one included", () => {
    using world = open();
    const { disk, at } = world;
    disk.mkdir(at("d"));
    disk.create(at("file"));
    disk.symlink("d", at("symlink"));
    expect(world.fileSystem.readDirectory(at("d"))).toEqual([]);
    for (const path of ["missing", "missing/below", "file", "file/below", "symlink"]) {
      expect(world.fileSystem.readDirectory(at(path))).toBeNull();
    }
    disk.mkdir(at("d/below"));
    expect(world.fileSystem.readDirectory(at("symlink/below"))).toEqual([]);
  });

  test("openDirectory() lists what readDirectory() lists, and looks at it as lstat() does", () => {
    using world = open();
    const { disk, fileSystem, at } = world;
    disk.mkdir(at("d"));
    for (const name of ["\xff\xfe", "a\nb", "ü".repeat(40)]) disk.write(at(`d/${name}`), name);
    disk.mkdir(at("d/below"));
    disk.symlink("d", at("d/symlink"));
    disk.mkfifo(at("d/fifo"));
    disk.link(at("d/a\nb"), at("d/again"));
    using directory = fileSystem.openDirectory(at("d"))!;
    expect(directory.entries.length).toBe(7);
    expect(directory.entries).toEqual(fileSystem.readDirectory(at("d"))!);
    for (const { name, kind } of directory.entries) {
      const stat = directory.lstat(name)!;
      expect(stat.kind).toBe(kind);
      expect(stat).toEqual(fileSystem.lstat(at(`d/${name}`))!);
    }
    expect(directory.lstat("missing")).toBeNull();
    expect(() => directory.lstat("n".repeat(256))).toThrow(withCode("ENAMETOOLONG"));
    for (const path of ["missing", "missing/below", "d/a\nb", "d/symlink"]) {
      expect(fileSystem.openDirectory(at(path))).toBeNull();
    }
  });

  test("readDirectory(), openDirectory() list more than one call of the kernel gives", () => {
    using world = open();
    const { disk, fileSystem, at } = world;
    const names = Array.from({ length: 800 }, (_, index) => `${"n".repeat(200)}${index}`).sort();
    for (const name of names) disk.create(at(name));
    using directory = fileSystem.openDirectory(at(""))!;
    for (const entries of [directory.entries, fileSystem.readDirectory(at(""))!]) {
      expect(entries.map((entry) => entry.name).sort()).toEqual(names);
    }
  });

  test.skipIf(name !== "memory" && !isRoot)(
    `a mount is another device of another type, and hides what it covers${isRoot ? "" : " (node: needs root)"}`,
    () => {
      using world = open();
      const { disk, fileSystem, at } = world;
      disk.mkdir(at("m"));
      disk.create(at("m/covered"));
      const before = fileSystem.lstat(at("m"))!;
      disk.mount(at("m"));
      try {
        expect(fileSystem.lstat(at("m"))!.device).not.toBe(before.device);
        expect(fileSystem.readDirectory(at("m"))).toEqual([]);
        expect(fileSystem.fileSystemType(at("m"))).toBe("tmpfs");
        expect(() => disk.rename(at("m"), at("n"))).toThrow(withCode("EBUSY"));
        disk.create(at("file"));
        expect(() => disk.rename(at("file"), at("m/file"))).toThrow(withCode("EXDEV"));
        expect(() => disk.link(at("file"), at("m/file"))).toThrow(withCode("EXDEV"));
      } finally {
        disk.unmount(at("m"));
      }
      expect(fileSystem.lstat(at("m"))).toEqual(before);
      expect(fileSystem.readDirectory(at("m"))).toEqual([{ name: "covered", kind: "file" }]);
    },
  );

  test("fileSystemType() says unknown where nothing is", () => {
    using world = open();
    expect(world.fileSystem.fileSystemType(world.at("missing"))).toBe("unknown");
    expect(world.fileSystem.fileSystemType(world.at(""))).not.toBe("unknown");
  });

  test("writeFile() replaces a file as a whole, whoever holds it open", () => {
    using world = open();
    const { disk, fileSystem, at } = world;
    disk.write(at("file"), "old");
    disk.link(at("file"), at("held"));
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    fileSystem.writeFile(at("file"), bytes, 0o640);
    expect(disk.read(at("file"))).toBe(String.fromCharCode(...bytes));
    expect(disk.read(at("held"))).toBe("old");
    expect(fileSystem.lstat(at("file"))!.mode).toBe(0o100640);
    fileSystem.writeFile(at("n".repeat(255)), new Uint8Array(), 0o666);
    expect(fileSystem.lstat(at("n".repeat(255)))).toMatchObject({ mode: 0o100666, size: 0 });
    expect(fileSystem.readDirectory(at(""))!.map((entry) => entry.name).sort()).toEqual([
      "file",
      "held",
      "n".repeat(255),
    ]);
  });

  test("writeFile() that is refused leaves everything as it was", () => {
    using world = open();
    const { disk, fileSystem, at } = world;
    disk.mkdir(at("d"));
    expect(() => fileSystem.writeFile(at("d"), new Uint8Array(3), 0o600)).toThrow(withCode("EISDIR"));
    expect(() => fileSystem.writeFile(at("missing/file"), new Uint8Array(3), 0o600)).toThrow(withCode("ENOENT"));
    expect(fileSystem.readDirectory(at(""))).toEqual([{ name: "d", kind: "directory" }]);
  });

  test("createFile() makes an empty file for the owner alone, and refuses one that exists", () => {
    using world = open();
    world.fileSystem.createFile(world.at("file"));
    expect(world.fileSystem.lstat(world.at("file"))).toMatchObject({ kind: "file", size: 0, mode: 0o100600 });
    expect(() => world.fileSystem.createFile(world.at("file"))).toThrow(withCode("EEXIST"));
    expect(() => world.fileSystem.createFile(world.at("missing/file"))).toThrow(withCode("ENOENT"));
  });

  test("removeFile() removes a file, and a missing one is no error", () => {
    using world = open();
    world.disk.create(world.at("file"));
    world.disk.mkdir(world.at("d"));
    world.fileSystem.removeFile(world.at("file"));
    world.fileSystem.removeFile(world.at("file"));
    world.fileSystem.removeFile(world.at("missing/file"));
    expect(() => world.fileSystem.removeFile(world.at("d"))).toThrow(withCode("EISDIR"));
    expect(world.fileSystem.readDirectory(world.at(""))).toEqual([{ name: "d", kind: "directory" }]);
  });
});

describe.each(["node", "libc"])("%s file system:", (name) => {
  test("readDirectory(), openDirectory() hold no descriptor afterwards", () => {
    using world = FILE_SYSTEM_WORLDS[name]!();
    const links = () =>
      readdirSync("/proc/self/fd").map((fd) => linkOf(fd)).filter((link) => link.startsWith(world.at("")));
    world.fileSystem.readDirectory(world.at(""));
    world.fileSystem.openDirectory(world.at(""))![Symbol.dispose]();
    expect(() => world.fileSystem.readDirectory(world.at("n".repeat(256)))).toThrow();
    expect(() => world.fileSystem.openDirectory(world.at("n".repeat(256)))).toThrow();
    expect(links()).toEqual([]);
  });
});

test("libc file system: lstat() tells what node file system tells, times, device and inode included", () => {
  const [node, libc] = ["node", "libc"].map((name) => FILE_SYSTEM_WORLDS[name]!());
  using world = node!;
  using _other = libc!;
  world.disk.write(world.at("file"), "content");
  world.disk.utimes(world.at("file"), -1500.25);
  const paths = [
    "/",
    "/proc",
    "/dev/null",
    "/dev/shm",
    "/proc/self/stat",
    world.at(""),
    world.at("file"),
  ] as BytePath[];
  for (const path of paths) {
    const [one, other] = [world.fileSystem.lstat(path)!, libc!.fileSystem.lstat(path)!];
    // What /proc shows is made when it is asked for.
    const steady = (stat: typeof one) => path.startsWith("/proc") ? { ...stat, mtimeMs: 0, ctimeMs: 0 } : stat;
    expect([path, steady(other)]).toEqual([path, steady(one)]);
  }
});

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // Was the descriptor of the listing itself.
    return "";
  }
}

function withCode(code: string): object {
  return expect.objectContaining({ code });
}
