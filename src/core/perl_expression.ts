import { readClass } from "./perl_character_class.ts";
import { ExpressionProblem, readEscape } from "./perl_escape.ts";

/**
 * Regular expressions as sersync's users write them (Boost's Perl syntax), turned into JavaScript's. What means the same is
 * kept, what is only spelled otherwise is translated, and what JavaScript cannot express is a problem: an expression that
 * filters almost what its author meant would be worse than none.
 */
export type CompiledExpression = { readonly pattern: RegExp } | { readonly problem: string };

/**
 * Compiles `expression` so that it must match the whole text ("full", as filters do) or any part of it ("search").
 * A dot matches a newline too, as in Boost. The problem is a phrase without a full stop.
 */
export function compilePerlExpression(expression: string, match: "full" | "search"): CompiledExpression {
  if (expression === "") return { problem: "it is empty" };
  try {
    const source = translate(expression);
    return { pattern: new RegExp(match === "full" ? `^(?:${source})$` : source, "su") };
  } catch (error) {
    if (error instanceof ExpressionProblem) return { problem: error.message };
    // The engines word their errors differently; what is common is caught and worded above.
    if (error instanceof SyntaxError) return { problem: "it is not a valid regular expression" };
    throw error;
  }
}

type OpenGroup = {
  readonly isAssertion: boolean;
  /** Its parenthesis and those of the switches inside it. */
  closing: string;
};

function translate(expression: string): string {
  let out = "";
  let index = 0;
  let captures = 0;
  let highestReference = 0;
  /** Whether a quantifier may follow. */
  let repeatable = false;
  /** Whether nothing but switches such as `(?i)` came since the group began. */
  let atGroupStart = true;
  const names = new Set<string>();
  const referredNames = new Set<string>();
  const outermost: OpenGroup = { isAssertion: false, closing: "" };
  const groups: OpenGroup[] = [outermost];

  function add(text: string, next: number, canRepeat: boolean): void {
    out += text;
    index = next;
    repeatable = canRepeat;
    atGroupStart = false;
  }

  function openGroup(): void {
    const group = readGroup(expression, index);
    const here = groups.at(-1) ?? outermost;
    if (group.kind === "comment") {
      index = group.next;
      return;
    }
    if (group.kind === "switch") {
      if (!atGroupStart) {
        throw new ExpressionProblem(
          `${group.written} stands in the middle; write (${group.written.slice(1, -1)}:…) around what it is for`,
        );
      }
      out += group.text;
      here.closing += ")";
      index = group.next;
      return;
    }
    if (group.kind === "reference") {
      referredNames.add(group.name);
      return add(`\\k<${group.name}>`, group.next, true);
    }
    if (group.kind === "capture") captures++;
    if (group.kind === "capture" && group.name !== null) names.add(group.name);
    groups.push({ isAssertion: group.kind === "assertion", closing: ")" });
    add(group.text, group.next, false);
    atGroupStart = true;
  }

  function closeGroup(): void {
    const group = groups.length > 1 ? groups.pop() : undefined;
    if (group === undefined) throw new ExpressionProblem("a ) closes nothing");
    add(group.closing, index + 1, !group.isAssertion);
  }

  function escape(): void {
    const read = readEscape(expression, index, captures);
    if (read.reference !== null) highestReference = Math.max(highestReference, read.reference);
    if (read.name !== null) referredNames.add(read.name);
    add(read.text, read.next, read.repeatable);
  }

  while (index < expression.length) {
    const character = expression.charAt(index);
    if (character === "\\") escape();
    else if (character === "[") {
      const read = readClass(expression, index);
      add(read.text, read.next, true);
    } else if (character === "(") openGroup();
    else if (character === ")") closeGroup();
    // A switch reaches over the alternatives that follow it, so its group stays open.
    else if (character === "|") add("|", index + 1, false);
    else if ("*+?{".includes(character)) {
      const read = readQuantifier(expression, index, repeatable);
      add(read.text, read.next, read.isLiteral);
    } else if (character === "}" || character === "]") add(`\\${character}`, index + 1, true);
    else add(character, index + 1, character !== "^" && character !== "$");
  }
  if (groups.length > 1) throw new ExpressionProblem("a ( is never closed");
  if (highestReference > captures) {
    throw new ExpressionProblem(`\\${highestReference} refers to a group that is not there`);
  }
  for (const name of referredNames) {
    if (!names.has(name)) throw new ExpressionProblem(`it refers to a group "${name}" that is not there`);
  }
  return out + outermost.closing;
}

