/** Numbers from several readings of one thing. No clock, no I/O. */

/** The middle one, or the mean of the two in the middle. NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (at(sorted, middle - 1) + at(sorted, middle)) / 2;
}

/** The smallest value that at least `fraction` (0 to 1) of the values do not exceed: nearest rank. NaN without values. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = ascending(values);
  return at(sorted, Math.max(0, Math.ceil(sorted.length * fraction) - 1));
}

/** Median, smallest and largest of several readings. */
export type Spread = { readonly median: number; readonly min: number; readonly max: number; readonly count: number };

/** Null without values. */
export function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), count: values.length };
}

/** `value / floor`; null where there is nothing to divide by. */
export function ratio(value: number | null, floor: number | null): number | null {
  return value === null || floor === null || !(floor > 0) ? null : value / floor;
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? NaN;
}
