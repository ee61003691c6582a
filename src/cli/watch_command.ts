/** `tssync watch`: inotifywait's command line on our watcher. */
import { spawn } from "node:child_process";
import { Buffer } from "node:buffer";
import { nodeFileSystem } from "../adapters/file_system.ts";
import { openInotifyFactory } from "../adapters/inotify_watcher.ts";
import type { LibcText } from "../adapters/libc_text.ts";
import { loadLibcText } from "../adapters/load_libc.ts";
import { compileFormat, csvLine, plainLine } from "../core/event_line.ts";
import type { WatchedEvent } from "../core/event_line.ts";
import { eventList } from "../core/event_names.ts";
import { isValidUtf8, pathToBytes, pathToText, textToBytes } from "../core/path.ts";
import { EventWatch } from "../engine/event_watch.ts";
import type { Command } from "./command.ts";
import type { Invocation, OptionValues } from "./parse_arguments.ts";
import { ownCommand } from "./runtime.ts";
import type { Terminal } from "./terminal.ts";
import { openEventFile, systemLog, writeWhole } from "./watch_output.ts";
import { WatchRefused, watchRequest } from "./watch_request.ts";
import type { WatchRequest } from "./watch_request.ts";
import { refusalLines, watchStats } from "./watch_stats.ts";

/** inotifywait's exit codes. */
const EVENT_CAME = 0;
export const WATCH_FAILED = 1;
const TIME_OVER = 2;

/** Set for the process that `-d` leaves in the background. */
const DETACHED = "TSSYNC_WATCH_DETACHED";
const STDOUT = 1;

export const watchCommand: Command = async (invocation, { terminal }) => {
  const complain = (line: string) => terminal.err(`${line}\n`);
  try {
    const libc = await loadLibcText();
    if (invocation.options.has("stats")) return await watchStats(invocation, libc, complain);
    return await watch(invocation, libc, terminal);
  } catch (error) {
    if (!(error instanceof WatchRefused)) throw error;
    complain(error.message);
    return WATCH_FAILED;
  }
};

async function watch(invocation: Invocation, libc: LibcText, terminal: Terminal): Promise<number> {
  const { options } = invocation;
  refuseContradictions(options);
  const isBackground = process.env[DETACHED] === "1";
  delete process.env[DETACHED];
  const early = (line: string) => terminal.err(`${line}\n`);
  const request = watchRequest(invocation, libc, early);
  const toLine = lineWriter(options, libc);
  const fd = outputDescriptor(options);
  if (options.has("daemon") && !isBackground) return goToBackground(fd);
  const complain = options.has("syslog") || options.has("daemon") ? systemLog(libc) : early;
  return await follow({
    request,
    toLine,
    fd,
    complain,
    libc,
    quiet: options.texts("quiet").length,
    monitor: options.has("monitor") || options.has("daemon"),
  });
}

type Following = {
  readonly request: WatchRequest;
  readonly toLine: (event: WatchedEvent) => string;
  readonly fd: number;
  readonly complain: (line: string) => void;
  readonly libc: LibcText;
  readonly quiet: number;
  readonly monitor: boolean;
};

