import type { EventItem } from "../../src/core/event.ts";
import type { RelPath } from "../../src/core/path.ts";

/** A file that was written, of which nothing else is known but `facts`. */
export function eventItem(path: string, facts: Partial<EventItem> = {}): EventItem {
  const unknown = { reach: null, detectedAtMs: null, from: null, size: null, mtimeMs: null, mode: null };
  return { path: path as RelPath, operation: "write", kind: "file", ...unknown, ...facts };
}
