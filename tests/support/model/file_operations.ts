/** What people and programs do to files, one thing at a time, at places that chance chooses. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";
import type { MemoryRandom } from "../memory/memory_random.ts";
import { bytes, LINKED, list, type NameChoice } from "./name_choice.ts";

/** Where one thread works. */
export type Place = {
  readonly random: MemoryRandom;
  readonly top: string;
  readonly inside: NameChoice;
  /** A directory beside the watched one, on the same file system. */
  readonly outside: NameChoice;
  readonly outsideTop: string;
  /** Files held open from one operation to the next. */
  readonly open: { readonly fd: number; readonly path: string }[];
  /** Names no other thread has. */
  readonly unique: () => string;
};

/** Does it and says what it did; null when there was nothing to do it to. */
type Operation = (place: Place) => string | null;

/** How often each of them comes, against the others. */
export const OPERATIONS = {
  write: [20, ({ random, inside }) => put(inside.file(), content(random))],
  rewriteSameSize: [6, ({ random, inside }) => {
    const path = inside.writableFile();
    if (path === null) return null;
    const { size } = fs.lstatSync(bytes(path));
    return put(path, Buffer.alloc(size, random.token(7)));
  }],
  writeLarge: [0.3, ({ random, inside }) => put(inside.file(), Buffer.alloc(4_300_000, random.token(9)))],
  append: [10, ({ random, inside }) => {
    const path = inside.writableFile() ?? inside.file();
    if (path.endsWith(LINKED)) return null;
    for (let count = random.below(4); count >= 0; count--) put(path, `${random.token(12)}\n`, "append");
    return path;
  }],
  truncate: [4, ({ random, inside }) => {
    const path = inside.writableFile();
    if (path === null) return null;
    const fd = openAt(path, fs.constants.O_WRONLY);
    try {
      fs.ftruncateSync(fd, random.below(3_000));
    } finally {
      fs.closeSync(fd);
    }
    return path;
  }],
  writeInPlace: [4, ({ random, inside }) => {
    const path = inside.writableFile();
    if (path === null) return null;
    const fd = openAt(path, fs.constants.O_RDWR | fs.constants.O_NOFOLLOW);
    try {
      fs.writeSync(fd, random.token(5), random.below(200));
    } finally {
      fs.closeSync(fd);
    }
    return path;
  }],
  openAndHold: [4, ({ random, inside, open }) => {
    const path = inside.file();
    if (path.endsWith(LINKED) || open.length >= 4) return null;
    const fd = openAt(path, fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_APPEND);
    open.push({ fd, path });
    fs.writeSync(fd, random.token(20));
    return path;
  }],
  writeHeld: [8, ({ random, open }) => {
    if (open.length === 0) return null;
    const { fd, path } = random.pick(open);
    fs.writeSync(fd, random.token(8));
    return path;
  }],
  closeHeld: [4, ({ random, open }) => {
    const [held] = open.length === 0 ? [] : open.splice(random.below(open.length), 1);
    if (held === undefined) return null;
    fs.writeSync(held.fd, "last words");
    fs.closeSync(held.fd);
    return held.path;
  }],
  saveAtomically: [8, ({ random, inside, unique }) => {
    const path = inside.file();
    if (path.endsWith(LINKED)) return null;
    const temporary = `${path.slice(0, path.lastIndexOf("/"))}/.${unique()}.tmp`;
    put(temporary, content(random));
    return move(temporary, path);
  }],
  makeDirectory: [8, ({ inside }) => {
    const path = inside.newDirectory();
    fs.mkdirSync(bytes(path));
    return path;
  }],
  makeDeep: [4, ({ random, inside }) => {
    let path = inside.newDirectory();
    for (let depth = random.below(8); depth >= 0; depth--) {
      fs.mkdirSync(bytes(path), { recursive: true });
      if (random.chance(0.4)) put(`${path}/f${depth}`, content(random));
      path = `${path}/${random.pick(["a", "b", "c"])}`;
    }
    return path;
  }],
  renameFile: [8, ({ inside }) => moveFound(inside.existing("file", "link", "other"), inside)],
  renameDirectory: [6, ({ inside }) => moveFound(inside.existing("directory"), inside)],
  moveOut: [2, ({ inside, outsideTop, unique }) => {
    const from = inside.existing("file", "directory", "directory", "link");
    if (from === null) return null;
    return move(from.path, `${outsideTop}/${unique()}${from.path.endsWith(LINKED) ? LINKED : ""}`);
  }],
  changeOutside: [2, ({ random, outside }) => {
    const path = outside.writableFile();
    return path === null ? null : put(path, content(random));
  }],
  moveIn: [5, ({ random, inside, outsideTop }) => {
    const there = list(outsideTop);
    if (there.length === 0) return null;
    const from = random.pick(there);
    return move(from.path, inside.targetFor(from));
  }],
  outAndBackIn: [1.5, ({ random, inside, outsideTop, unique }) => {
    const from = inside.existing("directory");
    if (from === null) return null;
    const away = `${outsideTop}/${unique()}`;
    move(from.path, away);
    put(`${away}/while outside`, content(random));
    return `${from.path} and ${move(away, random.chance(0.5) ? from.path : inside.newDirectory())}`;
  }],
  swap: [3, ({ inside, unique }) => {
    const one = inside.existing("file", "directory", "link");
    const other = one === null ? null : inside.existing(one.kind);
    // A file with another name would get the name of one that is written to, or the other way round.
    if (one === null || other === null || one.path === other.path) return null;
    if (one.path.endsWith(LINKED) !== other.path.endsWith(LINKED)) return null;
    const third = `${one.path.slice(0, one.path.lastIndexOf("/"))}/.${unique()}.swap`;
    move(one.path, third);
    move(other.path, one.path);
    return `${one.path}: ${move(third, other.path)}`;
  }],
  unlink: [8, ({ inside }) => {
    const found = inside.existing("file", "link", "other");
    if (found === null) return null;
    fs.unlinkSync(bytes(found.path));
    return found.path;
  }],
  removeDirectory: [2, ({ inside }) => {
    const found = inside.existing("directory");
    return found === null ? null : remove(found.path);
  }],
  directoryBecomesFile: [1, ({ random, inside }) => {
    const found = inside.existing("directory");
    if (found === null) return null;
    remove(found.path);
    return put(found.path, content(random));
  }],
  fileBecomesDirectory: [2, ({ random, inside }) => {
    const found = inside.existing("file", "link");
    if (found === null) return null;
    fs.unlinkSync(bytes(found.path));
    fs.mkdirSync(bytes(found.path));
    return put(`${found.path}/f0`, content(random));
  }],
  directoryBecomesLink: [1, ({ inside, unique }) => {
    const found = inside.existing("directory");
    if (found === null) return null;
    const aside = `${found.path}.${unique()}`;
    move(found.path, aside);
    fs.symlinkSync(bytes(aside.slice(aside.lastIndexOf("/") + 1)), bytes(found.path));
    return found.path;
  }],
  linkBecomesDirectory: [2, ({ inside }) => {
    const found = inside.existing("link");
    if (found === null) return null;
    fs.unlinkSync(bytes(found.path));
    fs.mkdirSync(bytes(found.path));
    return found.path;
  }],
  symlink: [3, ({ random, inside }) => {
    const path = inside.file();
    fs.symlinkSync(random.pick(LINK_TARGETS), bytes(path));
    return path;
  }],
  hardLink: [3, ({ random, inside, unique }) => {
    const found = inside.existing("file");
    const from = found?.path.endsWith(LINKED) === true ? found.path : `${inside.directory()}/${unique()}${LINKED}`;
    if (from !== found?.path) put(from, content(random));
    const path = `${inside.directory()}/f${random.below(6)}${LINKED}`;
    fs.linkSync(bytes(from), bytes(path));
    return `${path} of ${from}`;
  }],
  fifo: [0.3, ({ inside, unique }) => {
    const path = `${inside.directory()}/fifo ${unique()}`;
    return run(["xargs", "-0", "mkfifo", "--"], path);
  }],
  mode: [5, ({ random, inside }) => {
    const found = inside.existing("file", "directory");
    if (found === null || found.path.endsWith(LINKED)) return null;
    // Nobody but root gets into what is closed.
    fs.chmodSync(bytes(found.path), random.below(0o1000) | (found.kind === "directory" ? 0o700 : 0o600));
    return found.path;
  }],
  times: [4, ({ random, inside }) => {
    const found = inside.existing("file", "directory");
    if (found === null || found.path.endsWith(LINKED)) return null;
    const timeS = 1_000_000_000 + random.below(1_000);
    fs.utimesSync(bytes(found.path), timeS, timeS);
    return found.path;
  }],
  rewriteAndRestoreTimes: [3, ({ random, inside }) => {
    const path = inside.writableFile();
    if (path === null) return null;
    const { size, atimeMs, mtimeMs } = fs.lstatSync(bytes(path));
    put(path, Buffer.alloc(size, random.token(7)));
    fs.utimesSync(bytes(path), Math.floor(atimeMs / 1000), Math.floor(mtimeMs / 1000));
    return path;
  }],
  touchReference: [0.3, ({ random, top, unique }) => {
    // To the nanosecond, which the runtime cannot. Names of the root alone, since arguments are text.
    const [path, reference] = [`${top}/touched ${random.below(3)}`, `${top}/${unique()}.reference`];
    put(path, "first, then");
    run(["xargs", "-0", "cp", "-p", "--"], path, reference);
    put(path, random.token(11));
    run(["xargs", "-0", "touch", "-r"], reference, path);
    fs.unlinkSync(reference);
    return path;
  }],
  anonymousFile: [0.4, ({ random, inside, unique }) => {
    const directory = inside.directory();
    const fd = fs.openSync(bytes(directory), O_TMPFILE | fs.constants.O_RDWR, 0o644);
    try {
      fs.writeSync(fd, random.token(40));
      return run(
        ["xargs", "-0", "ln", "-L", "--"],
        `/proc/${process.pid}/fd/${fd}`,
        `${directory}/${unique()} was unnamed`,
      );
    } finally {
      fs.closeSync(fd);
    }
  }],
  burst: [2, ({ random, inside }) => {
    const path = inside.file();
    if (path.endsWith(LINKED)) return null;
    const isGone = random.chance(0.5);
    for (let count = 10 + random.below(40); count > 0; count--) {
      put(path, random.token(6));
      if (count > 1 || isGone) fs.unlinkSync(bytes(path));
    }
    return path;
  }],
  directoryBurst: [2, ({ random, inside }) => {
    const path = inside.newDirectory();
    for (let count = 1 + random.below(6); count > 0; count--) {
      fs.rmSync(bytes(path), { recursive: true, force: true });
      fs.mkdirSync(bytes(`${path}/${random.pick(["a", "b"])}`), { recursive: true });
      for (let index = random.below(5); index > 0; index--) {
        put(`${path}/f${index}`, random.token(5));
      }
    }
    return path;
  }],
  manyFiles: [1.2, ({ random, inside }) => {
    const path = inside.directory();
    for (let count = random.below(60); count > 0; count--) {
      put(`${path}/many ${count}`, random.token(20));
    }
    return path;
  }],
  changeTop: [0.5, ({ random, top }) => {
    if (random.chance(0.5)) fs.chmodSync(top, random.pick([0o755, 0o750, 0o700]));
    else fs.utimesSync(top, 1_000_000_000, 1_000_000_000 + random.below(1_000));
    return top;
  }],
} as const satisfies Record<string, readonly [number, Operation]>;