async function follow({ request, toLine, fd, complain, libc, quiet, monitor }: Following): Promise<number> {
  const { events, recursive, timeoutMs } = request;
  await using inotify = (await openInotifyFactory()).open();
  const ended = Promise.withResolvers<number>();
  let lines = "";
  const watching = new EventWatch({
    inotify,
    fileSystem: nodeFileSystem,
    ...request,
    follow: recursive && monitor,
    onEvent: (event) => {
      const isAsked = (event.mask & events) !== 0;
      if (quiet < 2 && isAsked) lines += toLine(event);
      if (!monitor) ended.resolve(isAsked ? EVENT_CAME : WATCH_FAILED);
      return monitor;
    },
    onUnwatched: (path, code) => complain(`Couldn't watch new directory ${pathToText(path)}: ${libc.errorText(code)}`),
  });
  if (quiet === 0) complain(recursive ? LONG_SETUP : "Setting up watches.");
  for (const path of request.paths) {
    const refusal = watching.place(path, request.excluded);
    if (refusal === null) continue;
    for (const line of refusalLines("Couldn't watch", path, refusal.code, libc)) complain(line);
    return WATCH_FAILED;
  }
  if (quiet === 0) complain("Watches established.");

  let timer: NodeJS.Timeout | undefined;
  const waitAgain = () => {
    clearTimeout(timer);
    if (timeoutMs !== null) timer = setTimeout(() => ended.resolve(TIME_OVER), Math.min(timeoutMs, TIMER_MS_MAX));
  };
  waitAgain();
  inotify.start(
    (records) => {
      lines = "";
      watching.read(records);
      // Whoever read our output is gone, as after `| head -1`: there is nobody to tell.
      if (lines !== "" && !writeWhole(fd, lines)) ended.resolve(WATCH_FAILED);
      waitAgain();
    },
    (error) => {
      complain(error.message);
      ended.resolve(WATCH_FAILED);
    },
  );
  const code = await ended.promise;
  clearTimeout(timer);
  return code;
}

const LONG_SETUP = "Setting up watches.  Beware: since -r was given, this may take a while!";
/** A timer of more than 2^31 ms fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

function refuseContradictions(options: OptionValues): void {
  const format = options.text("format");
  const refuse = (when: boolean, why: string) => {
    if (when) throw new WatchRefused(why);
  };
  refuse(options.texts("outfile").length > 1, "Multiple --outfile options given.");
  refuse(format !== null && options.has("csv"), "-c and --format cannot both be specified.");
  refuse(format === null && options.has("no-newline"), "--no-newline cannot be specified without --format.");
  refuse(format === null && options.has("timefmt"), "--timefmt cannot be specified without --format.");
  refuse(
    format?.includes("%T") === true && !options.has("timefmt"),
    "%T is in --format string, but --timefmt was not specified.",
  );
  refuse(options.has("daemon") && !options.has("outfile"), "-o must be specified with -d.");
  refuse(format === "" && options.has("no-newline"), "Something is wrong with your format string.");
}

function lineWriter(options: OptionValues, libc: LibcText): (event: WatchedEvent) => string {
  if (options.has("json")) return jsonLine;
  if (options.has("csv")) return csvLine;
  const format = options.text("format");
  if (format === null) return plainLine;
  const toLine = compileFormat(textToBytes(format) + (options.has("no-newline") ? "" : "\n"));
  const timeFormat = textToBytes(options.text("timefmt") ?? "");
  let last = { second: -1, text: null as string | null };
  const timeText = () => {
    const second = Math.floor(Date.now() / 1000);
    if (second !== last.second) last = { second, text: libc.formatTime(timeFormat, second) };
    return last.text;
  };
  return (event) => toLine(event, timeText);
}

/** One object a line, for machines; bytes as everywhere in our JSON. */
function jsonLine({ watched, name, mask, cookie }: WatchedEvent): string {
  const path = watched + name;
  return textToBytes(`${
    JSON.stringify({
      path: pathToText(path),
      ...(isValidUtf8(path) ? {} : { pathBase64: Buffer.from(pathToBytes(path)).toString("base64") }),
      watched: pathToText(watched),
      name: pathToText(name),
      events: eventList(mask),
      cookie,
    })
  }\n`);
}

function outputDescriptor(options: OptionValues): number {
  const path = options.text("outfile");
  if (path === null) return STDOUT;
  const fd = openEventFile(path);
  if (fd === null) throw new WatchRefused(`Failed to open output file ${path}`);
  return fd;
}

/** The same command again in a session of its own; it writes to the descriptor that is its stdout there. */
function goToBackground(fd: number): number {
  const [program, ...first] = ownCommand();
  const child = spawn(program!, [...first, ...process.argv.slice(2)], {
    detached: true,
    stdio: ["ignore", fd, "ignore"],
    env: { ...process.env, [DETACHED]: "1" },
  });
  child.unref();
  return EVENT_CAME;
}
