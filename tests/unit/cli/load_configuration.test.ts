import { expect, test } from "bun:test";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { loadConfiguration } from "../../../src/cli/load_configuration.ts";
import { parseArguments } from "../../../src/cli/parse_arguments.ts";
import type { TssyncError } from "../../../src/core/error.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { record } from "./recorded_terminal.ts";

const load = (args: readonly string[], cwd: string) => loadConfiguration(parseArguments(args), cwd);
const problemsOf = (args: readonly string[], cwd: string) =>
  load(args, cwd).then(() => "none", (error: TssyncError) => `${error.code}\n${error.message}`);

const xml = (watch: string, more = "") =>
  `<head><sersync><localpath watch="${watch}"><remote ip="127.0.0.1" name="m"/></localpath>${more}</sersync></head>`;

async function place() {
  const dir = await tempDir();
  await mkdir(dir.at("data"));
  await writeFile(dir.at("confxml.xml"), xml("data"));
  return dir;
}

for (
  const [args, initialSync] of [
    ["", "never"],
    ["-d", "never"],
    ["-r", "always"],
    ["--initial first", "first"],
    ["serve", "first"],
    ["serve -r", "always"],
    ["serve --initial none", "never"],
    ["serve --initial none -r", "always"],
    ["check", "first"],
  ] as const
) {
  test(`loadConfiguration() of "tssync ${args}" makes the initial sync ${initialSync}`, async () => {
    await using dir = await place();
    const { configuration } = await load(args.split(" ").filter((word) => word !== ""), dir.path);
    expect(configuration.roots.map((root) => root.initialSync)).toEqual([initialSync]);
  });
}

test("loadConfiguration() reads confxml.xml of the working directory where nothing is named", async () => {
  await using dir = await place();
  const { configuration } = await load([], dir.path);
  expect(configuration.files).toEqual(["confxml.xml"]);
  expect<string>(configuration.roots[0]!.path).toBe(dir.at("data"));
});

test("loadConfiguration() says how to name a file where confxml.xml is missing", async () => {
  await using dir = await tempDir();
  const problems = await problemsOf([], dir.path);
  expect(problems).toContain("CONFIG_INVALID\nCannot read confxml.xml: there is no such file; name one with -o FILE");
});

test("loadConfiguration() needs no file with --watch and --to", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("data"));
  const { configuration } = await load(["serve", "--watch", "data", "--to", "h::m", "-n", "3"], dir.path);
  expect(configuration).toMatchObject({ files: [], threadsMax: 3, listen: { host: "127.0.0.1", port: 8008 } });
});

test("loadConfiguration() takes -n 0 for the default, as sersync does", async () => {
  await using dir = await place();
  expect((await load(["-n", "0"], dir.path)).configuration.threadsMax).toBe(10);
});

test("loadConfiguration() tells the problems of all files and of the disk at once", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("data"));
  await writeFile(dir.at("a.xml"), xml("data", '<crontab start="ture" schedule="600"/>'));
  await writeFile(dir.at("b.xml"), xml("missing").replace('name="m"', 'name="n"'));
  await mkdir(dir.at("c.xml"));
  const problems = (await problemsOf(["-o", "a.xml", "-o", "b.xml", "-o", "c.xml", "-o", "d.xml"], dir.path)).split(
    "\n",
  );
  expect(problems[1]).toContain("a.xml at line 1");
  expect(problems[2]).toContain("b.xml at line 1");
  expect(problems[3]).toBe("Cannot read c.xml: it is a directory.");
  expect(problems[4]).toBe("Cannot read d.xml: there is no such file.");
});

test("tssync check prints ok and how much there is", async () => {
  await using dir = await place();
  expect(await record(["check"], { cwd: dir.path })).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(/^(?:warning: .*\n)*ok: 1 source, 1 remote\n$/),
    err: "",
  });
});

test("tssync check prints every problem on a line of its own and ends with 78", async () => {
  await using dir = await tempDir();
  await writeFile(dir.at("confxml.xml"), xml("missing", '<crontab start="ture" schedule="600"/>'));
  const { exitCode, out, err } = await record(["check"], { cwd: dir.path });
  expect({ exitCode, err, lines: out.trimEnd().split("\n").length }).toEqual({ exitCode: 78, err: "", lines: 2 });
  const json = JSON.parse((await record(["check", "--json"], { cwd: dir.path })).out);
  expect(json).toMatchObject({
    ok: false,
    problems: [{ file: "confxml.xml", line: 1 }, { file: "confxml.xml", line: 1 }],
  });
});

test("tssync check --json prints what would be mirrored", async () => {
  await using dir = await place();
  const json = JSON.parse((await record(["check", "--json"], { cwd: dir.path })).out);
  expect(json).toMatchObject({
    ok: true,
    problems: [],
    roots: [{ id: "data", path: dir.at("data"), remotes: [expect.any(String)] }],
  });
});

test("tssync check refuses a password file that others may read", async () => {
  await using dir = await place();
  await writeFile(dir.at("secret"), "x\n");
  await chmod(dir.at("secret"), 0o644);
  const { exitCode, out } = await record(
    ["check", "--watch", "data", "--to", "u@h::m", "--password-file", "secret"],
    { cwd: dir.path },
  );
  expect(exitCode).toBe(78);
  expect(out).toContain("secret");
});

test("tssync check holds log options against what there is", async () => {
  await using dir = await place();
  const { exitCode, err } = await record(["check", "--log-level", "warn"], { cwd: dir.path });
  expect(exitCode).toBe(2);
  expect(err).toContain('--log-level "warn": expected debug, info, warning, error');
});
