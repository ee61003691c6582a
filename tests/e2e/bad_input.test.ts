/** What bad input gets: the whole answer, its exit code, and nothing started. `cli_start.test.ts` has ports and second instances. */
import { expect, test } from "bun:test";
import * as fs from "node:fs";
import process from "node:process";
import { runTssync, startTssync } from "../support/executable.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";

type Row = {
  readonly input: string;
  /** The configuration file; null: there is none. */
  readonly text?: string | Uint8Array | null;
  readonly args?: readonly string[];
  readonly code?: number;
  /** Everything that is printed, on standard error; the test's directory is `DIR`. */
  readonly answer: readonly string[];
  readonly rootOnly?: true;
};

/** A file with one root and whatever else is given, one element a line. */
function head({ watch = "source", remote = '<remote path="DIR/target"/>', rsync = "", more = "" }): string {
  return `<head>
<host port="off"/>
${more}
<sersync><localpath watch="${watch}">${remote}</localpath>
<rsync>${rsync}</rsync></sersync>
</head>`;
}

const auth = (passwordFile: string) =>
  head({
    remote: '<remote ip="127.0.0.1" name="m"/>',
    rsync: `<auth start="true" users="anna" passwordfile="${passwordFile}"/>`,
  });

const ROWS: readonly Row[] = [
  {
    input: "a configuration file that is not there",
    text: null,
    answer: ["Cannot read confxml.xml: there is no such file."],
  },
  {
    input: "no configuration file named and none here",
    text: null,
    args: ["-r"],
    answer: [
      "Cannot read confxml.xml: there is no such file; name one with -o FILE, or say --watch DIR --to DEST.",
    ],
  },
  { input: "a directory for a file", args: ["-o", "."], answer: ["Cannot read .: it is a directory."] },
  {
    input: "an empty file",
    text: "",
    answer: ["Cannot read confxml.xml at line 1: it is not well-formed XML: start tag expected."],
  },
  {
    input: "something that is no text",
    text: Uint8Array.from({ length: 300 }, (_, index) => (index * 151 + 200) % 256),
    answer: [
      'Cannot read confxml.xml at line 1: it is not valid UTF-8, and its header declares no other encoding (encoding="…").',
    ],
  },
  {
    input: "another XML file",
    text: "<html></html>",
    answer: ["Cannot read confxml.xml at line 1: <html>: expected <head> as the outermost element."],
  },
  {
    input: "a tag that is not closed",
    text: "<head>\n<sersync>\n</head>",
    answer: [
      "Cannot read confxml.xml at line 3: it is not well-formed XML: expected closing tag 'sersync' (opened in line 2, col 1) instead of closing tag 'head'.",
    ],
  },
  {
    input: "nothing to watch",
    text: "<head/>",
    answer: ['Cannot read confxml.xml at line 1: <sersync> (not given): no <localpath watch="…">: nothing to watch.'],
  },
  {
    input: "nowhere to send to",
    text: head({ remote: "" }),
    answer: ['Cannot read confxml.xml at line 4: <localpath watch="source">: no <remote>: nowhere to send to.'],
  },
  {
    input: "a watched directory that is missing",
    text: head({ watch: "DIR/missing" }),
    answer: [
      'Cannot read confxml.xml at line 4: <localpath watch="DIR/missing">: there is no such directory; create it or correct the path.',
    ],
  },
  {
    input: "a file to watch",
    text: head({ watch: "DIR/file" }),
    answer: [
      'Cannot read confxml.xml at line 4: <localpath watch="DIR/file">: expected a directory, found a file; watch the directory it is in.',
    ],
  },
  {
    input: "a blank before a path",
    text: head({ watch: " DIR/source" }),
    answer: [
      'Cannot read confxml.xml at line 4: <localpath watch=" DIR/source">: expected a path, found a blank at its beginning; remove it.',
    ],
  },
  {
    input: "several problems",
    text: head({
      more: '<debug start="ture"/><inotfy/>',
      rsync: '<commonParams params="-az --files-from=x \'"/><timeout start="true" time="-1"/>',
    }),
    answer: [
      'Cannot read confxml.xml at line 3: <debug start="ture">: expected "true" or "false". Did you mean "true"?',
      "Cannot read confxml.xml at line 3: <inotfy>: unknown element in <head>; expected <host>, <debug>, <log>, <fileSystem>, <filter>, <inotify>, <sersync>, <plugin> or <webhooks>. Did you mean <inotify>?",
      "Cannot read confxml.xml at line 5: <commonParams params=\"-az --files-from=x '\">: expected words, quoted as for a shell; a ' is opened and never closed.",
      'Cannot read confxml.xml at line 5: <timeout time="-1">: expected a whole number of seconds from 1 to 86400.',
    ],
  },
  {
    input: "an expression that is none",
    text: head({ more: '<filter start="true"><exclude expression="*.php"/></filter>' }),
    answer: [
      'Cannot read confxml.xml at line 3: <exclude expression="*.php">: expected a regular expression; * has nothing before it to repeat (this is a regular expression, not a shell wildcard: "*.php" is written "(.*)\\.php").',
    ],
  },
  {
    input: "a password file that is missing",
    text: auth("DIR/missing"),
    answer: [
      'Cannot read confxml.xml at line 5: <auth passwordfile="DIR/missing">: there is no such file; create it or correct the path.',
    ],
  },
  {
    input: "a password file that others can read",
    text: auth("DIR/open"),
    answer: [
      'Cannot read confxml.xml at line 5: <auth passwordfile="DIR/open">: others can read or write it (mode 644), and rsync refuses that; chmod 600 DIR/open.',
    ],
  },
  {
    input: "a password file of somebody else",
    text: auth("DIR/foreign"),
    rootOnly: true,
    answer: [
      'Cannot read confxml.xml at line 5: <auth passwordfile="DIR/foreign">: it belongs to user 65534, and rsync run by root takes root\'s alone; chown root DIR/foreign.',
    ],
  },
  {
    input: "a directory twice, once through a link",
    text: head({}).replace(
      "<rsync>",
      '<localpath watch="DIR/link"><remote path="DIR/other"/></localpath><rsync>',
    ),
    answer: [
      'Cannot read confxml.xml at line 5: <localpath watch="DIR/link">: it is the same directory as <localpath watch="source"> at line 4 of confxml.xml; name it once, with all its remotes.',
    ],
  },
  {
    input: "a place twice",
    text: head({ remote: '<remote ip="backup" name="m"/><remote ip="backup" name="m/"/>' }),
    answer: [
      'Cannot read confxml.xml at line 4: <remote name="m/">: it is the same place as <remote name="m"> at line 4 of confxml.xml; give it once.',
    ],
  },
  {
    input: "a target inside the source",
    text: head({ remote: '<remote path="DIR/source/inside"/>' }),
    answer: [
      'Cannot read confxml.xml at line 4: <remote path="DIR/source/inside">: it lies inside the watched directory (<localpath watch="source"> at line 4 of confxml.xml), so the mirror would mirror itself.',
    ],
  },
  {
    input: "--watch without --to",
    args: ["serve", "--watch", "source"],
    answer: ['Cannot use --watch "source": --to DEST is missing: nowhere to send to.'],
  },
  {
    input: "an unknown flag",
    args: ["-x"],
    code: 2,
    answer: ["Unknown option -x. tssync help serve lists the options", "tssync help tells what there is"],
  },
  {
    input: "a number that is none",
    args: ["-n", "many", "-o", "confxml.xml"],
    code: 2,
    answer: ['-n "many": expected a whole number, such as -n 10', "tssync help tells what there is"],
  },
];

