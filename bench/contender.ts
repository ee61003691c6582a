/** What keeps a mirror: the tools that are compared. */
import type { StartedProcess } from "./started_process.ts";

/** What a contender is told to do. */
export type MirrorOrder = {
  readonly source: string;
  /** `rsync://` addresses of the remotes. */
  readonly urls: readonly string[];
  /** An empty directory for configuration, logs and state; the same again after a restart. */
  readonly folder: string;
  /** rsync's options in the words of rsync. */
  readonly options: RsyncOptions;
  /** Whether remote and source are known to be equal, so that only changes from now on matter, where the tool can be told. */
  readonly isEqual?: boolean;
  /** Whether every write of an open file is an event, where the tool can be told. */
  readonly modify?: boolean;
  /** A URL that is told of every file once it is on the remotes, where the tool can be told. */
  readonly toldUrl?: string;
};

export type RsyncOptions = { readonly compress?: boolean; readonly bandwidthKiBPerSecond?: number };

export type RunningContender = AsyncDisposable & {
  readonly pid: number;
  /** When it was started; monotonic milliseconds. */
  readonly startedAtMs: number;
  /** When all its watches stood; monotonic milliseconds. */
  readonly watching: Promise<number>;
  /** How often it said that the kernel dropped events. */
  overflows(): number;
  stop(): Promise<void>;
};

export type Contender = {
  readonly name: string;
  /** What must be installed or set for it to run; null: it runs. */
  missing(): string | null;
  start(order: MirrorOrder): Promise<RunningContender>;
};

export function rsyncOptionWords({ compress, bandwidthKiBPerSecond }: RsyncOptions): string[] {
  return [
    compress === true ? "-az" : "-a",
    ...(bandwidthKiBPerSecond === undefined ? [] : [`--bwlimit=${bandwidthKiBPerSecond}`]),
  ];
}

/** `ready`: the text by which it says that it watches; `overflow`: by which it says that events were dropped. */
export function runningContender(
  started: StartedProcess,
  { startedAtMs, ready, overflow }: { startedAtMs: number; ready: string | Promise<number>; overflow: string },
): RunningContender {
  const watching = typeof ready === "string" ? started.wrote(ready) : ready;
  // Whoever does not ask is not told either.
  watching.catch(() => {});
  return {
    pid: started.pid,
    startedAtMs,
    watching,
    overflows: () => started.output.split(overflow).length - 1,
    stop: () => started.stop(),
    [Symbol.asyncDispose]: () => started.stop(),
  };
}
