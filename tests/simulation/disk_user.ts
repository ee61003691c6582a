/** Somebody who works in the source: operations chosen from a seed, one system call after the other. */
import { absolutePath, type BytePath, childPath, parentPath, type RelPath, ROOT } from "../../src/core/path.ts";
import type { MemoryDisk } from "../support/memory/memory_disk.ts";
import type { MemoryInode } from "../support/memory/memory_inode.ts";
import type { MemoryRandom } from "../support/memory/memory_random.ts";
import { type OpenFile, removeTree } from "../support/test_disk.ts";
import type { Excuses } from "./excuses.ts";
import type { SourceHistory } from "./source_history.ts";
import type { WorldPlan } from "./storm.ts";
import { shown, type Trace } from "./trace.ts";

export type DiskUserOptions = {
  readonly disk: MemoryDisk;
  readonly rootPath: BytePath;
  /** On the same volume as the root, but not in it. */
  readonly outside: BytePath;
  readonly history: SourceHistory;
  readonly excuses: Excuses;
  readonly plan: WorldPlan;
  readonly trace: Trace;
};

type Operation = (random: MemoryRandom) => void;

export class DiskUser {
  readonly #options: DiskUserOptions;
  readonly #open: { readonly file: OpenFile; readonly path: RelPath; readonly inode: MemoryInode }[] = [];
  readonly #operations: readonly (readonly [number, Operation])[];
  readonly #weight: number;
  #outsideNames = 0;