async function place(row: Row): Promise<TempDir> {
  const dir = await tempDir();
  for (const name of ["source", "target", "other"]) fs.mkdirSync(dir.at(name));
  fs.writeFileSync(dir.at("source", "file"), "1");
  fs.writeFileSync(dir.at("file"), "");
  fs.symlinkSync("source", dir.at("link"));
  fs.writeFileSync(dir.at("open"), "password\n", { mode: 0o644 });
  fs.writeFileSync(dir.at("foreign"), "password\n", { mode: 0o600 });
  if (process.getuid?.() === 0) fs.chownSync(dir.at("foreign"), 65534, 0);
  const { text = head({}) } = row;
  if (text === null) return dir;
  fs.writeFileSync(dir.at("confxml.xml"), typeof text === "string" ? text.replaceAll("DIR", dir.path) : text);
  return dir;
}

for (const row of ROWS) {
  test.skipIf(row.rootOnly === true && process.getuid?.() !== 0)(`tssync answers ${row.input}`, async () => {
    await using dir = await place(row);
    const { code = 78, args = ["-ro", "confxml.xml"], answer } = row;
    const ending = await runTssync([...args, "--state-dir", "state"], { cwd: dir.path });
    expect({ ...ending, stderr: ending.stderr.replaceAll(dir.path, "DIR") }).toEqual({
      code,
      signal: null,
      stdout: "",
      stderr: answer.map((line) => `tssync: ${line}\n`).join(""),
    });
    expect(fs.existsSync(dir.at("state"))).toBe(false);
    expect(fs.readdirSync(dir.at("target"))).toEqual([]);
  });
}

