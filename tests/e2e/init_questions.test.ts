/** `tssync init` on a terminal: the questions, wrong answers, and leaving them. */
import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { stripVTControlCharacters } from "node:util";
import { tssyncArgv } from "../support/executable.ts";
import { tempDir } from "../support/temp_dir.ts";

/** A conversation: what is waited for on the terminal, and what is typed then. */
type Turn = readonly [waited: RegExp, typed: string];

/** Runs a command in a pseudo-terminal, which `script` of util-linux makes. */
async function onTerminal(args: readonly string[], turns: readonly Turn[], cwd: string) {
  const command = [...tssyncArgv(), ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("timeout", ["60", "script", "-qec", command, "/dev/null"], {
    cwd,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let shown = "";
  let read = 0;
  const open = [...turns];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    // Without what moves the cursor.
    shown += stripVTControlCharacters(chunk);
    for (let turn = open[0]; turn !== undefined && turn[0].test(shown.slice(read)); turn = open[0]) {
      read = shown.length;
      child.stdin.write(turn[1]);
      open.shift();
    }
  });
  const [code] = await once(child, "close") as [number | null];
  return { code, shown, unasked: open.map(([waited]) => waited.source) };
}

test("tssync init asks for what is missing, says what is wrong with an answer and asks again", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("data"));
  await writeFile(dir.at("file"), "");
  const { code, shown, unasked } = await onTerminal(["init"], [
    [/Directory to mirror: $/, "\n"],
    [/a directory, such as .*Directory to mirror: $/s, "nowhere\n"],
    [/nowhere: there is no such directory.*Directory to mirror: $/s, "file\n"],
    [/is no directory.*Directory to mirror: $/s, "data\n"],
    [/Where to .*: $/, "bob:secret@backup::www\n"],
    [/a password cannot stand in an address.*Where to .*: $/s, "backup::www\n"],
    [/Another place .*: $/, "backup::\n"],
    [/expected the name of an rsync module.*Another place .*: $/s, "bob@other:/srv/www\n"],
    [/Another place .*: $/, "disk\n"],
    [/Another place .*: $/, "\n"],
    [/User at the rsync daemon \[tssync\]: $/, "\n"],
  ], dir.path);
  expect({ code, unasked, shown }).toEqual({
    code: 0,
    unasked: [],
    shown: expect.stringContaining("confxml.xml (0644)"),
  });
  const xml = await readFile(dir.at("confxml.xml"), "utf8");
  expect(xml).toContain(`<localpath watch="${dir.at("data")}">`);
  expect(xml).toContain('<remote ip="backup" name="www"/>');
  expect(xml).toContain('<remote ip="other" name="/srv/www" ssh="true" user="bob"/>');
  expect(xml).toContain(`<remote path="${dir.at("disk")}"/>`);
  expect(xml).toContain('users="tssync"');
  expect(existsSync(dir.at("rsync.pass"))).toBe(true);
});

test("tssync init asks for no user where an address names one, and takes that one", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("data"));
  const { code, unasked } = await onTerminal(["init", "--watch", "data"], [
    [/Where to .*: $/, "bob@backup::www\n"],
    [/Another place .*: $/, "\n"],
  ], dir.path);
  expect({ code, unasked }).toEqual({ code: 0, unasked: [] });
  expect(await readFile(dir.at("confxml.xml"), "utf8")).toContain('users="bob"');
});

for (const [key, typed] of [["Control-D", "\x04"], ["Control-C", "\x03"]] as const) {
  test(`tssync init writes nothing when ${key} ends the questions`, async () => {
    await using dir = await tempDir();
    await mkdir(dir.at("data"));
    const turns: Turn[] = [[/Directory to mirror: $/, "data\n"], [/Where to .*: $/, typed]];
    const { code, shown } = await onTerminal(["init"], turns, dir.path);
    expect({ code, shown }).toEqual({ code: 2, shown: expect.stringContaining("nothing was written") });
    expect(existsSync(dir.at("confxml.xml"))).toBe(false);
  });
}
