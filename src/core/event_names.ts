/** The names that inotify's events have on command lines and in output, as inotify-tools write them. */
import { IN } from "./inotify_event.ts";

/** In the order in which an event's names are printed. CLOSE stands for either kind of close, beside its own name. */
const PRINTED = [
  ["ACCESS", IN.ACCESS],
  ["MODIFY", IN.MODIFY],
  ["ATTRIB", IN.ATTRIB],
  ["CLOSE_WRITE", IN.CLOSE_WRITE],
  ["CLOSE_NOWRITE", IN.CLOSE_NOWRITE],
  ["OPEN", IN.OPEN],
  ["MOVED_FROM", IN.MOVED_FROM],
  ["MOVED_TO", IN.MOVED_TO],
  ["CREATE", IN.CREATE],
  ["DELETE", IN.DELETE],
  ["DELETE_SELF", IN.DELETE_SELF],
  ["UNMOUNT", IN.UNMOUNT],
  ["Q_OVERFLOW", IN.Q_OVERFLOW],
  ["IGNORED", IN.IGNORED],
  ["CLOSE", IN.CLOSE_WRITE | IN.CLOSE_NOWRITE],
  ["MOVE_SELF", IN.MOVE_SELF],
  ["ISDIR", IN.ISDIR],
  ["ONESHOT", IN.ONESHOT],
] as const satisfies readonly (readonly [string, number])[];

/** What the kernel calls `IN_ALL_EVENTS`. */
export const ALL_EVENTS = 0xfff;

/** Names that are asked for and never printed. */
const ASKED_ONLY = [["MOVE", IN.MOVED_FROM | IN.MOVED_TO], ["ALL_EVENTS", ALL_EVENTS]] as const;

const MASKS: ReadonlyMap<string, number> = new Map<string, number>([...PRINTED, ...ASKED_ONLY]);

/**
 * The mask of names separated by commas, in any letter case. An empty name makes the whole text mean nothing (0), as it does
 * for inotifywait; an unknown one gives null.
 */
export function eventMask(names: string): number | null {
  let mask = 0;
  for (const name of names.split(",")) {
    if (name === "") return 0;
    const bits = MASKS.get(name.toUpperCase());
    if (bits === undefined) return null;
    mask |= bits;
  }
  return mask >>> 0;
}

/** The names of an event, or its number in hexadecimal when it has none. */
export function eventText(mask: number, separator: string): string {
  const names = eventList(mask);
  return names.length > 0 ? names.join(separator) : `0x${(mask >>> 0).toString(16).padStart(8, "0")}`;
}

/** The same as a list; empty when it has no name. */
export function eventList(mask: number): string[] {
  return PRINTED.filter(([, bits]) => (mask & bits) !== 0).map(([name]) => name);
}
