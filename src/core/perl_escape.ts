/** Why an expression cannot be used; caught where the translation starts. */
export class ExpressionProblem extends Error {}

/** One escape, translated. */
export type Escape = {
  readonly text: string;
  readonly next: number;
  readonly repeatable: boolean;
  /** The group that a back-reference names, by number or by name. */
  readonly reference: number | null;
  readonly name: string | null;
};

/** Escapes that mean something other than a character, outside brackets. Boost gives `\l` and `\u` to letter case. */
const OUTSIDE_BRACKETS: Readonly<Record<string, string>> = {
  A: "^",
  "`": "^",
  z: "$",
  "'": "$",
  Z: "(?=\\n?$)",
  "<": "\\b(?=\\w)",
  ">": "\\b(?<=\\w)",
  b: "\\b",
  B: "\\B",
  R: "(?:\\r\\n|[\\n\\v\\f\\r\\x85\\u2028\\u2029])",
  H: "[^\\t\\p{Zs}]",
  V: "[^\\n\\v\\f\\r\\x85\\u2028\\u2029]",
};

/** Places and borders: nothing to repeat. */
const ZERO_WIDTH = "A`z'Z<>bB";

/** Sets of characters, as they stand inside brackets. */
const SETS: Readonly<Record<string, string>> = {
  d: "\\d",
  D: "\\D",
  w: "\\w",
  W: "\\W",
  s: "\\s",
  S: "\\S",
  h: "\\t\\p{Zs}",
  v: "\\n\\v\\f\\r\\x85\\u2028\\u2029",
  l: "\\p{Ll}",
  L: "\\P{Ll}",
  u: "\\p{Lu}",
  U: "\\P{Lu}",
};

/** What `[:name:]` and `\p{name}` stand for, as inside brackets; ASCII, as in the C locale that sersync runs in. */
export const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "\\x21-\\x7e",
  lower: "a-z",
  print: "\\x20-\\x7e",
  punct: "\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e",
  space: "\\s",
  upper: "A-Z",
  word: "\\w",
  xdigit: "0-9A-Fa-f",
};

/** The escape at `index`, outside brackets. `captures` groups were opened so far. */
export function readEscape(expression: string, index: number, captures: number): Escape {
  const letter = escapedLetter(expression, index);
  const plain = (text: string, next: number): Escape => ({ text, next, repeatable: true, reference: null, name: null });

  if (letter === "Q") {
    const end = expression.indexOf("\\E", index + 2);
    const quoted = expression.slice(index + 2, end < 0 ? undefined : end);
    const text = Array.from(quoted, literal).join("");
    return plain(text, end < 0 ? expression.length : end + 2);
  }
  if (letter === "E") return plain("", index + 2);
  const reference = readReference(expression.slice(index), captures);
  if (reference !== null) {
    const next = index + reference.length;
    return typeof reference.to === "number"
      ? { text: `(?:\\${reference.to})`, next, repeatable: true, reference: reference.to, name: null }
      : { text: `\\k<${reference.to}>`, next, repeatable: true, reference: null, name: reference.to };
  }
  const outside = OUTSIDE_BRACKETS[letter];
  if (outside !== undefined) return { ...plain(outside, index + 2), repeatable: !ZERO_WIDTH.includes(letter) };

  const set = readSet(expression, index);
  if (set !== null) return plain(set.text.length > 2 ? `[${set.text}]` : set.text, set.next);
  const character = readCharacter(expression, index);
  return plain(literal(character.text), character.next);
}

/** A back-reference: `\1`, `\g1`, `\g{1}`, `\g{-1}`, `\g{name}`, `\k<name>`, `\k'name'`, `\k{name}`. */
function readReference(
  rest: string,
  captures: number,
): { readonly to: number | string; readonly length: number } | null {
  const numbered = /^\\(?:([1-9]\d*)|g([1-9]\d*)|g\{(-?\d+)\})/.exec(rest);
  if (numbered !== null) {
    const number = Number(numbered[1] ?? numbered[2] ?? numbered[3]);
    return { to: number < 0 ? captures + 1 + number : number, length: numbered[0].length };
  }
  const named = /^\\(?:g\{([A-Za-z_]\w*)\}|k(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)'|\{([A-Za-z_]\w*)\}))/.exec(rest);
  if (named !== null) return { to: named[1] ?? named[2] ?? named[3] ?? named[4] ?? "", length: named[0].length };
  return null;
}

/** A set of characters (`\d`, `\h`, `\p{…}`) as it stands inside brackets; null where the escape is none. */
export function readSet(expression: string, index: number): { readonly text: string; readonly next: number } | null {
  const letter = escapedLetter(expression, index);
  if (letter === "u" && /^[0-9A-Fa-f]{4}/.test(expression.slice(index + 2))) {
    const code = expression.slice(index + 2, index + 6);
    throw new ExpressionProblem(`\\u is an upper-case letter in this syntax; write \\x{${code}} for that character`);
  }
  const set = SETS[letter];
  if (set !== undefined) return { text: set, next: index + 2 };
  const property = /^\\([pP])(?:\{(\^?)([\w:=]+)\}|([A-Za-z]))/.exec(expression.slice(index));
  if (property === null) return null;
  const [written, sign, caret, long, short] = property;
  const negated = (sign === "P") !== (caret === "^");
  const name = long ?? short ?? "";
  const next = index + written.length;
  const posix = POSIX_CLASSES[name.toLowerCase()];
  if (posix === undefined) return { text: `\\${negated ? "P" : "p"}{${name}}`, next };
  if (negated) throw new ExpressionProblem(`${written} has no counterpart here; write [^[:${name}:]]`);
  return { text: posix, next };
}

/** The one character that an escape stands for. */
export function readCharacter(expression: string, index: number): { readonly text: string; readonly next: number } {
  const letter = escapedLetter(expression, index);
  const rest = expression.slice(index);
  const coded = /^\\(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|(0[0-7]{0,3}))/.exec(rest);
  if (coded !== null) {
    const hexadecimal = coded[1] ?? coded[2];
    const code = hexadecimal === undefined ? Number.parseInt(coded[3] ?? "0", 8) : Number.parseInt(hexadecimal, 16);
    if (code > 0x10ffff) throw new ExpressionProblem(`${coded[0]} is no character`);
    return { text: String.fromCodePoint(code), next: index + coded[0].length };
  }
  const control = /^\\c([A-Za-z])/.exec(rest);
  if (control !== null) return { text: String.fromCharCode((control[1] ?? "").charCodeAt(0) & 0x1f), next: index + 3 };
  if ("xcGKXCNpPgk0123456789".includes(letter)) {
    throw new ExpressionProblem(`\\${letter} has no counterpart here`);
  }
  return { text: NAMED_CHARACTERS[letter] ?? letter, next: index + 1 + letter.length };
}

const NAMED_CHARACTERS: Readonly<Record<string, string>> = {
  a: "\x07",
  e: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** A character that stands for itself, outside and inside brackets. */
export function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function escapedLetter(expression: string, index: number): string {
  const code = expression.codePointAt(index + 1);
  if (code === undefined) throw new ExpressionProblem("a backslash stands at the end");
  return String.fromCodePoint(code);
}