/** A quantifier, or a `{` that is only a brace. */
function readQuantifier(
  expression: string,
  index: number,
  repeatable: boolean,
): { readonly text: string; readonly next: number; readonly isLiteral: boolean } {
  const counted = /^\{(\d+)(?:,(\d*))?\}/.exec(expression.slice(index));
  if (expression[index] === "{" && counted === null) {
    if (/^\{,\d+\}/.test(expression.slice(index))) {
      throw new ExpressionProblem("{,n} is read differently by different programs; write {0,n}");
    }
    return { text: "\\{", next: index + 1, isLiteral: true };
  }
  const written = counted?.[0] ?? expression.charAt(index);
  if (!repeatable) {
    const looksLikeWildcard = index === 0 && (written === "*" || written === "?");
    throw new ExpressionProblem(`${written} has nothing before it to repeat${looksLikeWildcard ? WILDCARD_HINT : ""}`);
  }
  const [minimum, maximum] = [Number(counted?.[1] ?? 0), Number(counted?.[2] || Number.POSITIVE_INFINITY)];
  if (counted !== null && minimum > maximum) throw new ExpressionProblem(`${written} counts downwards`);
  const next = index + written.length;
  if (expression[next] === "+") {
    throw new ExpressionProblem(`the possessive ${written}+ has no counterpart here; write ${written}`);
  }
  return expression[next] === "?"
    ? { text: `${written}?`, next: next + 1, isLiteral: false }
    : { text: written, next, isLiteral: false };
}

const WILDCARD_HINT = ' (this is a regular expression, not a shell wildcard: "*.php" is written "(.*)\\.php")';

type Group =
  | { readonly kind: "plain" | "assertion"; readonly text: string; readonly next: number }
  | { readonly kind: "capture"; readonly text: string; readonly next: number; readonly name: string | null }
  | { readonly kind: "switch"; readonly text: string; readonly next: number; readonly written: string }
  | { readonly kind: "reference"; readonly name: string; readonly next: number }
  | { readonly kind: "comment"; readonly next: number };

/** What begins with the `(` at `index`. */
function readGroup(expression: string, index: number): Group {
  const rest = expression.slice(index);
  if (rest.startsWith("(*")) throw notHere("(*…)");
  if (!rest.startsWith("(?")) return { kind: "capture", text: "(", next: index + 1, name: null };

  const comment = /^\(\?#[^)]*\)/.exec(rest);
  if (comment !== null) return { kind: "comment", next: index + comment[0].length };
  const assertion = /^\(\?<?[=!]/.exec(rest);
  if (assertion !== null) return { kind: "assertion", text: assertion[0], next: index + assertion[0].length };
  const named = /^\(\?P?<([A-Za-z_]\w*)>|^\(\?'([A-Za-z_]\w*)'/.exec(rest);
  if (named !== null) {
    const name = named[1] ?? named[2] ?? "";
    return { kind: "capture", text: `(?<${name}>`, next: index + named[0].length, name };
  }
  const reference = /^\(\?P=([A-Za-z_]\w*)\)/.exec(rest);
  if (reference !== null) return { kind: "reference", name: reference[1] ?? "", next: index + reference[0].length };

  const switches = /^\(\?([a-z]*)(?:-([a-z]*))?([:)])/.exec(rest);
  if (switches === null) throw notHere(`${rest.slice(0, 3)}…)`);
  const [written, on = "", off = "", end] = switches;
  const text = switchGroup(written, on, off);
  const next = index + written.length;
  return end === ":" ? { kind: "plain", text, next } : { kind: "switch", text, next, written };
}

/** The beginning of a group with switches; `s` and `m` mean in both languages what they mean in JavaScript. */
function switchGroup(written: string, on: string, off: string): string {
  const unknown = Array.from(on + off).find((letter) => !"ims".includes(letter));
  if (unknown !== undefined) throw new ExpressionProblem(`the switch ${unknown} in ${written} has no counterpart here`);
  const switchedOff = new Set(off);
  const switchedOn = Array.from(new Set(on)).filter((letter) => !switchedOff.has(letter)).join("");
  const minus = switchedOff.size === 0 ? "" : `-${Array.from(switchedOff).join("")}`;
  return `(?${switchedOn}${minus}:`;
}

function notHere(written: string): ExpressionProblem {
  return new ExpressionProblem(`${written} has no counterpart here`);
}
