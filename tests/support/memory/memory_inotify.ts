import { IN } from "../../../src/core/inotify_event.ts";
import type { BytePath } from "../../../src/core/path.ts";
import { TssyncError } from "../../../src/core/error.ts";
import type { Inotify, InotifyFactory, WatchResult } from "../../../src/ports.ts";
import type { MemoryDisk } from "./memory_disk.ts";
import type { MemoryInode } from "./memory_inode.ts";
import type { DiskNotice } from "./memory_kernel.ts";

export type MemoryInotifyOptions = {
  /** `fs.inotify.max_queued_events` of each instance opened from now on. */
  queueLimit?: number;
  /** `fs.inotify.max_user_watches`, of all instances together. */
  watchLimit?: number;
  /** `fs.inotify.max_user_instances`. */
  instanceLimit?: number;
  /** Whether the limit of watches may be raised. */
  isRoot?: boolean;
  /** Called when the queue of an instance was empty and no longer is: the moment the kernel would wake a reader. */
  onPending?: (instance: MemoryInotify) => void;
};

/** Inotify on a memory disk. Nothing is delivered until a test says `deliver`, so a test decides every interleaving. */
export class MemoryInotifyFactory implements InotifyFactory {
  readonly disk: MemoryDisk;
  readonly options: Required<MemoryInotifyOptions>;
  /** Those that are open, oldest first. */
  readonly instances: MemoryInotify[] = [];

  constructor(disk: MemoryDisk, options: MemoryInotifyOptions = {}) {
    this.disk = disk;
    const defaults = {
      queueLimit: 16_384,
      watchLimit: 1_048_576,
      instanceLimit: 128,
      isRoot: true,
      onPending: () => {},
    };
    this.options = { ...defaults, ...options };
  }

  open(): MemoryInotify {
    if (this.instances.length >= this.options.instanceLimit) {
      throw new TssyncError(
        "SOURCE_UNUSABLE",
        "Cannot open an inotify instance: fs.inotify.max_user_instances is reached",
        {
          code: "EMFILE",
        },
      );
    }
    const instance = new MemoryInotify(this);
    this.instances.push(instance);
    return instance;
  }

  watchLimit(): number {
    return this.options.watchLimit;
  }

  raiseWatchLimit(watches: number): boolean {
    if (this.options.isRoot) this.options.watchLimit = Math.max(this.options.watchLimit, watches);
    return this.options.watchLimit >= watches;
  }

  /** Hands over all that is queued, in all instances; what that causes too. */
  deliverAll(): void {
    while (this.instances.some((instance) => instance.deliver() > 0));
  }
}

type Watch = { readonly wd: number; readonly inode: MemoryInode; mask: number };
type QueuedEvent = { readonly wd: number; readonly mask: number; readonly cookie: number; readonly name: string };

const OVERFLOW: QueuedEvent = { wd: -1, mask: IN.Q_OVERFLOW, cookie: 0, name: "" };

/** The bits of a mask that name events; the others say how to watch. */
const EVENT_BITS = 0xfff;
/** Are told whatever the mask says. */
const ALWAYS_TOLD = IN.UNMOUNT;

/** One instance, with the kernel's rules for watches and its queue. Only directories can be watched. */
export class MemoryInotify implements Inotify {
  readonly #factory: MemoryInotifyFactory;
  readonly #queueLimit: number;
  readonly #byInode = new Map<MemoryInode, Watch>();
  readonly #byWd = new Map<number, Watch>();
  readonly #stopListening: () => void;
  #queue: QueuedEvent[] = [];
  #overflowQueued = false;
  #lastWd = 0;
  #receive: { onRecords: (records: Uint8Array) => void; onFailure: (error: Error) => void } | null = null;

  constructor(factory: MemoryInotifyFactory) {
    this.#factory = factory;
    this.#queueLimit = factory.options.queueLimit;
    this.#stopListening = factory.disk.onNotice((notice) => this.#notice(notice));
  }

  get watchCount(): number {
    return this.#byWd.size;
  }

  get queuedCount(): number {
    return this.#queue.length;
  }