  constructor(options: DiskUserOptions) {
    this.#options = options;
    this.#operations = [
      [22, (random) => this.#write(this.#anyPath(random), content(random))],
      [4, (random) => this.#append(this.#anyPath(random), content(random))],
      [10, (random) => this.#mkdir(this.#anyPath(random))],
      [5, (random) => this.#deepTree(random)],
      [10, (random) => this.#rename(this.#existing(random), this.#anyPath(random))],
      [3, (random) => this.#swap(this.#existing(random), this.#existing(random))],
      [4, (random) => this.#moveOut(this.#existing(random), random)],
      [5, (random) => this.#moveIn(random)],
      [6, (random) => this.#remove(this.#existing(random))],
      [6, (random) => this.#replace(random)],
      [4, (random) => this.#recreate(random)],
      [3, (random) => this.#link(this.#existing(random), this.#anyPath(random))],
      [4, (random) => this.#symlink(random.pick(["a", "nowhere", "../b", "/", "\xff"]), this.#anyPath(random))],
      [2, (random) => this.#special(this.#anyPath(random))],
      [5, (random) => this.#chmod(this.#existing(random), random.pick([0o600, 0o644, 0o755, 0o700, 0o444]))],
      [3, (random) => this.#touch(this.#existing(random), random)],
      [3, (random) => this.#rewriteWithOldTime(this.#existing(random), random)],
    ];
    this.#weight = this.#operations.reduce((sum, [weight]) => sum + weight, 0);
  }

  /** One operation; what the disk refuses is refused. */
  operate(random: MemoryRandom): void {
    let draw = random.fraction() * this.#weight;
    const [, operation] = this.#operations.find(([weight]) => (draw -= weight) < 0)!;
    this.#attempt(() => operation(random));
  }

  /** Opens a file, or writes to one that is open, or closes one. */
  useOpenFiles(random: MemoryRandom): void {
    if (this.#open.length < 3 && (this.#open.length === 0 || random.chance(0.4))) {
      const path = this.#anyPath(random);
      this.#attempt(() => {
        if (this.#isLinked(path)) return;
        const isNew = !this.#options.history.entries.has(path);
        const file = this.#options.disk.open(this.#at(path));
        if (isNew) this.#options.excuses.created(path, "file");
        this.#options.excuses.written(path);
        this.#done(() => `open ${shown(path)}`);
        const opened = this.#options.history.entries.get(path);
        // Not in the source: the root is away.
        if (opened === undefined) file.close();
        else this.#open.push({ file, path, inode: opened.inode });
      });
      return;
    }
    const index = random.below(this.#open.length);
    const { file, path } = this.#open[index]!;
    if (random.chance(0.5)) {
      file.write(content(random));
      this.#done(() => `write to open ${shown(path)}`);
    } else {
      this.#open.splice(index, 1);
      this.#close(file, path);
    }
  }

  /** Those that are open for writing now. */
  openFiles(): Set<MemoryInode> {
    return new Set(this.#open.map(({ inode }) => inode));
  }

  closeAll(): void {
    for (const { file, path } of this.#open.splice(0)) this.#close(file, path);
  }

  #close(file: OpenFile, path: RelPath): void {
    file.close();
    this.#done(() => `close ${shown(path)}`);
  }

  // ------------------------------------------------------------------------------------------------------- choices

  #anyPath(random: MemoryRandom): RelPath {
    const { plan, history } = this.#options;
    if (history.entries.size >= plan.entriesMax && random.chance(0.8)) return this.#existing(random);
    const directories = [ROOT, ...this.#paths("directory").filter((path) => depthOf(path) < DEPTH_MAX)];
    return childPath(random.pick(directories), random.pick(plan.names));
  }

  #existing(random: MemoryRandom): RelPath {
    const paths = [...this.#options.history.entries.keys()];
    return paths.length === 0 ? childPath(ROOT, random.pick(this.#options.plan.names)) : random.pick(paths);
  }

  #paths(kind: string): RelPath[] {
    return [...this.#options.history.entries].filter(([, { inode }]) => inode.kind === kind).map(([path]) => path);
  }

  // ----------------------------------------------------------------------------------------------------- operations

  #write(path: RelPath, text: string): void {
    if (this.#isLinked(path)) return;
    const isNew = !this.#options.history.entries.has(path);
    this.#options.disk.write(this.#at(path), text);
    if (isNew) this.#options.excuses.created(path, "file");
    this.#options.excuses.written(path);
    this.#done(() => `write ${shown(path)} ${text}`);
  }

  #append(path: RelPath, text: string): void {
    if (this.#isLinked(path)) return;
    const isNew = !this.#options.history.entries.has(path);
    const file = this.#options.disk.open(this.#at(path));
    file.write(text);
    file.close();
    if (isNew) this.#options.excuses.created(path, "file");
    this.#options.excuses.written(path);
    this.#done(() => `append ${shown(path)} ${text}`);
  }

  #mkdir(path: RelPath): void {
    this.#options.disk.mkdir(this.#at(path));
    this.#options.excuses.created(path, "directory");
    this.#done(() => `mkdir ${shown(path)}`);
  }

  #deepTree(random: MemoryRandom): void {
    let directory = this.#anyPath(random);
    for (let depth = 1 + random.below(4); depth > 0; depth--) {
      this.#attempt(() => this.#mkdir(directory));
      const file = childPath(directory, random.pick(this.#options.plan.names));
      this.#attempt(() => this.#write(file, content(random)));
      directory = childPath(directory, random.pick(this.#options.plan.names));
    }
  }

  #rename(from: RelPath, to: RelPath): void {
    this.#options.disk.rename(this.#at(from), this.#at(to));
    this.#options.excuses.moved(from, to);
    this.#done(() => `rename ${shown(from)} ${shown(to)}`);
  }

  #swap(one: RelPath, other: RelPath): void {
    const between = childPath(parentPath(one), "swap~");
    this.#rename(one, between);
    this.#attempt(() => this.#rename(other, one));
    this.#attempt(() => this.#rename(between, this.#options.history.entries.has(one) ? other : one));
  }

  #moveOut(path: RelPath, random: MemoryRandom): void {
    const { disk, outside, excuses } = this.#options;
    // Overwrites what was moved out before, sometimes.
    const name = random.chance(0.3) ? "0" : String(++this.#outsideNames);
    disk.rename(this.#at(path), `${outside}/${name}` as BytePath);
    excuses.moved(path, null);
    this.#done(() => `move out ${shown(path)} as ${name}`);
  }

  #moveIn(random: MemoryRandom): void {
    const { disk, outside, excuses } = this.#options;
    const names = (disk.readDirectory(outside) ?? []).map(({ name }) => name);
    if (names.length === 0) return this.#prepareOutside(random);
    const name = random.pick(names);
    const path = this.#anyPath(random);
    disk.rename(`${outside}/${name}` as BytePath, this.#at(path));
    excuses.moved(null, path);
    this.#done(() => `move in ${name} as ${shown(path)}`);
  }

  /** Something with old times that will be moved in. */
  #prepareOutside(random: MemoryRandom): void {
    const { disk, outside, plan } = this.#options;
    const top = `${outside}/${++this.#outsideNames}` as BytePath;
    disk.mkdir(top);
    for (let count = 1 + random.below(3); count > 0; count--) {
      const directory = random.chance(0.5) ? top : (`${top}/${random.pick(plan.names)}` as BytePath);
      disk.mkdirs(directory);
      this.#attempt(() => disk.write(`${directory}/${random.pick(plan.names)}` as BytePath, content(random)));
    }
  }

  #remove(path: RelPath): void {
    const { disk, excuses } = this.#options;
    excuses.deleted(path);
    try {
      removeTree(disk, this.#at(path));
    } finally {
      this.#done(() => `remove ${shown(path)}`);
    }
  }

  /** Another kind of entry under the same name. */
  #replace(random: MemoryRandom): void {
    const path = this.#existing(random);
    const kind = this.#options.history.entries.get(path)?.inode.kind;
    this.#remove(path);
    if (kind === "directory") {
      if (random.chance(0.5)) this.#write(path, content(random));
      else this.#symlink("nowhere", path);
      return;
    }
    this.#mkdir(path);
    if (random.chance(0.6)) this.#write(childPath(path, random.pick(this.#options.plan.names)), content(random));
  }

  #recreate(random: MemoryRandom): void {
    const path = this.#anyPath(random);
    for (let count = 2 + random.below(3); count > 0; count--) {
      if (this.#options.history.entries.has(path)) this.#remove(path);
      if (random.chance(0.7)) this.#write(path, content(random));
      else {
        this.#mkdir(path);
        if (random.chance(0.5)) this.#write(childPath(path, random.pick(this.#options.plan.names)), content(random));
      }
    }
    if (random.chance(0.3)) this.#remove(path);
  }

  #link(existing: RelPath, path: RelPath): void {
    // What is written to an open file is told under the name by which it was opened, which may go meanwhile.
    if (this.openFiles().has(this.#options.history.entries.get(existing)?.inode as MemoryInode)) return;
    this.#options.disk.link(this.#at(existing), this.#at(path));
    this.#options.excuses.created(path, "link");
    this.#done(() => `link ${shown(existing)} ${shown(path)}`);
  }

  #symlink(target: string, path: RelPath): void {
    this.#options.disk.symlink(target, this.#at(path));
    this.#done(() => `symlink ${shown(target)} ${shown(path)}`);
  }

  #special(path: RelPath): void {
    this.#options.disk.mkfifo(this.#at(path));
    this.#done(() => `mkfifo ${shown(path)}`);
  }

  #chmod(path: RelPath, permissions: number): void {
    if (this.#isLinked(path) || this.#kindOf(path) === "symlink") return;
    this.#options.disk.chmod(this.#at(path), permissions);
    this.#options.excuses.attributesSet(path);
    this.#done(() => `chmod ${permissions.toString(8)} ${shown(path)}`);
  }

  #touch(path: RelPath, random: MemoryRandom): void {
    if (this.#isLinked(path)) return;
    this.#options.disk.utimes(this.#at(path), 1_600_000_000_000 + random.below(4) * 1000.25);
    this.#options.excuses.attributesSet(path);
    this.#done(() => `touch ${shown(path)}`);
  }

  /** As `cp -p` over a file of the same size: neither size nor time tells. */
  #rewriteWithOldTime(path: RelPath, random: MemoryRandom): void {
    const { disk, history } = this.#options;
    const inode = history.entries.get(path)?.inode;
    if (inode?.kind !== "file" || this.#isLinked(path)) return;
    const { mtimeMs } = inode;
    this.#write(path, content(random, inode.content.length));
    disk.utimes(this.#at(path), mtimeMs);
    this.#options.excuses.attributesSet(path);
    this.#done(() => `touch back ${shown(path)}`);
  }

  // --------------------------------------------------------------------------------------------------------- shared

  /** A write through one name of a file with several is told under that name alone: not simulated. */
  #isLinked(path: RelPath): boolean {
    const inode = this.#options.history.entries.get(path)?.inode;
    return inode !== undefined && inode.kind !== "directory" && (inode.links > 1 || inode.kind === "symlink");
  }

  #kindOf(path: RelPath): string | undefined {
    return this.#options.history.entries.get(path)?.inode.kind;
  }

  #at(path: RelPath): BytePath {
    return absolutePath(this.#options.rootPath, path);
  }

  #done(text: () => string): void {
    this.#options.trace.note(() => `disk: ${text()}`);
    this.#options.history.look();
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      // As any program would meet it: a name that is taken, a directory that is full, a root that is gone.
      if ((error as { code?: unknown }).code === undefined) throw error;
    }
  }
}

const DEPTH_MAX = 5;

function depthOf(path: RelPath): number {
  return path.split("/").length;
}

/** Mostly of the same size. */
function content(random: MemoryRandom, size = random.pick([4, 4, 4, 4, 0, 9])): string {
  let text = "";
  while (text.length < size) text += String.fromCharCode(0x61 + random.below(26));
  return text;
}
