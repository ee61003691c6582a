import { z } from "zod";
import { compilePerlExpression } from "../core/perl_expression.ts";
import { splitShellWords } from "../core/shell_words.ts";
import { parseHost } from "./address.ts";
import { typesNamed } from "../core/event_filter.ts";
import { parseNetwork } from "../core/network.ts";
import type { CredentialSource } from "./cdn_settings.ts";
import type { SecretSource } from "./plugin_settings.ts";

/** What may stand in an attribute: how it is read, and how a person is told. */
export type Value<T> = {
  /** Text of the file to value. The first issue's message completes "… : expected …". */
  readonly schema: z.ZodType<T, string>;
  /** For documents and messages. */
  readonly expected: string;
  /** The whole set, where it is closed: for "Did you mean". */
  readonly choices: readonly string[];
};

function value<T>(expected: string, schema: z.ZodType<T, string>, choices: readonly string[] = []): Value<T> {
  return { schema, expected, choices };
}

/** Text that is checked and changed by `read`; it gives a problem as `{ problem }`. */
function read<T>(
  expected: string,
  reader: (text: string) => { readonly value: T } | { readonly problem: string },
): Value<T> {
  const schema = z.string().transform((text, context) => {
    const outcome = reader(text);
    if ("value" in outcome) return outcome.value;
    context.addIssue({ code: "custom", message: outcome.problem });
    return z.NEVER;
  });
  return value(expected, schema);
}

export const trueOrFalse: Value<boolean> = value(
  '"true" or "false"',
  z.enum(["true", "false"], { error: 'expected "true" or "false"' }).transform((text) => text === "true"),
  ["true", "false"],
);

