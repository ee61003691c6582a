/** One message as one line. Whatever a file is called, it can neither begin a line of its own nor steer a terminal. */
import type { LogLevel } from "../ports.ts";

export type LogFormat = "text" | "json";

export type LogMessage = {
  readonly atMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

/** The line without its newline. */
export const LOG_LINES = { text: textLine, json: jsonLine } as const satisfies Record<
  LogFormat,
  (message: LogMessage) => string
>;

/** `2026-11-20 11:00:01.123+08:00 info    message key=value other="two words"`, in local time. */
function textLine({ atMs, level, message, fields }: LogMessage): string {
  let line = `${localTime(atMs)} ${level.padEnd("warning".length)} ${printable(message)}`;
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) line += ` ${printable(key)}=${textValue(value)}`;
  }
  return line;
}

/** One JSON object: `time` (UTC), `level`, `message`, then the fields. */
function jsonLine({ atMs, level, message, fields }: LogMessage): string {
  const head = { time: new Date(atMs).toISOString(), level, message };
  return printable(JSON.stringify({ ...head, ...plainFields(fields), ...head }));
}

/**
 * Controls, line and paragraph separators, marks that turn the direction of writing, and surrogates without their other half.
 */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]|\p{Cs}/gu;

/** Escapes as JSON does, so that the text can stand in a JSON string as well as in a line for people. */
function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const short = SHORT_ESCAPES[character];
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function textValue(value: unknown): string {
  const plain = plainValue(value);
  if (typeof plain !== "string") return printable(JSON.stringify(plain));
  // Quoted wherever it could be mistaken for the next field or for something that is not text.
  const isBare = plain !== "" && printable(plain) === plain && !/[\s"=\\]/u.test(plain);
  return isBare ? plain : printable(JSON.stringify(plain));
}

function plainFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plainValue(value)]));
}

/** A value that JSON can hold: a message that cannot be written would be lost. */
function plainValue(value: unknown): unknown {
  if (value instanceof Error) return value.message;
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function") return String(value);
  try {
    return JSON.stringify(value) === undefined ? null : value;
  } catch (error) {
    return `[not to be written: ${error instanceof Error ? error.message : "unknown"}]`; // Cycles, throwing getters.
  }
}

function localTime(atMs: number): string {
  const offsetMinutes = -new Date(atMs).getTimezoneOffset();
  const local = new Date(atMs + offsetMinutes * 60_000).toISOString();
  const sign = offsetMinutes < 0 ? "-" : "+";
  const hours = String(Math.floor(Math.abs(offsetMinutes) / 60)).padStart(2, "0");
  const minutes = String(Math.abs(offsetMinutes) % 60).padStart(2, "0");
  return `${local.slice(0, 10)} ${local.slice(11, 23)}${sign}${hours}:${minutes}`;
}
