/** What a remote needs of the root it belongs to. */
import type { EventSwitches, RootConfiguration } from "../config/configuration.ts";
import type { Filter } from "../core/filter.ts";
import type { Mark, MarkKind } from "../core/mark.ts";
import type { BytePath, RelPath } from "../core/path.ts";
import type { CallReport } from "./call_report.ts";
import type { RootEvents } from "./root_events.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { FailLog } from "./fail_log.ts";
import type { HardLinks } from "./hard_links.ts";
import type { Holds } from "./holds.ts";
import type { LaneName } from "./remote_marks.ts";
import type { FlightEnd } from "./flight.ts";
import type { ProcessBudget } from "./process_budget.ts";

/** What one flight brought. */
export type Flown = {
  readonly remote: string;
  readonly lane: LaneName;
  readonly marks: number;
  readonly report: CallReport;
  readonly end: FlightEnd;
  readonly refusals: number;
};

export interface RemoteHost {
  readonly configuration: RootConfiguration;
  readonly rootId: string;
  readonly rootPath: BytePath;
  readonly switches: EventSwitches;
  readonly filter: Filter;
  readonly world: EngineWorld;
  readonly budget: ProcessBudget;
  readonly failLog: FailLog;
  readonly holds: Holds;
  readonly events: RootEvents;
  /** The other names of files that have several. */
  readonly links: HardLinks;
  /** Nothing at all is sent while the root is halted or paused. */
  halted(): boolean;
  /**
   * Looks at the root now: false, and the root is halted, when it is not the directory it was. `everything`: the whole root is
   * compared, so an empty one must be believed first.
   */
  mayDelete(everything: boolean): boolean;
  /** The same, but true while it is paused: what is in the air may land. */
  isSound(everything: boolean): boolean;
  newMark(path: RelPath, kind: MarkKind, detectedAtMs: number): Mark;
  flown(flown: Flown): void;
  fullSyncDone(remote: string, atMs: number): void;
}