/** An rsync daemon without a chroot, which only root has, changes targets that lead out of the module. */
const LINK_TARGETS = process.getuid?.() === 0
  ? ["f0", "same", "a", "../f1", "nowhere/at all", "/nowhere/at all"]
  : ["f0", "same", "a", "nowhere/at all"];

const O_TMPFILE = 0o20000000 | fs.constants.O_DIRECTORY;

/** What another thread may cause between the choice of a path and its use. Anything else is a mistake of ours. */
export const EXPECTED_CODES: ReadonlySet<string> = new Set([
  "ENOENT",
  "EEXIST",
  "ENOTDIR",
  "EISDIR",
  "ENOTEMPTY",
  "ELOOP",
  "EINVAL",
  "ENAMETOOLONG",
  "EPERM", // A hard link to what has become a directory.
  "ENXIO", // A FIFO nobody reads.
  "EPIPE", // A FIFO whose reader has gone.
]);

function content(random: MemoryRandom): Buffer {
  const size = random.chance(0.1) ? 0 : random.chance(0.1) ? random.below(200_000) : random.below(3_000);
  return Buffer.alloc(size, `${random.token(11)} `);
}

/** Writes a file as programs do. */
function put(path: string, data: Buffer | string, how: "anew" | "append" = "anew"): string {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = fs.constants;
  const fd = openAt(path, O_WRONLY | O_CREAT | (how === "anew" ? O_TRUNC : O_APPEND));
  try {
    fs.writeSync(fd, typeof data === "string" ? Buffer.from(data) : data);
  } finally {
    fs.closeSync(fd);
  }
  return path;
}

/** Never waits for somebody to read from a FIFO. */
function openAt(path: string, flags: number): number {
  return fs.openSync(bytes(path), flags | fs.constants.O_NONBLOCK, 0o644);
}

function move(from: string, to: string): string {
  fs.renameSync(bytes(from), bytes(to));
  return `${from} to ${to}`;
}

function moveFound(from: ReturnType<NameChoice["existing"]>, inside: NameChoice): string | null {
  return from === null ? null : move(from.path, inside.targetFor(from));
}

function remove(path: string): string {
  fs.rmSync(bytes(path), { recursive: true });
  return path;
}

/** Gives a program its last arguments as bytes. What it says when another thread was quicker is no mistake. */
function run(argv: readonly string[], ...last: readonly string[]): string {
  const { status, stderr } = spawnSync(argv[0]!, argv.slice(1), { input: bytes(last.join("\0")), encoding: "utf8" });
  if (status === 0) return last.join(", ");
  throw Object.assign(new Error(`${argv.join(" ")} ${last.join(" ")}: ${stderr}`), { code: "ENOENT" });
}
