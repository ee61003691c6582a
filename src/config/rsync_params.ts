import { nearestName } from "../core/nearest_name.ts";
import { splitShellWords } from "../core/shell_words.ts";
import type { Destination } from "./configuration.ts";
import { NEVER_SWITCHED_OFF, RSYNC_OPTIONS, SHORT_OPTIONS } from "./rsync_option.ts";
import type { OptionRule } from "./rsync_option.ts";

/** What `commonParams` comes to for one kind of destination. */
export type RsyncParams = {
  /** What rsync is given, word by word. */
  readonly words: readonly string[];
  /** `--port`, for a daemon. */
  readonly port: number | null;
  /** `--timeout`; 0 switches it off. */
  readonly timeoutSeconds: number | null;
  /** The arguments of ssh that `-e` named. */
  readonly sshOptions: readonly string[];
  /** Phrases without full stops. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
};

export type ParamsContext = {
  readonly kind: Destination["kind"];
  /** Whether `<delete>` is on. */
  readonly deletes: boolean;
};

/**
 * Reads rsync's options, bundled ones (`-avzn`) too: what would break batching or the source is a problem, what rsync would
 * need to be told otherwise is taken out and given back.
 */
export function readRsyncParams(words: readonly string[], context: ParamsContext): RsyncParams {
  const reading: Reading = {
    words: [],
    port: null,
    timeoutSeconds: null,
    sshOptions: [],
    problems: [],
    warnings: [],
    comparesTimes: false,
  };
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const next = words[index + 1];
    const usedNext = word.startsWith("--")
      ? readLong(word, next, reading, context)
      : word.startsWith("-") && word.length > 1
      ? readBundle(word, next, reading, context)
      : notAnOption(word, reading);
    if (usedNext) index++;
  }
  if (!reading.comparesTimes) {
    reading.warnings.push("without -t (or -a) rsync takes every file it looks at for changed and sends it again");
  }
  return reading;
}

type Reading = {
  words: string[];
  port: number | null;
  timeoutSeconds: number | null;
  sshOptions: readonly string[];
  problems: string[];
  warnings: string[];
  comparesTimes: boolean;
};

/** Whether the word after it was its argument. */
function readLong(word: string, next: string | undefined, reading: Reading, context: ParamsContext): boolean {
  const equals = word.indexOf("=");
  const name = word.slice(2, equals < 0 ? undefined : equals);
  const rule = RSYNC_OPTIONS.get(name);
  if (name === "") {
    reading.problems.push("-- ends the options, and names are not given here");
    return false;
  }
  if (rule === undefined) {
    if (name.startsWith("no-")) readNegation(word, name.slice(3), reading);
    else reportUnknown(word, name, reading);
    return false;
  }
  const written = `--${name}`;
  if (!rule.argument) {
    if (equals >= 0) reading.problems.push(`${written} takes no argument`);
    else apply({ name, rule, written, argument: "" }, reading, context);
    return false;
  }
  const argument = equals < 0 ? next : word.slice(equals + 1);
  if (argument === undefined) reading.problems.push(`${written} needs an argument`);
  else apply({ name, rule, written, argument }, reading, context);
  return equals < 0;
}

/** One-letter options in one word, which stay together; whether the word after it was the argument of the last. */
function readBundle(word: string, next: string | undefined, reading: Reading, context: ParamsContext): boolean {
  const first = reading.words.length;
  const usedNext = readLetters(word, next, reading, context);
  const added = reading.words.splice(first);
  const letters = added.filter((option) => option.length === 2).map((option) => option.charAt(1)).join("");
  reading.words.push(...(letters === "" ? [] : [`-${letters}`]), ...added.filter((option) => option.length > 2));
  return usedNext;
}

function readLetters(word: string, next: string | undefined, reading: Reading, context: ParamsContext): boolean {
  for (let index = 1; index < word.length; index++) {
    const letter = word.charAt(index);
    const written = word.length === 2 ? word : `-${letter} (in "${word}")`;
    const name = SHORT_OPTIONS[letter];
    if (letter === "P") {
      // The same as --partial --progress; progress is only printed.
      reading.words.push("--partial");
      continue;
    }
    const rule = name === undefined ? undefined : RSYNC_OPTIONS.get(name);
    if (name === undefined || rule === undefined) {
      reading.problems.push(`rsync has no option ${written}`);
      continue;
    }
    if (!rule.argument) {
      apply({ name, rule, written, argument: "", letter }, reading, context);
      continue;
    }
    const rest = word.slice(index + 1).replace(/^=/, "");
    const argument = index + 1 < word.length ? rest : next;
    if (argument === undefined) reading.problems.push(`${written} needs an argument`);
    else apply({ name, rule, written, argument }, reading, context);
    return index + 1 >= word.length;
  }
  return false;
}

function notAnOption(word: string, reading: Reading): boolean {
  reading.problems.push(`"${word}" is not an option, and names are not given here`);
  return false;
}

type Option = {
  readonly name: string;
  readonly rule: OptionRule;
  /** As it stands in a message. */
  readonly written: string;
  /** Empty where the option takes none. */
  readonly argument: string;
  /** The letter of a bundle. */
  readonly letter?: string;
};

