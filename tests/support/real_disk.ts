import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { nodeFileSystem } from "../../src/adapters/file_system.ts";
import type { BytePath } from "../../src/core/path.ts";
import type { OpenFile, TestDisk } from "./test_disk.ts";

const { O_APPEND, O_CREAT, O_NONBLOCK, O_TRUNC } = fs.constants;
/** A named pipe that nobody reads is refused (ENXIO) instead of waited for. */
const O_WRONLY = fs.constants.O_WRONLY | O_NONBLOCK;

/** The disk of this machine. */
export const realDisk: TestDisk = {
  mkdir: (path) => fs.mkdirSync(bytes(path), 0o755),
  create: (path) => fs.closeSync(fs.openSync(bytes(path), O_WRONLY | O_CREAT, 0o644)),
  write(path, content) {
    const file = openFile(path, O_WRONLY | O_CREAT | O_TRUNC);
    file.write(content);
    file.close();
  },
  open: (path) => openFile(path, O_WRONLY | O_CREAT | O_APPEND),
  symlink: (target, path) => fs.symlinkSync(bytes(target), bytes(path)),
  link: (existing, path) => fs.linkSync(bytes(existing), bytes(path)),
  mkfifo,
  rename: (from, to) => fs.renameSync(bytes(from), bytes(to)),
  unlink: (path) => fs.unlinkSync(bytes(path)),
  rmdir: (path) => fs.rmdirSync(bytes(path)),
  chmod: (path, permissions) => fs.chmodSync(bytes(path), permissions),
  utimes: (path, mtimeMs) => fs.lutimesSync(bytes(path), mtimeMs / 1000, mtimeMs / 1000),
  read(path) {
    const isLink = fs.lstatSync(bytes(path)).isSymbolicLink();
    return isLink ? fs.readlinkSync(bytes(path), "latin1") : fs.readFileSync(bytes(path), "latin1");
  },
  lstat: (path) => nodeFileSystem.lstat(path),
  readDirectory: (path) => nodeFileSystem.readDirectory(path),
  mount: (path) => run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path),
  unmount: (path, lazy = false) => run("umount", ...(lazy ? ["-l"] : []), path),
};

function openFile(path: BytePath, flags: number): OpenFile {
  const fd = fs.openSync(bytes(path), flags, 0o644);
  return {
    write(content) {
      if (content !== "") fs.writeSync(fd, bytes(content));
    },
    close: () => fs.closeSync(fd),
  };
}

/** Node cannot; xargs takes the name as bytes. Refusals are found beforehand, since a program says them in prose. */
function mkfifo(path: BytePath): void {
  if (fs.lstatSync(bytes(path), { throwIfNoEntry: false }) !== undefined) {
    throw Object.assign(new Error(`EEXIST: mkfifo '${path}'`), { code: "EEXIST" });
  }
  fs.readdirSync(bytes(path.slice(0, path.lastIndexOf("/"))));
  const { status, stderr } = spawnSync("xargs", ["-0", "mkfifo", "--"], { input: bytes(path), encoding: "utf8" });
  if (status !== 0) throw new Error(`mkfifo ${path} ended with ${status}: ${stderr}`);
}

function bytes(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${stderr}`);
}
