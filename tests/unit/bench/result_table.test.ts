import { expect, test } from "bun:test";
import type { Reading } from "../../../bench/reading.ts";
import { summarise, tableText, valueText } from "../../../bench/result_table.ts";

const SCENARIO = { name: "one", title: "one thing", headlines: ["after"], goal: "≤ half of the floor" } as const;

function reading(contender: string, run: number, after: number | null, failure: string | null = null): Reading {
  const metrics = after === null ? {} : { after, wire: 1_500_000 };
  return { scenario: "one", contender, run, metrics, failure, foreignLoad: 0 };
}

const READINGS = [
  reading("bare rsync", 1, 2),
  reading("tssync", 1, 0.5),
  reading("lsyncd", 1, null, "not equal"),
  reading("bare rsync", 2, 4),
  reading("tssync", 2, 0.7),
  reading("lsyncd", 2, null, "not equal"),
];

test("summarise() compares medians with the floor's median", () => {
  const [floor, tssync, lsyncd] = summarise(READINGS, ["after"], "bare rsync");
  expect(floor?.ratios).toEqual({ after: 1 });
  expect(tssync?.quantities.after).toEqual({ median: 0.6, min: 0.5, max: 0.7, count: 2 });
  expect(tssync?.ratios.after).toBeCloseTo(0.2);
  expect(lsyncd).toEqual({ contender: "lsyncd", quantities: {}, ratios: {}, failures: ["not equal", "not equal"] });
});

test("summarise() without a floor compares nothing", () => {
  expect(summarise(READINGS, ["after"], null).map(({ ratios }) => ratios)).toEqual([{}, {}, {}]);
});

test("tableText() shows headlines with their spread, the rest as medians, and each failure once", () => {
  expect(tableText(SCENARIO, summarise(READINGS, ["after"], "bare rsync"))).toBe(`## one: one thing

Goal: ≤ half of the floor

|            | last write to equal       | to floor | wire    |
| ---------- | ------------------------- | -------- | ------- |
| bare rsync | 3.00 s (2.00 s–4.00 s)    | 1.00     | 1.50 MB |
| tssync     | 0.600 s (0.500 s–0.700 s) | 0.200    | 1.50 MB |
| lsyncd     | failed                    | –        | –       |

lsyncd: not equal
`);
});

test("valueText() takes the unit that fits", () => {
  expect(valueText(0.0042, "seconds")).toBe("4.20 ms");
  expect(valueText(0, "seconds")).toBe("0 s");
  expect(valueText(81.53, "seconds")).toBe("81.5 s");
  expect(valueText(299, "bytes")).toBe("299 B");
  expect(valueText(80_000_000, "bytes")).toBe("80.0 MB");
  expect(valueText(300_123.4, "count")).toBe("300,123");
  expect(valueText(undefined, "count")).toBe("–");
});
