import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { COMMAND_NAMES, COMMANDS } from "../../src/cli/command_table.ts";
import { HEAD } from "../../src/config/schema.ts";
import { tempDir } from "../support/temp_dir.ts";

const SCRIPT = `${import.meta.dirname}/../../docs/man_pages.ts`;

async function pages(): Promise<
  Record<"tssync.1" | "confxml.xml.5", { source: string; shown: string; warnings: string }>
> {
  await using dir = await tempDir();
  const made = spawnSync(process.execPath, [SCRIPT, dir.path], { encoding: "utf8" });
  expect({ status: made.status, stderr: made.stderr }).toEqual({ status: 0, stderr: "" });
  const page = (name: string) => {
    const env = { ...process.env, MANWIDTH: "100", LC_ALL: "C.UTF-8" };
    const { stdout, stderr } = spawnSync("man", ["--warnings", "-E", "UTF-8", "-l", dir.at(name)], {
      encoding: "utf8",
      env,
    });

    return { source: readFileSync(dir.at(name), "utf8"), shown: withoutOverstrikes(stdout), warnings: stderr };
  };
  return { "tssync.1": page("tssync.1"), "confxml.xml.5": page("confxml.xml.5") };
}

test("man_pages.ts writes pages that man shows without a warning, with every command, option and element", async () => {
  const { "tssync.1": program, "confxml.xml.5": file } = await pages();
  expect([program.warnings, file.warnings]).toEqual(["", ""]);
  for (const name of COMMAND_NAMES) {
    expect(program.shown).toContain(`tssync ${name}`);
    for (const option of COMMANDS[name].options) expect(program.shown).toContain(`--${option.name}`);
  }
  expect(program.shown).toContain("EXIT STATUS");
  for (const name of Object.keys(HEAD.children)) expect(file.shown).toContain(`<${name}>`);
  expect(file.shown).toContain('<localpath watch="/data"><remote ip="172.16.1.41" name="www"/></localpath>');
  // No markup of Markdown is left over, and no line begins with what roff takes for a request of its own.
  expect(file.shown).not.toMatch(/```|^\|/m);
});

/** Bold and underlined letters are written over each other, with a backspace between them. */
function withoutOverstrikes(text: string): string {
  return text.split("\b").map((piece, index, pieces) => index < pieces.length - 1 ? piece.slice(0, -1) : piece).join(
    "",
  );
}
