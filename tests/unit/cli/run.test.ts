import { expect, test } from "bun:test";
import { COMMAND_NAMES } from "../../../src/cli/command_table.ts";
import { reportError } from "../../../src/cli/error_report.ts";
import { commandText, overviewText } from "../../../src/cli/help_text.ts";
import { TssyncError } from "../../../src/core/error.ts";
import { record } from "./recorded_terminal.ts";

test("tssync -h and tssync help print the overview", async () => {
  for (const args of [["-h"], ["help"], ["--help"], ["-dh"]]) {
    expect(await record(args)).toEqual({ exitCode: 0, out: overviewText(), err: "" });
  }
});

test("tssync help COMMAND, COMMAND --help and COMMAND -h print the same", async () => {
  for (const name of COMMAND_NAMES) {
    for (const args of [["help", name], [name, "--help"], [name, "-h"]]) {
      expect(await record(args)).toEqual({ exitCode: 0, out: commandText(name), err: "" });
    }
  }
});

test("tssync help of an unknown command ends with 2 and suggests one", async () => {
  const { exitCode, err } = await record(["help", "flsh"]);
  expect(exitCode).toBe(2);
  expect(err).toContain("Did you mean flush?");
});

test("tssync version names version, commit and runtime", async () => {
  expect((await record(["version"])).out).toMatch(/^tssync \d+\.\d+\.\d+ \(\S+, bun \S+\)\n$/);
  expect(JSON.parse((await record(["version", "--json"])).out)).toMatchObject({ version: expect.any(String) });
});

test("tssync with an unknown command or option ends with 2, writes to stderr only", async () => {
  for (const args of [["serv"], ["-q"], ["status", "--frobnicate"]]) {
    const { exitCode, out, err } = await record(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(/^tssync: Unknown (?:command|option) .*\ntssync: tssync help tells what there is\n$/);
  }
});

for (
  const [args, message] of [
    [["-n", "ten"], '-n "ten": expected a whole number'],
    [["-n", "-1"], '-n "-1": expected a whole number'],
    [["serve", "--initial", "all"], '--initial "all": expected none or first'],
  ] as const
) {
  test(`tssync ${args.join(" ")} ends with 2 and says what is expected`, async () => {
    const { exitCode, err } = await record(args);
    expect(exitCode).toBe(2);
    expect(err).toContain(message);
  });
}

test("reportError() tells one line for each problem and gives the code of the table", () => {
  let err = "";
  const terminal = {
    out: () => {},
    outBytes: () => {},
    err: (text: string) => void (err += text),
    showsProgress: false,
  };
  expect(reportError(new TssyncError("CONFIG_INVALID", "one\ntwo"), terminal, false)).toBe(78);
  expect(err).toBe("tssync: one\ntssync: two\n");
});

test("reportError() never shows a stack, whatever was thrown", () => {
  const thrown = [new Error("bad\nthing"), new TypeError("x is not a function"), "text", null, undefined, { a: 1 }];
  for (const error of thrown) {
    let err = "";
    const terminal = {
      out: () => {},
      outBytes: () => {},
      err: (text: string) => void (err += text),
      showsProgress: false,
    };
    expect(reportError(error, terminal, false)).toBe(1);
    expect(err).toMatch(/^tssync: Something failed inside tssync: [^\n]*TSSYNC_DEBUG=1[^\n]*\n$/);
    expect(err).not.toMatch(/\.ts:\d/);
  }
});