function apply(option: Option, reading: Reading, context: ParamsContext): void {
  const { name, rule, written, argument } = option;
  const { verdict } = rule;
  if (TIMES.has(name)) reading.comparesTimes = true;
  switch (verdict.does) {
    case "pass":
      return pass(option, reading);
    case "drop":
      return;
    case "refuse":
      reading.problems.push(`${written} cannot be used: ${verdict.because}`);
      return;
    case "warn":
      reading.warnings.push(`${written}: ${verdict.because}`);
      return pass(option, reading);
    case "delete":
      if (!context.deletes) {
        reading.problems.push(
          `${written} cannot be used with <delete start="false"/>, which means no deletes anywhere`,
        );
      }
      // With the switch on, tssync gives it wherever it belongs.
      return;
    case "port":
      return readPort(option, reading, context);
    case "timeout":
      return readTimeout(option, reading);
    case "shell":
      return readShell(option, reading, context);
    case "remoteOption": {
      const remote = readRsyncParams([argument], context);
      reading.problems.push(...remote.problems.map((problem) => `${written}: ${problem}`));
      return pass(option, reading);
    }
    case "filterRule":
      return readFilterRule(option, reading);
    case "filterFile":
      if (argument !== "-") return pass(option, reading);
      reading.problems.push(`${written} cannot read stdin: tssync gives rsync its own list of names there`);
      return;
    case "daemonOnly":
      if (context.kind === "daemon") return pass(option, reading);
      reading.problems.push(`${written} works with an rsync daemon alone`);
      return;
  }
}

/** With these, an unchanged file is known as such. */
const TIMES: ReadonlySet<string> = new Set(["archive", "times", "checksum", "size-only"]);

function pass({ name, rule, argument, letter }: Option, reading: Reading): void {
  if (rule.argument) reading.words.push(`--${name}=${argument}`);
  else reading.words.push(letter === undefined ? `--${name}` : `-${letter}`);
}

function readNegation(word: string, base: string, reading: Reading): void {
  const name = base.length === 1 ? SHORT_OPTIONS[base] ?? base : base;
  const because = NEVER_SWITCHED_OFF[base];
  const rule = RSYNC_OPTIONS.get(name);
  if (because !== undefined) reading.problems.push(`${word} cannot be used: ${because}`);
  else if (rule === undefined || word.includes("=")) reportUnknown(word, `no-${base}`, reading);
  else if (name === "detach") reading.problems.push(`${word} cannot be used: it is for an rsync daemon`);
  else if (rule.verdict.does !== "drop") {
    if (name === "times") reading.comparesTimes = false;
    reading.words.push(word);
  }
}

/** A patched or newer rsync may know it: only what looks like a slip of the pen is a problem. */
function reportUnknown(word: string, name: string, reading: Reading): void {
  const negated = name.startsWith("no-");
  const nearest = nearestName(negated ? name.slice(3) : name, RSYNC_OPTIONS.keys());
  if (nearest !== null) {
    reading.problems.push(`rsync has no option --${name}. Did you mean --${negated ? "no-" : ""}${nearest}?`);
    return;
  }
  reading.warnings.push(`--${name} is not an option that tssync knows; it is given to rsync as it stands`);
  reading.words.push(word);
}

function readPort({ written, argument }: Option, reading: Reading, context: ParamsContext): void {
  const port = /^\d{1,5}$/.test(argument) ? Number(argument) : 0;
  if (port < 1 || port > 65535) {
    reading.problems.push(`${written}: expected a port from 1 to 65535, found "${argument}"`);
  } // Elsewhere it is without effect, in rsync too.
  else if (context.kind === "daemon") reading.port = port;
}

function readTimeout({ written, argument }: Option, reading: Reading): void {
  if (/^\d{1,5}$/.test(argument)) reading.timeoutSeconds = Number(argument);
  else reading.problems.push(`${written}: expected a number of seconds, found "${argument}"`);
}

/** `-e 'ssh -p 2222'`: the arguments of ssh are kept, since tssync calls ssh with arguments of its own as well. */
function readShell({ written, argument }: Option, reading: Reading, context: ParamsContext): void {
  if (context.kind === "local") return;
  if (context.kind === "daemon") {
    reading.problems.push(`${written} does not go with an rsync daemon; for ssh switch ssh on`);
    return;
  }
  const split = splitShellWords(argument);
  if ("problem" in split) {
    reading.problems.push(`${written}: ${split.problem}`);
    return;
  }
  const [program = "", ...options] = split.words;
  if (/^(?:\S*\/)?ssh$/.test(program)) reading.sshOptions = options;
  else reading.problems.push(`${written}: expected ssh and its arguments, found "${program}"`);
}

function readFilterRule(option: Option, reading: Reading): void {
  const { written, argument } = option;
  if (/^(?:dir-merge|per-dir|:)/.test(argument)) {
    reading.problems.push(
      `${written} cannot be used with filter files of directories: ` +
        "batches are lists separated by NUL, and such files are then read the same way; use <filter>",
    );
  } else if (/^(?:merge|\.)[^ _]*[ _]+-$/.test(argument)) {
    reading.problems.push(`${written} cannot read stdin: tssync gives rsync its own list of names there`);
  } else pass(option, reading);
}
