import { ENTRY_SCENARIOS } from "./inotify_entry_scenarios.ts";
import { RENAME_SCENARIOS } from "./inotify_rename_scenarios.ts";
import type { InotifyScenario } from "./inotify_session.ts";
import { WATCH_SCENARIOS } from "./inotify_watch_scenarios.ts";

/** Everything that is done to a disk under watch. */
export const INOTIFY_SCENARIOS: readonly InotifyScenario[] = [
  ...ENTRY_SCENARIOS,
  ...RENAME_SCENARIOS,
  ...WATCH_SCENARIOS,
];
