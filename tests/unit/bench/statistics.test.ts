import { describe, expect, test } from "bun:test";
import { median, percentile, ratio, spread } from "../../../bench/statistics.ts";

describe("median()", () => {
  test("median() takes the middle by size, not by order of arrival or by spelling", () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  test("median() takes the mean of the two in the middle", () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test("median() of nothing is not a number, and leaves its input alone", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
    expect(median([])).toBeNaN();
  });
});

describe("percentile()", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  test("percentile() is the nearest rank", () => {
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile(hundred, 0)).toBe(1);
  });

  test("percentile() of few values is one of them", () => {
    expect(percentile([7, 5], 0.99)).toBe(7);
    expect(percentile([], 0.99)).toBeNaN();
  });
});

test("spread() tells median, extremes and how many", () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, count: 3 });
  expect(spread([])).toBeNull();
});

test("ratio() divides only by what is there and above nothing", () => {
  expect(ratio(1, 4)).toBe(0.25);
  expect(ratio(0, 4)).toBe(0);
  expect(ratio(1, 0)).toBeNull();
  expect(ratio(null, 4)).toBeNull();
  expect(ratio(1, null)).toBeNull();
  expect(ratio(1, NaN)).toBeNull();
});
