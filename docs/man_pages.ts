/** Writes the man pages, from the tables that the program itself reads: `bun docs/man_pages.ts DIRECTORY`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMAND_NAMES, COMMANDS } from "../src/cli/command_table.ts";
import type { CommandSpec } from "../src/cli/command_table.ts";
import type { Option } from "../src/cli/option.ts";
import { VERSION } from "../src/cli/version.ts";
import { configurationDocument } from "../src/config/document.ts";
import { ERRORS } from "../src/core/error.ts";
import { roffFromMarkdown, roffHead, roffText } from "./man_text.ts";

const EXIT_CODES: Readonly<Record<number, string>> = {
  0: "All went well.",
  1: "It failed; the message says how.",
  2: "The command line is not understood.",
  3: "The daemon cannot be reached.",
  4: "There is no such thing.",
  5: "Not authorised.",
  6: "Not within the time that was given.",
  7: "Source and remote differ.",
  78: "The configuration has errors, or the API cannot listen.",
};

/** `tssync(1)`: every command with its options and examples. */
function commandPage(): string {
  const codes = [...new Set([0, ...Object.values(ERRORS).map(({ exitCode }) => exitCode)])].sort((a, b) => a - b);
  return [
    roffHead("tssync", 1, VERSION),
    ".SH NAME\ntssync \\- mirrors directories to other machines in real time",
    ".SH SYNOPSIS\n.B tssync\n.I COMMAND\n[OPTION]...\n.br\n.B tssync \\-dro\n.I confxml.xml",
    ".SH DESCRIPTION\nWatches directories with inotify and sends what changed with rsync. Reads sersync's configuration\n" +
    "(see\n.BR confxml.xml (5))\nand takes its flags. It runs as a daemon; the other commands talk to it.",
    ".SH COMMANDS",
    ...COMMAND_NAMES.map((name) => commandSection(name, COMMANDS[name])),
    ".SH EXIT STATUS",
    ...codes.map((code) => `.TP\n.B ${code}\n${roffText(EXIT_CODES[code] ?? "")}`),
    FILES,
    ".SH SEE ALSO\n.BR confxml.xml (5),\n.BR rsync (1),\n.BR rsyncd.conf (5),\n.BR inotify (7)",
    "",
  ].join("\n");
}

const FILES = `.SH FILES
.TP
.I /etc/tssync/confxml.xml
The configuration that the package's service reads.
.TP
.I /var/lib/tssync
The state: what each remote has, the API's socket and token.
.SH ENVIRONMENT
.TP
.B TSSYNC_TOKEN
The token for an API that is addressed by URL.
.TP
.B NO_COLOR
No colours.`;

function commandSection(name: string, spec: CommandSpec): string {
  const operands = spec.operands === "" ? "" : ` ${spec.operands}`;
  return [
    `.SS "tssync ${name}${roffText(operands)}"`,
    `${roffText(spec.brief)}.`,
    ...(spec.text === "" ? [] : [`.PP\n${roffText(spec.text)}`]),
    ...spec.options.map(optionEntry),
    ...(spec.variant === undefined
      ? []
      : [`.PP\nWith \\fB\\-\\-${roffText(spec.variant.option)}\\fR:`, ...spec.variant.options.map(optionEntry)]),
    `.PP\n${spec.examples.length === 1 ? "Example" : "Examples"}:`,
    ...spec.examples.map((example) => `.PP\n.RS 4\n.nf\n${roffText(example)}\n.fi\n.RE`),
  ].join("\n");
}

function optionEntry({ name, short, value, brief }: Option): string {
  const names = [...(short === undefined ? [] : [`-${short}`]), `--${name}`];
  const written = names.map((text) => `\\fB${roffText(text)}\\fR`).join(", ");
  return `.TP\n${written}${value === undefined ? "" : ` \\fI${roffText(value)}\\fR`}\n${roffText(brief)}`;
}

/** `confxml.xml(5)`: the same as docs/configuration.md. */
function configurationPage(): string {
  const body = configurationDocument().replace(/^# .*\n/, "## DESCRIPTION\n");
  return `${roffHead("confxml.xml", 5, VERSION)}.SH NAME\nconfxml.xml \\- the configuration of tssync\n${
    roffFromMarkdown(body)
  }\n.SH SEE ALSO\n.BR tssync (1)\n`;
}

const [, , directory] = process.argv;
if (directory === undefined) throw new Error("Say where to: bun docs/man_pages.ts DIRECTORY");
mkdirSync(directory, { recursive: true });
writeFileSync(join(directory, "tssync.1"), commandPage());
writeFileSync(join(directory, "confxml.xml.5"), configurationPage());