/** One of a few words. */
export function oneOf<const W extends readonly [string, ...string[]]>(...words: W): Value<W[number]> {
  const quoted = words.map((word) => `"${word}"`);
  const expected = `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
  return value(expected, z.enum(words, { error: `expected ${expected}` }), words);
}

/** Seconds, with a fraction where that is wanted. */
export function seconds(minimum: number, maximum: number): Value<number> {
  const expected = `a number of seconds from ${minimum} to ${maximum}`;
  return read(expected, (text) => {
    const number = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
    return number >= minimum && number <= maximum ? { value: number } : { problem: `expected ${expected}` };
  });
}

const SIZE_UNITS = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;

/** Smaller, and a few lines would be a file of their own. */
const FILE_BYTES_MIN = 64 * 1024;

/** The size of a file, in bytes or with a unit. */
export const fileSize: Value<number> = read("a size such as 20m, from 64k on, or 0", (text) => {
  const [, digits, unit] = /^(\d{1,9})([kmg]?)$/i.exec(text) ?? [];
  const bytes = digits === undefined
    ? Number.NaN
    : Number(digits) * SIZE_UNITS[unit!.toLowerCase() as keyof typeof SIZE_UNITS];
  return bytes === 0 || bytes >= FILE_BYTES_MIN
    ? { value: bytes }
    : { problem: "expected a size such as 20m, from 64k on, or 0" };
});

/** A directory name below the destination. */
export const directoryName: Value<string> = read(
  "a directory name without a slash",
  (text) =>
    text !== "" && text !== "." && text !== ".." && !text.includes("/") && !/[*?[\\]/.test(text)
      ? { value: text }
      : { problem: "expected a directory name without a slash or a wildcard" },
);

/** Anything, the empty text included. */
export const anyText: Value<string> = value("any text", z.string());

/** A whole number between two bounds; sersync took `atoi` of anything. */
export function wholeNumber(minimum: number, maximum: number, unit: string): Value<number> {
  const expected = `a whole number of ${unit} from ${minimum} to ${maximum}`;
  return read(expected, (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return number >= minimum && number <= maximum ? { value: number } : { problem: `expected ${expected}` };
  });
}

/** A number of minutes where sersync gives a meaning to the empty text or to nothing and less. */
export function minutesOr(
  instead: number,
  when: "empty" | "not positive",
  maximum: number,
): Value<number> {
  const exception = when === "empty" ? "empty" : "0 or less";
  const expected = `a whole number of minutes from 1 to ${maximum} (${exception}: ${instead})`;
  return read(expected, (text) => {
    if (when === "empty" ? text === "" : /^(0+|-\d+)$/.test(text)) return { value: instead };
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return number >= 1 && number <= maximum ? { value: number } : { problem: `expected ${expected}` };
  });
}

export const port: Value<number> = read("a port from 1 to 65535", (text) => {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= 65535 ? { value: number } : { problem: "expected a port from 1 to 65535" };
});

/** `off` stands for "do not listen". */
export const portOrOff: Value<number | "off"> = {
  ...read<number | "off">('a port from 1 to 65535, or "off"', (text) => {
    if (text === "off") return { value: "off" };
    const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    return number >= 1 && number <= 65535
      ? { value: number }
      : { problem: 'expected a port from 1 to 65535, or "off"' };
  }),
  choices: ["off"],
};

export const host: Value<string> = read("a host name or an IP address", parseHost);

/** A path that names something: not empty, no blanks at its ends (which nobody sees and the disk takes literally). */
export const path: Value<string> = read("a path", (text) => {
  if (text === "") return { problem: "expected a path, found nothing" };
  const blank = blankAtEnds(text);
  if (blank !== null) return { problem: `expected a path, found ${blank}; remove it` };
  if (text.includes("\0")) return { problem: "expected a path, found a NUL character in it" };
  return { value: text };
});

/** A path, or nothing. */
export const pathOrEmpty: Value<string> = read("a path, or nothing", (text) => {
  const blank = blankAtEnds(text);
  return blank === null ? { value: text } : { problem: `expected a path, found ${blank}; remove it` };
});

/** Text that stands in an argument of its own: a user name, a module. */
export const name: Value<string> = read("a name", nameReader(false));
export const nameOrEmpty: Value<string> = read("a name, or nothing", nameReader(true));

function nameReader(mayBeEmpty: boolean): (text: string) => { readonly value: string } | { readonly problem: string } {
  return (text) => {
    if (text === "" && !mayBeEmpty) return { problem: "expected a name, found nothing" };
    const blank = blankAtEnds(text);
    if (blank !== null) return { problem: `expected a name, found ${blank}; remove it` };
    if (hasControlCharacter(text)) return { problem: "expected a name, found a control character in it" };
    return { value: text };
  };
}

/** An identifier that stands in URLs and events. */
export const identifier: Value<string> = read(
  "1 to 100 characters without blanks and slashes",
  (text) =>
    /^[^\s/]{1,100}$/u.test(text) && !hasControlCharacter(text)
      ? { value: text }
      : { problem: "expected 1 to 100 characters without blanks and slashes" },
);

/** Text that a shell would split into words. */
export const shellWords: Value<readonly string[]> = read("words, quoted as for a shell", (text) => {
  const split = splitShellWords(text);
  return "words" in split
    ? { value: split.words }
    : { problem: `expected words, quoted as for a shell; ${split.problem}` };
});

/** Text that is compiled elsewhere, but must not be empty. */
export const pattern: Value<string> = read(
  "a pattern",
  (text) => text === "" ? { problem: "expected a pattern, found nothing" } : { value: text },
);

/** A URL with a scheme that a plugin can speak. */
export const httpUrl: Value<string> = read(
  "a URL that begins with http:// or https://",
  (text) =>
    /^https?:\/\/[^\s/]/.test(text) && URL.canParse(text)
      ? { value: text }
      : { problem: "expected a URL that begins with http:// or https://" },
);

/** A number above zero, with a fraction where that is wanted. */
export function decimal(maximum: number, unit: string): Value<number> {
  const expected = `a number of ${unit} above 0, up to ${maximum}`;
  return read(expected, (text) => {
    const number = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
    return number > 0 && number <= maximum ? { value: number } : { problem: `expected ${expected}` };
  });
}

/** Where secrets stand: never in the file itself. */
export const credentials: Value<CredentialSource> = read<CredentialSource>(
  '"env", "env:PREFIX" or "file:PATH"',
  (text) => {
    const [, kind, rest = ""] = /^(env|file)(?::(.*))?$/s.exec(text) ?? [];
    if (kind === "env" && /^\w*$/.test(rest)) return { value: { from: "environment", prefix: rest } };
    if (kind === "file" && rest !== "" && blankAtEnds(rest) === null && !rest.includes("\0")) {
      return { value: { from: "file", path: rest } };
    }
    // What was found is not repeated: it may be the secret itself.
    return { problem: 'expected "env", "env:PREFIX" or "file:PATH"; the secret itself does not stand here' };
  },
);

/** Where one secret stands: never in the file itself. */
export const secretPlace: Value<SecretSource> = read<SecretSource>('"env:NAME" or "file:PATH"', (text) => {
  const outcome = credentials.schema.safeParse(text);
  if (outcome.success) {
    const { data } = outcome;
    if (data.from === "file") return { value: data };
    if (data.prefix !== "") return { value: { from: "environment", variable: data.prefix } };
  }
  return { problem: 'expected "env:NAME" or "file:PATH"; the secret itself does not stand here' };
});

/** Words with blanks or commas between them, or nothing. */
export const wordList: Value<readonly string[]> = read(
  "words with commas or blanks between them",
  (text) => ({ value: text.split(/[\s,]+/).filter((word) => word !== "") }),
);

/** Types of events. */
export const eventTypes: Value<readonly string[]> = read("types of events, with commas between them", (text) => {
  const types = text.split(/[\s,]+/).filter((word) => word !== "");
  const unknown = types.find((type) => typesNamed(type).length === 0);
  return unknown === undefined
    ? { value: types }
    : { problem: `expected types of events such as tssync.file.synced_all or tssync.file.*, found "${unknown}"` };
});

/** Networks. */
export const networks: Value<readonly string[]> = read(
  "networks such as 10.0.0.0/8, with commas between them",
  (text) => {
    const words = text.split(/[\s,]+/).filter((word) => word !== "");
    const wrong = words.find((word) => parseNetwork(word) === null);
    return wrong === undefined
      ? { value: words }
      : { problem: `expected networks such as 10.0.0.0/8 or fd00::/8, found "${wrong}"` };
  },
);

/** Why `expression` cannot be used as a filter or a search; null: it can. */
export function expressionProblem(expression: string, match: "full" | "search"): string | null {
  const compiled = compilePerlExpression(expression, match);
  return "problem" in compiled ? compiled.problem : null;
}

function blankAtEnds(text: string): string | null {
  const ends: string[] = [];
  if (/^\s/u.test(text)) ends.push("beginning");
  if (/\s$/u.test(text)) ends.push("end");
  return ends.length === 0 ? null : `a blank at its ${ends.join(" and its ")}`;
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
