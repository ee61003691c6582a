import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { openInotifyFactory } from "../../src/adapters/inotify_watcher.ts";
import { textToBytePath } from "../../src/core/path.ts";
import type { BytePath } from "../../src/core/path.ts";
import { MemoryDisk } from "../support/memory/memory_disk.ts";
import { MemoryInotifyFactory } from "../support/memory/memory_inotify.ts";
import { realDisk } from "../support/real_disk.ts";
import { removeTree } from "../support/test_disk.ts";
import type { InotifyLimits, InotifyWorld } from "./inotify_session.ts";

/** The kernel of this machine, in a directory of its own that is removed in the end. */
export async function realWorld(): Promise<InotifyWorld> {
  const root = textToBytePath(mkdtempSync(`${tmpdir()}/tssync-inotify-`));
  return {
    disk: realDisk,
    factory: await openInotifyFactory(),
    root,
    deliver() {},
    limited: withKernelLimits,
    [Symbol.asyncDispose]: async () => removeTree(realDisk, root),
  };
}

const KERNEL_LIMITS = {
  watches: "/proc/sys/fs/inotify/max_user_watches",
  instances: "/proc/sys/fs/inotify/max_user_instances",
  queuedEvents: "/proc/sys/fs/inotify/max_queued_events",
} as const satisfies Record<keyof InotifyLimits, string>;

/** The limits hold for the whole machine, so they are put back at once, before anybody else can stumble. */
function withKernelLimits<T>(limits: InotifyLimits, action: () => T): T {
  const names = Object.keys(limits) as (keyof InotifyLimits)[];
  const before = names.map((name) => [KERNEL_LIMITS[name], readFileSync(KERNEL_LIMITS[name])] as const);
  try {
    for (const name of names) writeFileSync(KERNEL_LIMITS[name], String(limits[name]));
    return action();
  } finally {
    for (const [path, value] of before) writeFileSync(path, value);
  }
}

export async function memoryWorld(): Promise<InotifyWorld> {
  let nowMs = 1_700_000_000_000;
  const disk = new MemoryDisk({ now: () => nowMs += 0.125 });
  const factory = new MemoryInotifyFactory(disk);
  const root = "/source" as BytePath;
  disk.mkdir(root);
  return {
    disk,
    factory,
    root,
    deliver: () => factory.deliverAll(),
    limited({ watches, instances, queuedEvents }, action) {
      const before = { ...factory.options };
      factory.options.watchLimit = watches ?? before.watchLimit;
      factory.options.instanceLimit = instances ?? before.instanceLimit;
      factory.options.queueLimit = queuedEvents ?? before.queueLimit;
      try {
        return action();
      } finally {
        Object.assign(factory.options, before);
      }
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
