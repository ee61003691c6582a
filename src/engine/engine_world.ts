import type { Metrics } from "../core/metric.ts";
import type { BytePath } from "../core/path.ts";
import type { Clock, FileSystem, InotifyFactory, Log, PluginFactory, Random, RsyncRunner, Store } from "../ports.ts";

/** Everything the engine touches, handed in from outside. */
export type EngineWorld = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly fileSystem: FileSystem;
  readonly inotify: InotifyFactory;
  readonly runner: RsyncRunner;
  readonly store: Store;
  readonly plugins: PluginFactory;
  /** A directory outside every root for barrier files; it exists. */
  readonly barrierDirectory: BytePath;
  /** Whether the local rsync compares nanoseconds (3.1.3). */
  readonly nanoseconds: boolean;
  /** Differs after every boot of the machine. */
  readonly bootId: string;
  /** The name of this machine. */
  readonly node: string;
};
