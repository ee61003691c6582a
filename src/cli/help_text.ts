import { COMMAND_NAMES, COMMANDS } from "./command_table.ts";
import type { CommandName, CommandSpec } from "./command_table.ts";
import type { Option } from "./option.ts";
import { VERSION } from "./version.ts";

/** `tssync help`. */
export function overviewText(): string {
  return [
    `tssync ${VERSION}: mirrors directories to other machines in real time`,
    "",
    "Usage: tssync COMMAND [OPTION]...",
    "       tssync -dro confxml.xml        the same as sersync's flags -d -r -n -o -m -h",
    "",
    "Commands",
    ...twoColumns(COMMAND_NAMES.map((name) => [name, COMMANDS[name].brief])),
    "",
    "tssync help COMMAND tells more.",
    "",
    "Exit codes: 0 ok, 1 failure, 2 usage, 3 daemon not reachable, 4 not found, 5 not authorised, 6 timeout,",
    "            7 out of sync, 78 bad configuration",
    "",
  ].join("\n");
}

/** `tssync help COMMAND`, also `tssync COMMAND --help`. */
export function commandText(name: CommandName): string {
  const spec: CommandSpec = COMMANDS[name];
  const operands = spec.operands === "" ? "" : ` ${spec.operands}`;
  return [
    `${spec.brief}.`,
    "",
    `Usage: tssync ${name} [OPTION]...${operands}`,
    ...(spec.text === "" ? [] : ["", spec.text]),
    "",
    "Options",
    ...twoColumns(spec.options.map((option) => [optionText(option), option.brief])),
    ...(spec.variant === undefined ? [] : [
      "",
      `Options with --${spec.variant.option}`,
      ...twoColumns(spec.variant.options.map((option) => [optionText(option), option.brief])),
    ]),
    "",
    spec.examples.length === 1 ? "Example" : "Examples",
    ...spec.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

function optionText({ short, name, value, repeatable }: Option): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  return `${letter}--${name}${value === undefined ? "" : ` ${value}`}${repeatable === true ? " ..." : ""}`;
}

function twoColumns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) => {
    const [first, ...more] = wrapped(right, WIDTH_MAX - width - 4);
    return [`  ${left.padEnd(width)}  ${first}`, ...more.map((line) => `${" ".repeat(width + 4)}${line}`)];
  });
}

/** Fits terminals of today and half of a wide one. */
const WIDTH_MAX = 120;

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
