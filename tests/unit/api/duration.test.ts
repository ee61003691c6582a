import { expect, test } from "bun:test";
import { parseDurationMs } from "../../../api/duration.ts";

for (
  const [text, ms] of [
    ["0", 0],
    ["2s", 2_000],
    ["500ms", 500],
    ["1.5m", 90_000],
    ["1h", 3_600_000],
    ["30", 30_000],
    ["", null],
    ["s", null],
    ["-1s", null],
    ["1e3s", null],
    ["1 s", null],
    ["1S", null],
    ["1d", null],
    ["0x10", null],
    ["99999999999999999999s", null],
  ] as const
) {
  test(`parseDurationMs() of ${JSON.stringify(text)} is ${ms}`, () => {
    expect(parseDurationMs(text)).toBe(ms);
  });
}
