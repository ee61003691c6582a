/** `tssync watch --stats`: inotifywatch's command line on our watcher. */
import { nodeFileSystem } from "../adapters/file_system.ts";
import { openInotifyFactory } from "../adapters/inotify_watcher.ts";
import type { LibcText } from "../adapters/libc_text.ts";
import { countedEvent, EventCounts } from "../core/event_counts.ts";
import type { SortKey } from "../core/event_counts.ts";
import { eventMask } from "../core/event_names.ts";
import { EventWatch } from "../engine/event_watch.ts";
import { pathToText } from "../core/path.ts";
import type { Invocation, OptionValues } from "./parse_arguments.ts";
import { writeWhole } from "./watch_output.ts";
import { WatchRefused, watchRequest } from "./watch_request.ts";

const STDOUT = 1;
const FAILED = 1;

/** Counts until INT, TERM, HUP or the time-out; USR1 prints what there is so far. */
export async function watchStats(
  invocation: Invocation,
  libc: LibcText,
  complain: (line: string) => void,
): Promise<number> {
  const { options } = invocation;
  const request = watchRequest(invocation, libc, complain);
  const { events, recursive, paths, excluded, timeoutMs } = request;
  const sort = sortKey(options, events);
  const counts = new EventCounts();
  await using inotify = (await openInotifyFactory()).open();
  const watch = new EventWatch({
    inotify,
    fileSystem: nodeFileSystem,
    ...request,
    follow: recursive,
    onEvent: ({ mask }, found) => {
      if (found !== null) {
        counts.know(found.wd, found.name, found.order ?? found.wd);
        counts.count(found.wd, mask);
      }
      return true;
    },
    onUnwatched: (path, code) => complain(`Couldn't watch new directory ${pathToText(path)}: ${libc.errorText(code)}`),
  });

  const isVerbose = options.has("verbose");
  complain("Establishing watches...");
  for (const path of paths) {
    if (recursive && isVerbose) complain(`Setting up watch(es) on ${pathToText(path)}`);
    const refusal = watch.place(path, excluded);
    if (refusal !== null) {
      for (const line of refusalLines("Failed to watch", path, refusal.code, libc)) complain(line);
      return FAILED;
    }
    if (recursive && isVerbose) complain(`OK, ${pathToText(path)} is now being watched.`);
  }
  if (isVerbose) complain(`Total of ${watch.watches} watches.`);
  complain("Finished establishing watches, now collecting statistics.");
  if (isVerbose && timeoutMs !== null) complain(`Will listen for events for ${timeoutMs / 1000} seconds.`);

  const print = (behind: string) => {
    for (const { wd, name, order } of watch.named()) counts.know(wd, name, order ?? wd);
    if (counts.total === 0) complain("No events occurred.");
    else writeWhole(STDOUT, counts.table({ events, zero: options.has("zero"), sort }) + behind);
  };
  const ended = Promise.withResolvers<number>();
  using _signals = onStatsSignals(() => ended.resolve(0), () => print("\n"));
  const timer = timeoutMs === null ? undefined : setTimeout(() => ended.resolve(0), timeoutMs);
  inotify.start((records) => watch.read(records), (error) => {
    complain(error.message);
    ended.resolve(FAILED);
  });
  const code = await ended.promise;
  clearTimeout(timer);
  if (code === 0) print("");
  return code;
}

/** What the original programs say when the kernel refuses a watch. */
export function refusalLines(what: string, path: string, code: string, libc: LibcText): string[] {
  const name = pathToText(path);
  if (code !== "ENOSPC") return [`${what} ${name}: ${libc.errorText(code)}`];
  return [
    `Failed to watch ${name}; upper limit on inotify watches reached!`,
    "Please increase the amount of inotify watches allowed per user via `/proc/sys/fs/inotify/max_user_watches'.",
  ];
}

function sortKey(options: OptionValues, events: number): SortKey {
  const given = [...options.texts("ascending"), ...options.texts("descending")];
  const [name] = given;
  if (name === undefined) return { event: "total", ascending: false };
  if (given.length > 1) throw new WatchRefused("Please specify -a or -d once only!");
  const ascending = options.has("ascending");
  const lower = name.toLowerCase();
  if (lower === "total") return { event: "total", ascending };
  const instead = INSTEAD[lower];
  if (instead !== undefined) throw new WatchRefused(`Cannot sort by \`${lower}' event; please use ${instead}.`);
  const event = countedEvent(eventMask(name) ?? 0);
  if (event === null) throw new WatchRefused(`'${name}' is not a valid key for sorting!`);
  if ((event & events) === 0) throw new WatchRefused("Can't sort by an event which isn't being watched for!");
  return { event, ascending };
}

const INSTEAD: Readonly<Record<string, string>> = {
  move: "`moved_from' or `moved_to'",
  close: "`close_write' or `close_nowrite'",
};

function onStatsSignals(stop: () => void, show: () => void): Disposable {
  const handlers = { SIGINT: stop, SIGTERM: stop, SIGHUP: stop, SIGUSR1: show };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  return {
    [Symbol.dispose]: () => {
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
    },
  };
}
