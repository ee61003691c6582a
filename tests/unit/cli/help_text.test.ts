import { expect, test } from "bun:test";
import { COMMAND_NAMES, COMMANDS } from "../../../src/cli/command_table.ts";
import { commandText, overviewText } from "../../../src/cli/help_text.ts";
import { parseArguments } from "../../../src/cli/parse_arguments.ts";

const WIDTH_MAX = 120;

test("overviewText() names every command and sersync's flags", () => {
  const text = overviewText();
  for (const name of COMMAND_NAMES) expect(text).toContain(`\n  ${name} `);
  expect(text).toContain("tssync -dro confxml.xml");
});

for (const name of COMMAND_NAMES) {
  test(`commandText() of ${name} shows every option and an example that parses`, () => {
    const text = commandText(name);
    for (const option of COMMANDS[name].options) expect(text).toContain(`--${option.name}`);
    expect(COMMANDS[name].examples.length).toBeGreaterThan(0);
    for (const example of COMMANDS[name].examples) {
      expect(text).toContain(example);
      const [program, ...args] = example.split(/ &&| \|| >/)[0]!.split(" ");
      expect(program).toBe("tssync");
      expect(parseArguments(args).command).toBe(name);
    }
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(WIDTH_MAX);
  });
}
