import type { Option } from "./option.ts";

/** What inotifywait and inotifywatch have in common. */
const SHARED: readonly Option[] = [
  {
    name: "event",
    short: "e",
    value: "EVENTS",
    repeatable: true,
    mayBeEmpty: true,
    brief: "Only these, separated by commas: modify, attrib, close_write, moved_to, create, delete ... (default all)",
  },
  { name: "recursive", short: "r", brief: "Directories below as well" },
  { name: "no-dereference", short: "P", brief: "Do not follow symbolic links" },
  {
    name: "exclude",
    value: "PATTERN",
    repeatable: true,
    mayBeEmpty: true,
    brief: "No events of paths that match this extended regular expression",
  },
  { name: "excludei", value: "PATTERN", repeatable: true, mayBeEmpty: true, brief: "The same in any letter case" },
  { name: "include", value: "PATTERN", repeatable: true, mayBeEmpty: true, brief: "Only events of paths that match" },
  { name: "includei", value: "PATTERN", repeatable: true, mayBeEmpty: true, brief: "The same in any letter case" },
  {
    name: "fromfile",
    value: "FILE",
    repeatable: true,
    brief: "Read what to watch from this file, - for stdin; lines with @ in front are left out",
  },
];

/** Options of `tssync watch`: inotifywait's. */
export const WATCH_OPTIONS: readonly Option[] = [
  { name: "monitor", short: "m", brief: "Go on after the first event" },
  ...SHARED,
  {
    name: "timeout",
    short: "t",
    value: "SECONDS",
    repeatable: true,
    mayBeEmpty: true,
    brief: "End with 2 after so long without an event",
  },
  { name: "quiet", short: "q", brief: "Only the events; -qq: nothing" },
  { name: "csv", short: "c", brief: "Events as CSV" },
  {
    name: "format",
    value: "FORMAT",
    repeatable: true,
    mayBeEmpty: true,
    brief: "%w watched, %f file, %e events, %Xe with X between, %T time, %c cookie, %0 NUL, %n newline",
  },
  {
    name: "timefmt",
    value: "FORMAT",
    repeatable: true,
    mayBeEmpty: true,
    brief: "How %T is written, as strftime does",
  },
  { name: "no-newline", brief: "No newline behind --format" },
  { name: "outfile", short: "o", value: "FILE", repeatable: true, brief: "Append the events to this file" },
  { name: "daemon", short: "d", brief: "Like -m, in the background, with -o; messages go to syslog" },
  { name: "syslog", short: "s", brief: "Messages to syslog instead of stderr" },
  { name: "stats", brief: "Count the events instead, as inotifywatch does: tssync watch --stats --help" },
];

/** Options of `tssync watch --stats`: inotifywatch's. */
export const WATCH_STATS_OPTIONS: readonly Option[] = [
  { name: "stats", brief: "Count events until interrupted, then print how many of each there were" },
  ...SHARED,
  { name: "timeout", short: "t", value: "SECONDS", repeatable: true, mayBeEmpty: true, brief: "Count for so long" },
  { name: "verbose", short: "v", brief: "Tell more" },
  { name: "zero", short: "z", brief: "Rows and columns of zeros as well" },
  { name: "ascending", short: "a", value: "EVENT", repeatable: true, brief: "Sort by an event, or by total" },
  {
    name: "descending",
    short: "d",
    value: "EVENT",
    repeatable: true,
    brief: "The same, highest first (default: total)",
  },
];
