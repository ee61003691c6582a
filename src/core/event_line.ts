/** One event as inotifywait prints it. All text has one character per byte. */
import { eventText } from "./event_names.ts";

/** An event with the name under which its directory or file is watched. */
export type WatchedEvent = {
  /** A directory ends with a slash; empty when nothing is known any more of what was watched. */
  readonly watched: string;
  /** The entry in it; empty for the watched thing itself. */
  readonly name: string;
  readonly mask: number;
  readonly cookie: number;
};

/** A `--format`, taken apart. Called with the time as `--timefmt` writes it. */
export type EventFormat = (event: WatchedEvent, timeText: () => string | null) => string;

/** A piece of the line; null: the line cannot be written at all. */
type Piece = (event: WatchedEvent, timeText: () => string | null) => string | null;

const DIRECTIVES: Readonly<Record<string, Piece>> = {
  "%": () => "%",
  "0": () => "\0",
  n: () => "\n",
  w: ({ watched }) => watched,
  f: ({ name }) => name,
  c: ({ cookie }) => (cookie >>> 0).toString(16),
  e: ({ mask }) => eventText(mask, ","),
  T: (_event, timeText) => timeText(),
};

/** Without `--format`. */
export function plainLine({ watched, mask, name }: WatchedEvent): string {
  return `${watched} ${eventText(mask, ",")} ${name}\n`;
}

/** With `--csv`: no field for what is watched when that is unknown. */
export function csvLine({ watched, mask, name }: WatchedEvent): string {
  const first = watched === "" ? "" : `${csvField(watched)},`;
  return `${first}${csvField(eventText(mask, ","))},${csvField(name)}\n`;
}

function csvField(text: string): string {
  return /[",\n]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Takes a format apart: `%w %f %e %c %T %0 %n %%`, and `%Xe` for names separated by X. Anything else behind a percent sign is
 * printed as it is. A format that ends with a bare percent sign prints nothing, as inotifywait's does.
 */
export function compileFormat(format: string): EventFormat {
  const pieces: Piece[] = [];
  for (let at = 0; at < format.length; at++) {
    if (format[at] !== "%") {
      const end = format.indexOf("%", at);
      const literal = format.slice(at, end < 0 ? format.length : end);
      pieces.push(() => literal);
      at += literal.length - 1;
      continue;
    }
    const letter = format[at + 1];
    if (letter === undefined) {
      pieces.push(() => null);
      break;
    }
    const directive = Object.hasOwn(DIRECTIVES, letter) ? DIRECTIVES[letter] : undefined;
    if (directive !== undefined) pieces.push(directive);
    else if (format[at + 2] === "e") {
      pieces.push(({ mask }) => eventText(mask, letter));
      at++;
    } else pieces.push(() => `%${letter}`);
    at++;
  }
  return (event, timeText) => {
    let line = "";
    for (const piece of pieces) {
      const text = piece(event, timeText);
      if (text === null) return "";
      line += text;
    }
    return line;
  };
}
