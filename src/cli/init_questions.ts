/** What `tssync init` has to know: from its options, and for the rest from whoever sits at the terminal. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface, type Interface } from "node:readline/promises";
import { type ParsedDestination, parseDestination } from "../config/address.ts";
import { TssyncError } from "../core/error.ts";
import type { OptionValues } from "./parse_arguments.ts";
import type { Surroundings } from "./terminal.ts";

export type Answers = {
  readonly watch: string;
  readonly to: readonly string[];
  /** Who logs in at rsync daemons; null: nobody said. */
  readonly user: string | null;
};

/** What the options say; what they leave open is asked for on a terminal. */
export async function askedFor(options: OptionValues, { cwd, terminal }: Surroundings): Promise<Answers> {
  const watch = options.text("watch");
  const to = options.texts("to");
  const user = options.text("user");
  if (watch !== null && to.length > 0) return { watch, to, user };
  if (process.stdin.isTTY !== true) {
    throw new TssyncError("USAGE", "tssync init: say --watch DIR and --to DEST, or run it on a terminal to be asked");
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const left = Promise.withResolvers<never>();
  asking.once("close", () => left.reject(UNANSWERED));
  left.promise.catch(() => {}); // Heard of by whoever asks.
  /** Asks until there is nothing wrong with the answer: nobody wants to answer everything a second time. */
  const ask = async (question: string, problemOf: (answer: string) => string | null): Promise<string> => {
    for (;;) {
      const answer = (await Promise.race([asking.question(question), left.promise])).trim();
      const problem = problemOf(answer);
      if (problem === null) return answer;
      terminal.err(`  ${problem}\n`);
    }
  };
  try {
    const directory = watch ?? await ask("Directory to mirror: ", (text) => directoryProblem(cwd, text));
    const places = [...to];
    if (places.length === 0) places.push(await ask("Where to (host::module, user@host:/path, /path): ", placeProblem));
    const orNone = (text: string) => text === "" ? null : placeProblem(text);
    for (let next = await ask("Another place (empty: none): ", orNone); next !== "";) {
      places.push(next);
      next = await ask("Another place (empty: none): ", orNone);
    }
    const named = user === null && needsUser(places, options)
      ? await ask("User at the rsync daemon [tssync]: ", () => null)
      : "";
    terminal.err("\n");
    return { watch: directory, to: places, user: named === "" ? user : named };
  } finally {
    close(asking);
  }
}

/** Control-D or Control-C. */
const UNANSWERED = new TssyncError("USAGE", "tssync init: the questions were left unanswered; nothing was written");

function close(asking: Interface): void {
  asking.removeAllListeners("close");
  asking.close();
}

function needsUser(places: readonly string[], options: OptionValues): boolean {
  if (options.has("no-auth")) return false;
  return places.map(destinationOf).some((place) => place.kind === "daemon" && place.user === null);
}

function directoryProblem(cwd: string, text: string): string | null {
  if (text === "") return "a directory, such as /data/www";
  const path = resolve(cwd, text);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return `${path}: there is no such directory`;
  return found.isDirectory() ? null : `${path} is no directory`;
}

function placeProblem(text: string): string | null {
  const parsed = parseDestination(text);
  return "problem" in parsed ? parsed.problem : null;
}

/** A place from the options, or one that was answered. Throws USAGE. */
export function destinationOf(text: string): ParsedDestination {
  const parsed = parseDestination(text);
  if ("problem" in parsed) throw new TssyncError("USAGE", `--to ${JSON.stringify(text)}: ${parsed.problem}`);
  return parsed.value;
}
