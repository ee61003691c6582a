import { expect, test } from "bun:test";
import type { LogMessage } from "../../../src/adapters/log_line.ts";
import { LOG_LINES } from "../../../src/adapters/log_line.ts";

const AT_MS = Date.UTC(2026, 10, 20, 3, 4, 5, 67);

function line(format: "text" | "json", message: string, fields: Record<string, unknown> = {}): string {
  const whole: LogMessage = { atMs: AT_MS, level: "warning", message, fields };
  return LOG_LINES[format](whole);
}

/** Without the time, which depends on the zone the test runs in. */
function text(message: string, fields: Record<string, unknown> = {}): string {
  return line("text", message, fields).replace(/^\S+ \S+ /, "");
}

test("text line begins with the local time, its offset and the level", () => {
  const [, date, time, offset] = line("text", "m").match(/^(\S+) (\S+?)([+-]\d\d:\d\d) warning m$/) ?? [];
  expect(new Date(`${date}T${time}${offset}`).getTime()).toBe(AT_MS);
});

test("text line gives fields as key=value, quoted where they could be misread", () => {
  expect(text("sent", { root: "/data", files: 3, ok: true, none: null, gone: undefined })).toBe(
    "warning sent root=/data files=3 ok=true none=null",
  );
  expect(text("m", { path: "a b", other: "x=1", quote: '"', empty: "", slash: "\\", list: ["a", 1] })).toBe(
    String.raw`warning m path="a b" other="x=1" quote="\"" empty="" slash="\\" list=["a",1]`,
  );
  expect(text("m", { path: "日本/ü.txt" })).toBe("warning m path=日本/ü.txt");
});

test("text line is one line, whatever a file is called", () => {
  expect(text("a\nb", { path: "x\n2026-01-01 error forged" })).toBe(
    String.raw`warning a\nb path="x\n2026-01-01 error forged"`,
  );
  const nasty = "\x1b[2J\x00\x7f\x9b\u2028\u2029\u202e\u2066\ud800\ufeff\r\t";
  for (const format of ["text", "json"] as const) {
    const printed = line(format, nasty, { [nasty]: nasty, list: [nasty] });
    expect(printed).not.toMatch(/[\p{Cc}\u2028\u2029\u202e\u2066\ufeff]|\p{Cs}/u);
    expect(printed).toContain(String.raw`\u001b[2J\u0000\u007f\u009b\u2028\u2029\u202e\u2066\ud800\ufeff\r\t`);
  }
});

test("text line leaves braces alone", () => {
  expect(text("cannot read {path} %s ${x}", { path: "{a}" })).toBe("warning cannot read {path} %s ${x} path={a}");
});

test("json line is an object with time, level, message and the fields", () => {
  const printed = line("json", "sent\n", { path: "ü\x85", error: new Error("no"), big: 12n, level: "forged" });
  expect(printed.startsWith('{"time":"2026-11-20T03:04:05.067Z","level":"warning","message":"sent\\n"')).toBe(true);
  expect(JSON.parse(printed)).toEqual({
    time: "2026-11-20T03:04:05.067Z",
    level: "warning",
    message: "sent\n",
    path: "ü\x85",
    error: "no",
    big: "12",
  });
});

test("lines hold what JSON cannot", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const throwing = {
    toJSON: () => {
      throw new Error("never");
    },
  };
  for (const format of ["text", "json"] as const) {
    const printed = line(format, "m", { cycle, throwing, symbol: Symbol("s"), call: () => 1 });
    expect(printed).toContain("[not to be written: never]");
    expect(printed).toContain("Symbol(s)");
  }
});
