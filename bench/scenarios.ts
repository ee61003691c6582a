/** Every scenario, in the order in which they run. */
import type { Scenario } from "./scenario.ts";
import { events } from "./scenario_events.ts";
import { emptyFiles, flood } from "./scenario_flood.ts";
import { flushes } from "./scenario_flush.ts";
import { idle } from "./scenario_idle.ts";
import { memory } from "./scenario_memory.ts";
import { nestedDirectories } from "./scenario_nested_directories.ts";
import { oneFile } from "./scenario_one_file.ts";
import { severalRemotes } from "./scenario_remotes.ts";
import { removals } from "./scenario_remove.ts";
import { renameDirectory, renameLarge } from "./scenario_rename.ts";
import { restart } from "./scenario_restart.ts";
import { slowReceiver } from "./scenario_slow_receiver.ts";
import { smallBehindLarge } from "./scenario_small_behind_large.ts";
import { starts } from "./scenario_start.ts";
import { steadyStream } from "./scenario_steady_stream.ts";
import { subscribers, subscribersOfAll } from "./scenario_subscribers.ts";
import { thousandFiles } from "./scenario_thousand_files.ts";

export const SCENARIOS: readonly Scenario[] = [
  oneFile,
  thousandFiles,
  nestedDirectories,
  steadyStream,
  flood,
  emptyFiles,
  ...removals,
  renameDirectory,
  renameLarge,
  smallBehindLarge,
  ...severalRemotes,
  ...starts,
  memory,
  restart,
  events,
  subscribers,
  subscribersOfAll,
  slowReceiver,
  flushes,
  idle,
];
