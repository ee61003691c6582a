import { ExpressionProblem, literal, POSIX_CLASSES, readCharacter, readSet } from "./perl_escape.ts";

type ClassItem = {
  /** As it stands inside JavaScript's brackets. */
  readonly text: string;
  readonly next: number;
  /** The character, where it is a single one and can begin or end a range. */
  readonly code: number | null;
};

/** The bracket expression that begins at `index`. A `]` right after the opening stands for itself, as in Perl. */
export function readClass(expression: string, index: number): { readonly text: string; readonly next: number } {
  const negated = expression[index + 1] === "^";
  const first = index + (negated ? 2 : 1);
  let text = negated ? "[^" : "[";
  let at = first;
  while (expression[at] !== "]" || at === first) {
    const item = readItem(expression, at);
    const isRange = expression[item.next] === "-" && expression[item.next + 1] !== "]" &&
      item.next + 1 < expression.length;
    if (!isRange) {
      text += item.text;
      at = item.next;
      continue;
    }
    const last = readItem(expression, item.next + 1);
    if (item.code !== null && last.code !== null && item.code > last.code) {
      throw new ExpressionProblem(`the range ${expression.slice(at, last.next)} runs backwards`);
    }
    // Next to a set such as \w a hyphen is only a hyphen.
    const hyphen = item.code === null || last.code === null ? "\\-" : "-";
    text += item.text + hyphen + last.text;
    at = last.next;
  }
  return { text: `${text}]`, next: at + 1 };
}

function readItem(expression: string, index: number): ClassItem {
  const code = expression.codePointAt(index);
  if (code === undefined) throw new ExpressionProblem("a [ is never closed");
  const character = String.fromCodePoint(code);
  if (character === "\\") return readEscapedItem(expression, index);
  if (character === "[") {
    const named = readNamedClass(expression, index);
    if (named !== null) return named;
  }
  return single(character, index + character.length);
}

function readEscapedItem(expression: string, index: number): ClassItem {
  if (expression[index + 1] === "b") return { text: "\\b", next: index + 2, code: 8 };
  const negatedSet = /^\\[HV]/.exec(expression.slice(index));
  if (negatedSet !== null) throw new ExpressionProblem(`${negatedSet[0]} inside brackets has no counterpart here`);
  const set = readSet(expression, index);
  if (set !== null) return { ...set, code: null };
  const character = readCharacter(expression, index);
  return single(character.text, character.next);
}

/** `[:alpha:]` and its relatives. */
function readNamedClass(expression: string, index: number): ClassItem | null {
  const named = /^\[([:.=])(\^?)(.*?)\1\]/s.exec(expression.slice(index));
  if (named === null) return null;
  const [written, delimiter, caret, name = ""] = named;
  const text = delimiter === ":" && caret === "" ? POSIX_CLASSES[name] : undefined;
  if (text === undefined) throw new ExpressionProblem(`${written} has no counterpart here`);
  return { text, next: index + written.length, code: null };
}

function single(character: string, next: number): ClassItem {
  const text = character === "-" ? "\\-" : literal(character);
  return { text, next, code: character.codePointAt(0) ?? null };
}
