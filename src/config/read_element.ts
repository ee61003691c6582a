import { nearestName } from "../core/nearest_name.ts";
import type { Origin } from "./configuration_input.ts";
import { maskedAttribute } from "./masked.ts";
import type { Report } from "./report.ts";
import type { AttributeReading, AttributeRule, ElementRule } from "./schema_rule.ts";
import type { Position, XmlElement } from "./xml_document.ts";

/** One element, read by its rule: every attribute has its value, every child is there. */
export type ElementReading<R extends ElementRule> = {
  /** As it stands in the file; null: it does not, and all its defaults hold. */
  readonly element: XmlElement | null;
  readonly values: { readonly [A in keyof R["attributes"]]: AttributeReading<R["attributes"][A]> };
  readonly children: {
    readonly [C in keyof R["children"]]: R["children"][C]["many"] extends true
      ? readonly ElementReading<R["children"][C]>[]
      : ElementReading<R["children"][C]>;
  };
  /** Where the element stands, or where one of its attributes does if it is given. */
  readonly origin: (attribute?: keyof R["attributes"] & string) => Origin;
};

export type ReadingContext = { readonly file: string; readonly report: Report };

/** What is read without a type: the mapped types above say for each rule what comes out. */
type LooseReading = {
  readonly element: XmlElement | null;
  readonly values: Record<string, unknown>;
  readonly children: Record<string, unknown>;
  readonly origin: (attribute?: string) => Origin;
};

/**
 * Reads `element` by `rule` and reports everything it does not know or cannot accept. Reading goes on as if the nearest known
 * name or value had been written, so that one slip of the pen is one problem.
 */
export function readElement<R extends ElementRule>(
  element: XmlElement,
  rule: R,
  context: ReadingContext,
): ElementReading<R> {
  // The loose form holds exactly what the rule names.
  return readGiven(element, rule, context) as unknown as ElementReading<R>;
}

function readGiven(element: XmlElement, rule: ElementRule, context: ReadingContext): LooseReading {
  const { file, report } = context;
  const at = (position: Position, found: string): Origin => ({ file, ...position, found });
  const here = at(element.position, `<${element.name}>`);
  if (element.text !== "") report.problem(here, `unexpected text ${quoted(element.text)}; settings are attributes`);

  const given = nameAttributes(element, rule, context);
  const origin = (attribute?: string): Origin => {
    const read = attribute === undefined ? undefined : given.get(attribute);
    return read === undefined ? here : at(read.position, shown(element.name, read.writtenName, read.text));
  };
  const values: Record<string, unknown> = {};
  for (const [name, attribute] of Object.entries(rule.attributes)) {
    const read = given.get(name);
    if (read === undefined) {
      if (attribute.required) {
        report.problem(here, `the attribute ${name}="…" is missing; expected ${attribute.value.expected}`);
      }
      values[name] = defaultValue(attribute);
    } else values[name] = readValue(read.text, attribute, (what) => report.problem(origin(name), what));
  }
  warnIfSwitchedOffByOmission(rule, given, values, () => report.warning(here, 'start="true" is missing, so it is off'));
  return { element, values, children: readChildren(element, rule, context), origin };
}

type GivenAttribute = { readonly writtenName: string; readonly text: string; readonly position: Position };

/** The element's attributes by the names of the rule; an unknown name counts as the nearest that is not given itself. */
function nameAttributes(
  element: XmlElement,
  rule: ElementRule,
  { file, report }: ReadingContext,
): ReadonlyMap<string, GivenAttribute> {
  const known = Object.keys(rule.attributes);
  const given = new Map<string, GivenAttribute>();
  for (const [writtenName, { value, position }] of element.attributes) {
    if (known.includes(writtenName)) given.set(writtenName, { writtenName, text: value, position });
  }
  for (const [writtenName, { value, position }] of element.attributes) {
    if (known.includes(writtenName)) continue;
    const nearest = nearestName(writtenName, known);
    const expected = known.length === 0 ? "it has none" : `expected ${alternatives(known)}`;
    // The value is not repeated: under an unknown name it may be a password.
    const origin = { file, ...position, found: `<${element.name} ${writtenName}="…">` };
    report.problem(origin, `unknown attribute; ${expected}${nearest === null ? "" : `. Did you mean ${nearest}="…"?`}`);
    // What goes on to be read is shown when it is wrong.
    const mayBeSecret = /pass|pwd|secret|token/i.test(writtenName);
    if (nearest !== null && !mayBeSecret && !given.has(nearest)) {
      given.set(nearest, { writtenName, text: value, position });
    }
  }
  return given;
}

