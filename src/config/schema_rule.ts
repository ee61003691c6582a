import type { Value } from "./value.ts";

/** One attribute: what it means, what may stand there, what holds where it is missing. */
export type AttributeRule = {
  readonly meaning: string;
  readonly value: Value<unknown>;
  /** As it would be written; null: nothing holds, the attribute has simply not been given. */
  readonly default: string | null;
  /** Whether its element makes no sense without it. */
  readonly required: boolean;
  readonly example: string;
};

/** One element: what it means, how often it may stand, what it holds. */
export type ElementRule = {
  readonly meaning: string;
  /** False: once at most, and where it is missing its defaults hold. */
  readonly many: boolean;
  readonly attributes: Readonly<Record<string, AttributeRule>>;
  readonly children: Readonly<Record<string, ElementRule>>;
  /** Where the children follow from the element's attributes. */
  readonly childrenOf?: (attribute: (name: string) => string | null) => Readonly<Record<string, ElementRule>>;
};

type Facts = { readonly meaning: string; readonly example: string };

/** An attribute that always has a value: `fallback` where it is missing. */
export function withDefault<T>(value: Value<T>, fallback: string, facts: Facts): Defaulted<T> {
  return { ...facts, value, default: fallback, required: false };
}

/** An attribute that may be missing. */
export function optional<T>(value: Value<T>, facts: Facts): Given<T> {
  return { ...facts, value, default: null, required: false };
}

/** An attribute that must be there wherever its element is. */
export function required<T>(value: Value<T>, facts: Facts): Given<T> {
  return { ...facts, value, default: null, required: true };
}

type Defaulted<T> = AttributeRule & { readonly value: Value<T>; readonly default: string };
type Given<T> = AttributeRule & { readonly value: Value<T>; readonly default: null };

/** What reading an attribute gives: its value; null where it was not given and has no default. */
export type AttributeReading<R extends AttributeRule> = R extends { value: Value<infer T>; default: string } ? T
  : R extends { value: Value<infer T> } ? T | null
  : never;

const NOTHING = {} as const;

/** An element that stands once at most. */
export function once<
  A extends Readonly<Record<string, AttributeRule>>,
  C extends Readonly<Record<string, ElementRule>> = typeof NOTHING,
>(meaning: string, attributes: A, children?: C): { meaning: string; many: false; attributes: A; children: C } {
  return { meaning, many: false, attributes, children: children ?? (NOTHING as C) };
}

/** An element that may stand any number of times. */
export function many<
  A extends Readonly<Record<string, AttributeRule>>,
  C extends Readonly<Record<string, ElementRule>> = typeof NOTHING,
>(meaning: string, attributes: A, children?: C): { meaning: string; many: true; attributes: A; children: C } {
  return { meaning, many: true, attributes, children: children ?? (NOTHING as C) };
}
