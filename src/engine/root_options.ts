/** What a root is made from. */
import type { RootConfiguration } from "../config/configuration.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { EventLog } from "./event_log.ts";
import type { FailLog } from "./fail_log.ts";
import type { Holds } from "./holds.ts";
import type { ProcessBudget } from "./process_budget.ts";

export type RootOptions = {
  readonly configuration: RootConfiguration;
  readonly world: EngineWorld;
  readonly budget: ProcessBudget;
  readonly failLog: FailLog;
  readonly holds: Holds;
  readonly events: EventLog;
  /** Numbers marks over all roots. */
  readonly nextOrder: () => number;
  /** There is something to remember: `storeWatermarks` until `isActive` says that there is no more. */
  readonly onActive: () => void;
};