function readValue(text: string, rule: AttributeRule, problem: (what: string) => void): unknown {
  const outcome = rule.value.schema.safeParse(text);
  if (outcome.success) return outcome.data;
  const expected = outcome.error.issues[0]?.message ?? `expected ${rule.value.expected}`;
  const nearest = nearestName(text, rule.value.choices);
  problem(nearest === null ? expected : `${expected}. Did you mean "${nearest}"?`);
  return nearest === null ? defaultValue(rule) : rule.value.schema.parse(nearest);
}

function defaultValue(rule: AttributeRule): unknown {
  return rule.default === null ? null : rule.value.schema.parse(rule.default);
}

/** A switch that is off by default, in an element that sets something: its author most likely wants it on. */
function warnIfSwitchedOffByOmission(
  rule: ElementRule,
  given: ReadonlyMap<string, GivenAttribute>,
  values: Readonly<Record<string, unknown>>,
  warn: () => void,
): void {
  const switchable = rule.attributes["start"] !== undefined && !given.has("start") && values["start"] === false;
  if (switchable && given.size > 0) warn();
}

function readChildren(element: XmlElement, rule: ElementRule, context: ReadingContext): Record<string, unknown> {
  const rules = rule.childrenOf?.((name) => element.attributes.get(name)?.value ?? null) ?? rule.children;
  const known = Object.keys(rules);
  const found = new Map<string, XmlElement[]>(known.map((name) => [name, []]));
  for (const child of element.children) {
    const name = known.includes(child.name) ? child.name : reportUnknown(child, element, known, context);
    if (name !== null) found.get(name)?.push(child);
  }
  const children: Record<string, unknown> = {};
  for (const [name, childRule] of Object.entries(rules)) {
    const elements = found.get(name) ?? [];
    const readings = elements.map((child) => readGiven(child, childRule, context));
    const [first, second] = elements;
    if (childRule.many) children[name] = readings;
    else children[name] = readings[0] ?? readMissing(name, childRule, element, context);
    if (!childRule.many && first !== undefined && second !== undefined) {
      context.report.problem(
        { file: context.file, ...second.position, found: `<${second.name}>` },
        `it stands twice in <${element.name}>, first at line ${first.position.line}; expected it once at most`,
      );
    }
  }
  return children;
}

/** The known name that was most likely meant. */
function reportUnknown(
  child: XmlElement,
  parent: XmlElement,
  known: readonly string[],
  { file, report }: ReadingContext,
): string | null {
  const nearest = nearestName(child.name, known);
  const expected = known.length === 0
    ? "nothing stands there"
    : `expected ${alternatives(known.map((name) => `<${name}>`))}`;
  report.problem(
    { file, ...child.position, found: `<${child.name}>` },
    `unknown element in <${parent.name}>; ${expected}${nearest === null ? "" : `. Did you mean <${nearest}>?`}`,
  );
  return nearest;
}

/** An element that is not there: its defaults. Problems with it are told at its parent. */
function readMissing(name: string, rule: ElementRule, parent: XmlElement, context: ReadingContext): LooseReading {
  const values = Object.fromEntries(
    Object.entries(rule.attributes).map(([attribute, attributeRule]) => [attribute, defaultValue(attributeRule)]),
  );
  const children = Object.fromEntries(
    Object.entries(rule.children).map(([child, childRule]) => [
      child,
      childRule.many ? [] : readMissing(child, childRule, parent, context),
    ]),
  );
  const origin = { file: context.file, ...parent.position, found: `<${name}> (not given)` };
  return { element: null, values, children, origin: () => origin };
}

function shown(element: string, attribute: string, text: string): string {
  return `<${element} ${attribute}=${quoted(maskedAttribute(attribute, text))}>`;
}

/** Text of the file in a message: long text is cut, control characters are made visible. */
function quoted(text: string): string {
  const short = text.length > QUOTED_CHARACTERS_MAX ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}…` : text;
  return `"${short.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1))}"`;
}

const QUOTED_CHARACTERS_MAX = 120;

function alternatives(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} or ${last}`;
}
