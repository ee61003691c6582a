import { expect, test } from "bun:test";
import { ageText, bytesText, tableText, visibleText } from "../../../src/cli/table_text.ts";

test("tableText() makes columns as wide as needed and leaves no blanks at the end", () => {
  expect(tableText([["A", "LONG"], ["wide", "x"], ["y", ""]])).toBe("A     LONG\nwide  x\ny\n");
});

test("tableText() shows control characters instead of obeying them", () => {
  expect(tableText([["N"], ["a\nb\x1b[31m\tc\x7f\x9b"]])).toBe("N\na\\nb\\x1b[31m\\tc\\x7f\\x9b\n");
});

test("visibleText() leaves all other text alone", () => {
  expect(visibleText("中文 é \u{1f600} \ufffd")).toBe("中文 é \u{1f600} \ufffd");
});

for (
  const [seconds, text] of [
    [0, "0.0 s"],
    [0.25, "0.3 s"],
    [9.94, "9.9 s"],
    [12, "12 s"],
    [119, "119 s"],
    [120, "2 min"],
    [7_200, "2 h"],
    [172_800, "2 d"],
  ] as const
) {
  test(`ageText() of ${seconds} is ${text}`, () => expect(ageText(seconds)).toBe(text));
}

for (
  const [bytes, text] of [
    [0, "0 B"],
    [999, "999 B"],
    [1_500, "1.5 kB"],
    [20_000_000, "20 MB"],
    [3e15, "3000 TB"],
  ] as const
) {
  test(`bytesText() of ${bytes} is ${text}`, () => expect(bytesText(bytes)).toBe(text));
}
