/** Which events of the log are for one plugin. */
import type { PluginMoment } from "../config/plugin_settings.ts";
import type { EventBlock, EventItem, EventType } from "../core/event.ts";
import { typesNamed } from "../core/event_filter.ts";
import { isAtOrBelow, type RelPath } from "../core/path.ts";
import { pathOfEvent, type PluginEvent } from "../core/plugin_event.ts";
import type { Plugin } from "../ports.ts";

/** What tells of a file at each moment. */
const MOMENT_TYPES = {
  all: "tssync.file.synced_all",
  any: "tssync.file.synced",
  changed: "tssync.file.changed",
} as const satisfies Record<PluginMoment, EventType>;

/** Paths of which it is remembered that some remote has them: beyond it an event comes once for each remote. */
const FIRSTS_MAX = 10_000;

export type InterestFacts = {
  readonly plugin: Plugin;
  /** The plugin's place in the log: what is told about itself is not for it, or a failure would make the next. */
  readonly key: string;
  /** Whether anything can arrive anywhere: where not, a change is told when it is seen. */
  readonly hasRemotes: (root: string) => boolean;
};

export class EventInterest {
  readonly #facts: InterestFacts;
  readonly #types: ReadonlySet<EventType> | null;
  /** By path: when the newest change was detected that the first remote has. */
  readonly #firsts = new Map<string, number>();

  constructor(facts: InterestFacts) {
    this.#facts = facts;
    const { files, types } = facts.plugin.interest;
    this.#types = files === null && types.length === 0 ? null : new Set(types.flatMap(typesNamed));
  }

  /** Whether any event of the block can be for it. */
  wantsBlock(block: EventBlock): boolean {
    const { plugin: { interest }, key } = this.#facts;
    if (!isInRoots(block, interest.roots)) return false;
    if (block.type === "tssync.plugin.failed" && block.facts["plugin"] === key) return false;
    return this.#isMoment(block) || this.#types === null || this.#types.has(block.type);
  }

  /** Whether this event of such a block is. */
  wantsEvent(event: PluginEvent): boolean {
    const { plugin } = this.#facts;
    const { interest: { below, files } } = plugin;
    const path = pathOfEvent(event);
    if (event.item !== null && below !== null && (path === null || !concerns(path, below, event.item))) return false;
    if (!plugin.wants(event)) return false;
    return files !== "any" || event.type !== MOMENT_TYPES.any || event.item === null ||
      this.#isFirst(event, event.item);
  }

  #isMoment({ type, root }: EventBlock): boolean {
    const { plugin: { interest: { files } }, hasRemotes } = this.#facts;
    if (files === null) return false;
    return type === MOMENT_TYPES[root === null || hasRemotes(root) ? files : "changed"];
  }

  /** A remote that gets what another one has already says nothing new. */
  #isFirst({ root }: PluginEvent, { path, detectedAtMs }: EventItem): boolean {
    if (detectedAtMs === null) return true;
    const key = `${root}\0${path}`;
    const known = this.#firsts.get(key);
    if (known !== undefined && known >= detectedAtMs) return false;
    this.#firsts.delete(key);
    this.#firsts.set(key, detectedAtMs);
    if (this.#firsts.size > FIRSTS_MAX) {
      for (const oldest of this.#firsts.keys()) {
        this.#firsts.delete(oldest);
        break;
      }
    }
    return true;
  }
}

/** An event may be about several roots. */
function isInRoots({ root, facts }: EventBlock, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  const roots = facts["roots"];
  if (root === null && Array.isArray(roots)) return roots.some((each: unknown) => wanted.includes(each as string));
  return root !== null && wanted.includes(root);
}

/** Absolute paths compare like relative ones. A directory above that changed as a whole changed what is below. */
function concerns(path: string, below: string, { kind, reach, operation }: EventItem): boolean {
  if (isAtOrBelow(path as RelPath, below as RelPath) || below === "/") return true;
  const isWhole = reach !== null || operation === "rmdir" || operation === "move";
  return kind === "directory" && isWhole && (path === "/" || isAtOrBelow(below as RelPath, path as RelPath));
}