  addWatch(path: BytePath, mask: number): WatchResult {
    let inode: MemoryInode;
    try {
      inode = this.#factory.disk.directoryToWatch(path);
    } catch (error) {
      const code = String((error as { code?: unknown }).code);
      const reason = code === "ENOSPC" ? "limit" : code === "ENOENT" || code === "ENOTDIR" ? "gone" : "other";
      return { ok: false, reason, code };
    }
    const known = this.#byInode.get(inode);
    if (known !== undefined) {
      known.mask = mask;
      return { ok: true, wd: known.wd };
    }
    const used = this.#factory.instances.reduce((sum, instance) => sum + instance.watchCount, 0);
    if (used >= this.#factory.options.watchLimit) return { ok: false, reason: "limit", code: "ENOSPC" };
    const watch: Watch = { wd: ++this.#lastWd, inode, mask };
    this.#byInode.set(inode, watch);
    this.#byWd.set(watch.wd, watch);
    return { ok: true, wd: watch.wd };
  }

  removeWatch(wd: number): void {
    const watch = this.#byWd.get(wd);
    if (watch !== undefined) this.#forget(watch);
  }

  start(onRecords: (records: Uint8Array) => void, onFailure: (error: Error) => void): void {
    if (this.#receive !== null) throw new Error("start() is called once per instance");
    this.#receive = { onRecords, onFailure };
  }

  /** Hands over the oldest `events` of the queue in one buffer. How many there were. */
  deliver(events = Infinity): number {
    if (this.#receive === null || this.#queue.length === 0) return 0;
    const delivered = this.#queue.splice(0, events);
    if (delivered.includes(OVERFLOW)) this.#overflowQueued = false;
    this.#receive.onRecords(encodeRecords(delivered));
    return delivered.length;
  }

  /** Lets reading end by itself. */
  fail(error: Error): void {
    const receive = this.#receive;
    this.#receive = null;
    receive?.onFailure(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopListening();
    this.#receive = null;
    this.#queue = [];
    this.#byInode.clear();
    this.#byWd.clear();
    const index = this.#factory.instances.indexOf(this);
    if (index >= 0) this.#factory.instances.splice(index, 1);
  }

  #notice({ mask, cookie, parent, name, self, unlinked }: DiskNotice): void {
    const byParent = parent === null ? undefined : this.#byInode.get(parent);
    if (byParent !== undefined && !(unlinked && byParent.mask & IN.EXCL_UNLINK)) {
      this.#report(byParent, mask, cookie, name);
    }
    const bySelf = self === null ? undefined : this.#byInode.get(self);
    if (bySelf === undefined) return;
    this.#report(bySelf, mask, cookie, "");
    if (mask & (IN.DELETE_SELF | IN.UNMOUNT)) this.#forget(bySelf);
  }

  #report(watch: Watch, mask: number, cookie: number, name: string): void {
    if (mask & EVENT_BITS & watch.mask || mask & ALWAYS_TOLD) this.#enqueue({ wd: watch.wd, mask, cookie, name });
  }

  #forget(watch: Watch): void {
    this.#byInode.delete(watch.inode);
    this.#byWd.delete(watch.wd);
    this.#enqueue({ wd: watch.wd, mask: IN.IGNORED, cookie: 0, name: "" });
  }

  /** The limit comes before merging: a full queue overflows even by an event equal to its last one. */
  #enqueue(event: QueuedEvent): void {
    if (this.#queue.length >= this.#queueLimit) {
      if (!this.#overflowQueued) this.#queue.push(OVERFLOW);
      this.#overflowQueued = true;
      return;
    }
    const last = this.#queue.at(-1);
    if (last !== undefined && last.wd === event.wd && last.mask === event.mask && last.name === event.name) return;
    this.#queue.push(event);
    if (last === undefined) this.#factory.options.onPending(this);
  }
}

/** The fixed part of a record; names are padded with NUL to a multiple of it. */
const HEADER_BYTES = 16;

function encodeRecords(events: readonly QueuedEvent[]): Uint8Array {
  const nameBytes = events.map(({ name }) =>
    name === "" ? 0 : Math.ceil((name.length + 1) / HEADER_BYTES) * HEADER_BYTES
  );
  const records = new Uint8Array(nameBytes.reduce((sum, bytes) => sum + HEADER_BYTES + bytes, 0));
  const view = new DataView(records.buffer);
  let offset = 0;
  for (const [index, { wd, mask, cookie, name }] of events.entries()) {
    view.setInt32(offset, wd, true);
    view.setUint32(offset + 4, mask, true);
    view.setUint32(offset + 8, cookie, true);
    view.setUint32(offset + 12, nameBytes[index]!, true);
    offset += HEADER_BYTES;
    for (let at = 0; at < name.length; at++) records[offset + at] = name.charCodeAt(at);
    offset += nameBytes[index]!;
  }
  return records;
}
