/** The letters and names of rsync's itemized output. */
import type { EntryStat } from "../../../src/ports.ts";
import type { RsyncJob } from "./memory_rsync_arguments.ts";
import type { ListedEntry } from "./memory_rsync_list.ts";

/** What attributeFlags() gives when nothing differs. */
export const UNCHANGED = ".........";

export function isSameTime(job: RsyncJob, entry: ListedEntry, stat: EntryStat): boolean {
  if (job.nanoseconds) return entry.mtimeMs === stat.mtimeMs;
  return Math.floor(entry.mtimeMs / 1000) === Math.floor(stat.mtimeMs / 1000);
}

/** The nine letters of what differs beside the content. */
export function attributeFlags(job: RsyncJob, entry: ListedEntry, stat: EntryStat): string {
  const { kind } = entry;
  const keepsTime = job.times &&
    (kind === "directory" ? job.directoryTimes : kind === "symlink" ? job.linkTimes : true);
  const time = keepsTime && !isSameTime(job, entry, stat) ? "t" : ".";
  const keepsMode = job.permissions && kind !== "symlink";
  const mode = keepsMode && entry.permissions !== (stat.mode & 0o7777) ? "p" : ".";
  return `..${time}${mode}.....`;
}

/** The nine letters of a file that is sent, over `stat` where there is one. */
export function transferFlags(job: RsyncJob, entry: ListedEntry, stat: EntryStat | null): string {
  if (stat === null) return "+++++++++";
  const content = job.checksum ? "c" : ".";
  const size = entry.size === stat.size ? "." : "s";
  const attributes = attributeFlags(job, entry, stat).slice(2);
  return `${content}${size}${job.times ? attributes : `T${attributes.slice(1)}`}`;
}

/** `3 (reg: 1, dir: 2)`. What is missing counts as a file. */
export function countsOf(kinds: readonly ListedEntry["kind"][]): string {
  const words = { reg: ["file", "missing"], dir: ["directory"], link: ["symlink"], special: ["other"] };
  const counts = Object.entries(words)
    .map(([word, means]) => ({ word, count: kinds.filter((kind) => means.includes(kind)).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${word}: ${count}`);
  return counts.length === 0 ? "0" : `${kinds.length} (${counts.join(", ")})`;
}

/** As rsync prints names under the C locale. */
export function escapeName(path: string): string {
  return path.replace(/[^\t\x20-\x7f]|\\(?=#\d{3})/g, (character) => {
    return `\\#${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
  });
}