test("tssync check says the same of a configuration as a start, and of a good one what follows from it", async () => {
  const row = ROWS.find(({ input }) => input === "several problems")!;
  await using dir = await place(row);
  const checked = await runTssync(["check", "-o", "confxml.xml"], { cwd: dir.path });
  expect(checked.code).toBe(78);
  for (const line of row.answer) expect(checked.stderr + checked.stdout).toContain(line);
  await using good = await place({ input: "", answer: [] });
  const passed = await runTssync(["check", "-o", "confxml.xml"], { cwd: good.path });
  expect(passed.code).toBe(0);
  expect(passed.stdout + passed.stderr).toContain("files that are newer on the remote stay different there");
});

const DATABASES = [
  ["is none", (path: string) => fs.writeFileSync(path, "no database at all"), /it is no SQLite database, or damaged/],
  ["is damaged", damage, /it is damaged|it is no SQLite database/],
  ["is from a newer version", makeNewer, /it is from a newer tssync \(format 999, this one knows \d+\)/],
] as const;

for (const [what, spoil, words] of DATABASES) {
  test(`tssync refuses a database that ${what}, and changes nothing in it`, async () => {
    await using dir = await place({ input: "", answer: [] });
    const args = ["-ro", "confxml.xml", "--state-dir", dir.at("state")];
    {
      await using first = startTssync(args, { cwd: dir.path });
      await first.waitForLine(/ready: API on/);
      await first.stop();
    }
    const database = dir.at("state", "tssync.db");
    spoil(database);
    const before = fs.readFileSync(database);
    const { code, stdout, stderr } = await runTssync(args, { cwd: dir.path });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`tssync: Cannot use the state directory ${dir.at("state")}: tssync.db cannot be opened: `);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(fs.readFileSync(database).equals(before)).toBe(true);
  });
}

function damage(path: string): void {
  const file = fs.openSync(path, "r+");
  fs.writeSync(file, Buffer.alloc(8_000, 0xa5), 0, 8_000, 4_200);
  fs.closeSync(file);
}

function makeNewer(path: string): void {
  // `PRAGMA user_version` is a number in the header of the file.
  const file = fs.openSync(path, "r+");
  fs.writeSync(file, Buffer.from([0, 0, 999 >> 8, 999 & 255]), 0, 4, 60);
  fs.closeSync(file);
}
