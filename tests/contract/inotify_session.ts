import { decodeInotifyRecords, IN, watchMask } from "../../src/core/inotify_event.ts";
import type { BytePath } from "../../src/core/path.ts";
import type { Inotify, InotifyFactory } from "../../src/ports.ts";
import { removeTree } from "../support/test_disk.ts";
import type { TestDisk } from "../support/test_disk.ts";

/** A disk with inotify on it: the real one or the memory one. */
export type InotifyWorld = {
  readonly disk: TestDisk;
  readonly factory: InotifyFactory;
  /** An empty directory. */
  readonly root: BytePath;
  /** Lets what is queued be delivered, where that does not happen by itself. */
  deliver(): void;
  /** Does something that is over at once while limits are lower. */
  limited<T>(limits: InotifyLimits, action: () => T): T;
} & AsyncDisposable;

/** `fs.inotify.max_user_watches`, `max_user_instances`, and `max_queued_events` of the instances that are opened. */
export type InotifyLimits = { readonly watches?: number; readonly instances?: number; readonly queuedEvents?: number };

/** One thing done to a disk, and what inotify must report of it: what the kernel was seen to report. */
export type InotifyScenario = {
  readonly title: string;
  readonly needs?: "any bytes" | "mount";
  run(session: InotifySession): void | Promise<void>;
  readonly events: readonly string[];
};

/** Everything that can be switched on. */
export const WHOLE_MASK = watchMask({ modify: true, attrib: true });

/** One instance in a world, what it reported as text, and short words for what a test does below the root. */
export class InotifySession implements AsyncDisposable {
  readonly world: InotifyWorld;
  readonly inotify: Inotify;
  readonly #marks: string;
  readonly #lines: string[] = [];
  readonly #labels = new Map<number, string>();
  readonly #cookies = new Map<number, number>();
  #failure: Error | null = null;
  #overflows = 0;
  #lastMark = 0;
  #markSeen = 0;
  #wake = () => {};

  /** `marks`: a directory that is watched too; a file created in it marks the end of what was caused before. */
  constructor(world: InotifyWorld, marks = ".marks") {
    this.world = world;
    this.#marks = marks;
    this.inotify = world.factory.open();
    world.disk.mkdir(this.at(marks));
    this.watch(marks);
    this.inotify.start((records) => {
      decodeInotifyRecords(records, (wd, mask, cookie, name) => this.#record(wd, mask, cookie, name));
      this.#wake();
    }, (error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  get disk(): TestDisk {
    return this.world.disk;
  }

  at(path: string): BytePath {
    return (path === "" ? this.world.root : `${this.world.root}/${path}`) as BytePath;
  }

  /** Watches a directory; its events are told under this name, wherever it goes later. */
  watch(path: string, mask = WHOLE_MASK): number {
    const result = this.inotify.addWatch(this.at(path), mask);
    if (!result.ok) throw new Error(`No watch on ${path}: ${result.code}`);
    this.label(result.wd, path === "" ? "." : path);
    return result.wd;
  }

  /** Names what is told of a watch; its first name stays. */
  label(wd: number, name: string): void {
    if (!this.#labels.has(wd)) this.#labels.set(wd, name);
  }

  mkdir(...paths: string[]): void {
    for (const path of paths) this.world.disk.mkdir(this.at(path));
  }

  create(...paths: string[]): void {
    for (const path of paths) this.world.disk.create(this.at(path));
  }

  write(path: string, content: string): void {
    this.world.disk.write(this.at(path), content);
  }

  rename(from: string, to: string): void {
    this.world.disk.rename(this.at(from), this.at(to));
  }

  unlink(path: string): void {
    this.world.disk.unlink(this.at(path));
  }

  rmdir(path: string): void {
    this.world.disk.rmdir(this.at(path));
  }

  removeTree(path: string): void {
    removeTree(this.world.disk, this.at(path));
  }

  /**
   * What was reported so far, one line per event: the watched directory, the bits, the name, and which rename it belongs to, as
   * `a MOVED_FROM|ISDIR b #1`. Complete: a mark is set after all that was done, and waited for.
   */
  async events(): Promise<readonly string[]> {
    const mark = ++this.#lastMark;
    while (this.#markSeen < mark) {
      const overflows = this.#overflows;
      this.world.disk.create(this.at(`${this.#marks}/${mark}`));
      this.world.deliver();
      // An overflow swallows the mark as well; then it is set again.
      while (this.#markSeen < mark && this.#overflows === overflows) {
        if (this.#failure !== null) throw this.#failure;
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    }
    return this.#lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.inotify[Symbol.asyncDispose]();
  }

  #record(wd: number, mask: number, cookie: number, name: string): void {
    const label = this.#labels.get(wd);
    if (label === this.#marks) {
      this.#markSeen = Math.max(this.#markSeen, Number(name));
      return;
    }
    if (mask & IN.Q_OVERFLOW) this.#overflows++;
    this.#lines.push(
      [label ?? wd, maskText(mask), name, this.#cookieText(cookie)].filter((part) => part !== "").join(" "),
    );
  }

  /** The kernel counts renames of the whole machine; here the first one seen is 1. */
  #cookieText(cookie: number): string {
    if (cookie === 0) return "";
    const number = this.#cookies.get(cookie) ?? this.#cookies.size + 1;
    this.#cookies.set(cookie, number);
    return `#${number}`;
  }
}

function maskText(mask: number): string {
  return Object.entries(IN).filter(([, bit]) => mask & bit).map(([name]) => name).join("|");
}
