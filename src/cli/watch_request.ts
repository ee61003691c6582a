/** What `tssync watch` was asked for, checked by the rules of inotifywait and inotifywatch and in their words. */
import { readFileSync } from "node:fs";
import type { LibcText } from "../adapters/libc_text.ts";
import { ALL_EVENTS, eventMask } from "../core/event_names.ts";
import { IN } from "../core/inotify_event.ts";
import { textToBytes } from "../core/path.ts";
import type { Invocation, OptionValues } from "./parse_arguments.ts";

/** What is wrong, as a whole line of the original program. */
export class WatchRefused extends Error {}

export type WatchRequest = {
  /** Bits of what is listened for. */
  readonly events: number;
  /** DONT_FOLLOW or nothing. */
  readonly flags: number;
  readonly recursive: boolean;
  readonly timeoutMs: number | null;
  readonly accepts: ((path: string) => boolean) | null;
  /** Bytes, as written by the user. */
  readonly paths: readonly string[];
  readonly excluded: readonly string[];
};

/** `complain` is told what is odd and no reason to stop. @throws WatchRefused */
export function watchRequest(
  { options, operands }: Invocation,
  libc: LibcText,
  complain: (line: string) => void,
): WatchRequest {
  const events = askedEvents(options);
  const timeoutMs = timeout(options);
  const accepts = pathTest(options, libc, complain);
  const { paths, excluded } = pathLists(options, operands, libc, complain);
  if (paths.length === 0) throw new WatchRefused("No files specified to watch!");
  return {
    events: events === 0 ? ALL_EVENTS : events,
    flags: options.has("no-dereference") ? IN.DONT_FOLLOW : 0,
    recursive: options.has("recursive"),
    timeoutMs,
    accepts,
    paths,
    excluded,
  };
}

function askedEvents(options: OptionValues): number {
  let events = 0;
  for (const names of options.texts("event")) {
    const mask = eventMask(names);
    if (mask === null) {
      throw new WatchRefused(
        `'${names}' is not a valid event!  Run with the '--help' option to see a list of events.`,
      );
    }
    events |= mask;
  }
  return events >>> 0;
}

function timeout(options: OptionValues): number | null {
  let seconds = 0;
  for (const text of options.texts("timeout")) {
    if (text === "") throw new WatchRefused(`The provided value is not a valid timeout value.\n${LONG_WANTED}`);
    if (!/^\s*[+-]?\d+$/.test(text)) throw new WatchRefused(`'${text}' is not a valid timeout value.\n${LONG_WANTED}`);
    seconds = Number(text);
  }
  return seconds > 0 ? seconds * 1000 : null;
}

const LONG_WANTED = "Please specify a long int value.";

function pathTest(
  options: OptionValues,
  libc: LibcText,
  complain: (line: string) => void,
): ((path: string) => boolean) | null {
  const given = (["exclude", "excludei", "include", "includei"] as const).filter((name) => options.has(name));
  for (const kind of ["exclude", "include"]) {
    if (given.filter((name) => name.startsWith(kind)).length > 1) {
      throw new WatchRefused(`--${kind} and --${kind}i cannot both be specified.`);
    }
  }
  if (given.length > 1) throw new WatchRefused("include and exclude regexp cannot both be specified.");
  const [name] = given;
  if (name === undefined) return null;
  if (name.startsWith("exclude") && options.texts(name).length > 1) {
    complain(`--${name}: only the last option will be taken into consideration.`);
  }
  const matches = libc.compileExpression(textToBytes(options.text(name)!), name.endsWith("i"));
  const isInclude = name.startsWith("include");
  if (matches === null) throw new WatchRefused(`Error in \`${isInclude ? "include" : "exclude"}' regular expression.`);
  return isInclude ? matches : (path) => !matches(path);
}

function pathLists(
  options: OptionValues,
  operands: readonly string[],
  libc: LibcText,
  complain: (line: string) => void,
): { paths: string[]; excluded: string[] } {
  const files = options.texts("fromfile");
  if (files.length > 1) throw new WatchRefused("Multiple --fromfile options given.");
  const names = [...(files[0] === undefined ? [] : linesOf(files[0], libc, complain)), ...operands.map(textToBytes)]
    .filter((name) => name !== "" && name !== "@");
  return {
    paths: names.filter((name) => !name.startsWith("@")),
    excluded: names.filter((name) => name.startsWith("@")).map((name) => name.slice(1)),
  };
}

function linesOf(file: string, libc: LibcText, complain: (line: string) => void): string[] {
  try {
    return readFileSync(file === "-" ? 0 : file, "latin1").split("\n");
  } catch (error) {
    complain(`Couldn't open ${file}: ${libc.errorText((error as NodeJS.ErrnoException).code ?? "EIO")}`);
    return [];
  }
}
