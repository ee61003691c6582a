/** Waits for a finished file in one directory of a remote, to the tenth of a millisecond: for times below the kernel's ticks. */
import { openInotifyFactory } from "../src/adapters/inotify_watcher.ts";
import { decodeInotifyRecords, IN } from "../src/core/inotify_event.ts";
import { textToBytePath } from "../src/core/path.ts";

export type WatchedDirectory = AsyncDisposable & {
  /** Resolves with the monotonic time of the next rename of a finished file to this name. */
  arrival(name: string, timeoutMs: number): Promise<number>;
};

export async function watchDirectory(path: string): Promise<WatchedDirectory> {
  const inotify = (await openInotifyFactory()).open();
  const watch = inotify.addWatch(textToBytePath(path), IN.MOVED_TO);
  if (!watch.ok) throw new Error(`Cannot watch ${path}`);
  let onName: (name: string, atMs: number) => void = () => {};
  inotify.start((records) => {
    const atMs = performance.now();
    decodeInotifyRecords(records, (_wd, _mask, _cookie, name) => onName(name, atMs));
  }, (error) => {
    throw error;
  });
  return {
    arrival: (wanted, timeoutMs) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${wanted} did not arrive in ${timeoutMs} ms`)), timeoutMs);
        onName = (name, atMs) => {
          if (name !== wanted) return;
          clearTimeout(late);
          resolve(atMs);
        };
      }),
    [Symbol.asyncDispose]: () => inotify[Symbol.asyncDispose](),
  };
}
