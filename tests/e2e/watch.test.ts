import { expect, test } from "bun:test";
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { join } from "node:path";
import { type EventPrinter, startPrinter, WAIT } from "../support/event_printer.ts";
import { startTssync, tssyncArgv } from "../support/executable.ts";
import { canSandbox, inSandbox } from "../support/sandbox.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

/** One step on the disk, and how many watches more or fewer a program that follows directories holds afterwards. */
type Step = readonly [action: (at: (name: string) => string) => void, watches?: number];

const FILES: readonly Step[] = [
  [(at) => fs.writeFileSync(at("a"), "one")],
  [(at) => fs.appendFileSync(at("a"), "two")],
  [(at) => fs.chmodSync(at("a"), 0o600)],
  [(at) => fs.renameSync(at("a"), at("b"))],
  [(at) => fs.symlinkSync("b", at("link"))],
  [(at) => fs.linkSync(at("b"), at("hard"))],
  [(at) => fs.utimesSync(at("b"), 1, 1)],
  [(at) => fs.truncateSync(at("b"), 1)],
  [(at) => fs.readFileSync(at("b"))],
  [(at) => fs.renameSync(at("b"), at("../outside"))],
  [(at) => fs.renameSync(at("../outside"), at("back"))],
  [(at) => fs.writeFileSync(at(`with "quotes", a comma`), "")],
  [(at) => fs.writeFileSync(at(" blanks "), "")],
  [(at) => fs.writeFileSync(at("new\nline"), "")],
  [(at) => fs.writeFileSync(Buffer.from(`${at("")}\xff\xfe invalid`, "latin1"), "")],
  [(at) => fs.writeFileSync(at("图片.jpg"), "")],
  [(at) => fs.unlinkSync(at("back"))],
];

const DIRECTORIES: readonly Step[] = [
  [(at) => fs.writeFileSync(at("sub/inside"), "x")],
  [(at) => fs.mkdirSync(at("new")), 1],
  [(at) => fs.writeFileSync(at("new/file"), "x")],
  [(at) => fs.mkdirSync(at("new/deeper")), 1],
  [(at) => fs.writeFileSync(at("new/deeper/file"), "x")],
  [(at) => fs.renameSync(at("new"), at("sub/moved"))],
  [(at) => fs.writeFileSync(at("sub/moved/deeper/other"), "x")],
  [(at) => fs.mkdirSync(at("../elsewhere/tree"), { recursive: true })],
  [(at) => fs.renameSync(at("../elsewhere"), at("in")), 2],
  [(at) => fs.writeFileSync(at("in/tree/file"), "x")],
  [(at) => fs.unlinkSync(at("in/tree/file"))],
  [(at) => fs.rmdirSync(at("in/tree")), -1],
  [(at) => fs.renameSync(at("in"), at("../out")), -1],
  [(at) => fs.writeFileSync(at("last"), "x")],
  [(at) => fs.writeFileSync(at("../out/unseen"), "x")],
  [(at) => fs.rmSync(at("sub/moved/deeper"), { recursive: true }), -1],
];

/** Neither opening nor listing: each of two programs on one directory would see the other one listing it. */
const CHANGES = ["-e", "modify,attrib,close_write,move,create", "-e", "DELETE,delete_self,move_self"];

const TABLE: readonly (readonly [args: readonly string[], steps: readonly Step[]])[] = [
  [["-m"], FILES],
  [["-m", "--csv"], FILES],
  [["-m", "--format", "%w%f"], FILES],
  [["-m", "--format", "%w|%f|%;e|%e|%.e|%%|%x|%"], FILES],
  [["-m", "--format", "%f%0%e%n", "--no-newline"], FILES],
  [["-m", "--format", "%T %Te %f", "--timefmt", "%Y-%m %Z %% %j %a"], FILES],
  [["-m", "-e", "close", "-e", "open"], FILES],
  [["-m", "--event=CLOSE_WRITE,moved_to"], FILES],
  [["-m", "--exclude", "^watched/[ab]$|link"], FILES],
  [["-m", "--excludei", "BACK|[[:digit:]]"], FILES],
  [["-m", "--include", "\\.(jpg|png)$"], FILES],
  [["--monitor", "--includei", "\\.JPG$"], FILES],
  [["-m", "-r", ...CHANGES], DIRECTORIES],
  [["-m", "-r", "-c", ...CHANGES], DIRECTORIES],
  [["--mon", "--recur", ...CHANGES, "--format", "%e %w%f"], DIRECTORIES],
  [["-mr", ...CHANGES, "--exclude", "/deeper/"], DIRECTORIES],
  [["-m", ...CHANGES], DIRECTORIES],
];

/** The same event twice in a row is one for the kernel when nobody read in between. */
function withoutRepeats(output: string): string[] {
  return output.split("\n").filter((line, index, lines) => line !== lines[index - 1]);
}

async function watchedDirectory(): Promise<TempDir & { inside(name: string): string }> {
  const dir = await tempDir();
  fs.mkdirSync(dir.at("watched", "sub"), { recursive: true });
  return Object.assign(dir, { inside: (name: string) => join(dir.at("watched"), name) });
}

/** Does the steps; after each, every program has read what it brought about and follows the new directories. */
async function doSteps(steps: readonly Step[], inside: (name: string) => string, printers: readonly EventPrinter[]) {
  const follows = printers[0]!.watches() > 1;
  for (const [action, watches = 0] of steps) {
    const before = printers.map((printer) => printer.watches());
    action((name) => name === "" ? `${inside(".")}/` : inside(name));
    if (!follows || watches === 0) continue;
    await waitUntil(
      "the watches to follow the directories",
      () => printers.every((printer, index) => printer.watches() === before[index]! + watches),
    );
  }
}

for (const [args, steps] of TABLE) {
  test(`tssync watch ${args.join(" ")} prints what inotifywait prints`, async () => {
    await using dir = await watchedDirectory();
    await using theirs = startPrinter(WAIT[0], [...args, "watched"], dir.path);
    await using ours = startPrinter(WAIT[1], [...args, "watched"], dir.path);
    await Promise.all([theirs.ready(), ours.ready()]);
    await doSteps(steps, dir.inside, [theirs, ours]);
    // Passes every filter of the table.
    for (const name of ["the end.jpg", "the end/deeper"]) {
      fs.mkdirSync(join(dir.inside(name), ".."), { recursive: true });
      fs.writeFileSync(dir.inside(name), "");
    }
    await waitUntil(
      "both to print the end",
      () => theirs.stdout.includes("the end") && ours.stdout.includes("the end"),
    );
    const upToEnd = (printer: EventPrinter) =>
      withoutRepeats(printer.stdout.slice(0, printer.stdout.indexOf("the end")));
    expect(upToEnd(ours)).toEqual(upToEnd(theirs));
    expect(upToEnd(ours).length).toBeGreaterThan(1);
    expect(ours.stderr).toBe(theirs.stderr);
  });
}

test("tssync watch -m -r prints all events as inotifywait does, its own listing of new directories included", async () => {
  const outputs: string[][] = [];
  for (const program of WAIT) {
    await using dir = await watchedDirectory();
    await using printer = startPrinter(program, ["-m", "-r", "watched"], dir.path);
    await printer.ready();
    await doSteps(DIRECTORIES, dir.inside, [printer]);
    fs.writeFileSync(dir.inside("the end"), "");
    await waitUntil("the end", () => printer.stdout.includes("CLOSE_WRITE,CLOSE the end"));
    outputs.push(withoutRepeats(printer.stdout));
  }
  expect(outputs[0]!.length).toBeGreaterThan(40);
  expect(outputs[1]).toEqual(outputs[0]);
});

/** Ends by itself: what is given, what happens, the code. */
const ENDINGS: readonly (readonly [
  args: readonly string[],
  action: ((at: (name: string) => string) => void) | null,
  code: number,
])[] = [
  [["watched"], (at) => fs.writeFileSync(at("a"), ""), 0],
  [["-e", "delete", "watched"], (at) => fs.rmdirSync(at("sub")), 0],
  [["-r", "watched"], (at) => fs.writeFileSync(at("sub/a"), ""), 0],
  [["-qq", "watched"], (at) => fs.writeFileSync(at("a"), ""), 0],
  [["-e", "modify", "watched/sub"], (at) => fs.rmdirSync(at("sub")), 1],
  [["watched/sub"], (at) => fs.rmdirSync(at("sub")), 0],
  [["-e", "delete_self", "watched/sub"], (at) => fs.rmdirSync(at("sub")), 0],
  [["-q", "-t", "1", "watched"], null, 2],
  [["-m", "-q", "-t", "1", "--exclude", "x", "watched"], null, 2],
  [["-r", "@watched/sub", "watched"], (at) => fs.writeFileSync(at("a"), ""), 0],
  [["watched/sub", "watched"], (at) => fs.writeFileSync(at("sub/a"), ""), 0],
];

for (const [args, action, code] of ENDINGS) {
  test(`tssync watch ${args.join(" ")} ends with ${code}, as inotifywait`, async () => {
    for (const program of WAIT) {
      await using dir = await watchedDirectory();
      await using printer = startPrinter(program, args, dir.path);
      if (action !== null) {
        await waitUntil(
          "a watch",
          () => printer.watches() >= (args.filter((name) => name.startsWith("watched")).length),
        );
        if (!args.includes("-qq")) await printer.ready();
        action(dir.inside);
      }
      expect({ program: program[0], code: await printer.ended }).toEqual({ program: program[0], code });
    }
  });
}

/** Refused before anything is watched. */
const REFUSALS: readonly (readonly string[])[] = [
  [],
  ["nothing"],
  ["-r", "nothing"],
  ["-e", "made_up", "watched"],
  ["-t", "soon", "watched"],
  ["-t", "", "watched"],
  ["-c", "--format", "%f", "watched"],
  ["--no-newline", "watched"],
  ["--timefmt", "%s", "watched"],
  ["--format", "%T", "watched"],
  ["--format", "", "--no-newline", "watched"],
  ["-d", "watched"],
  ["--exclude", "a", "--excludei", "b", "watched"],
  ["--include", "a", "--includei", "b", "watched"],
  ["--include", "a", "--exclude", "b", "watched"],
  ["--exclude", "(", "watched"],
  ["--include", "[z-a]", "watched"],
  ["--fromfile", "nothing"],
  ["-o", "no/such/directory", "watched"],
  ["--fromfile", "a", "--fromfile", "b"],
];

for (const args of REFUSALS) {
  test(`tssync watch ${args.join(" ")} is refused in inotifywait's words`, async () => {
    await using dir = await watchedDirectory();
    const ends = await Promise.all(WAIT.map(async (program) => {
      await using printer = startPrinter(program, args, dir.path);
      return { code: await printer.ended, stdout: printer.stdout, stderr: printer.stderr };
    }));
    expect(ends[0]!.code).toBe(1);
    expect(ends[1]).toEqual(ends[0]);
  });
}

test("tssync watch with an unknown option ends with 1 and says what was probably meant", async () => {
  await using running = startTssync(["watch", "--montior", "/tmp"]);
  const { code, stderr } = await running.ended;
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("Did you mean --monitor?") });
});

test("tssync watch --fromfile takes what is in the file and leaves out what stands behind @, as inotifywait", async () => {
  await using dir = await watchedDirectory();
  fs.mkdirSync(dir.inside("left out"));
  fs.writeFileSync(dir.at("list"), "watched\n\n@watched/left out/\n@\n");
  const args = ["-m", "-r", ...CHANGES, "--fromfile", "list"];
  await using theirs = startPrinter(WAIT[0], args, dir.path);
  await using ours = startPrinter(WAIT[1], args, dir.path);
  await Promise.all([theirs.ready(), ours.ready()]);
  fs.writeFileSync(dir.inside("left out/a"), "");
  fs.writeFileSync(dir.inside("sub/b"), "");
  const seen = (printer: EventPrinter) => printer.stdout.includes("CLOSE_WRITE,CLOSE b");
  await waitUntil("both to print b", () => seen(theirs) && seen(ours));
  expect(withoutRepeats(ours.stdout)).toEqual(withoutRepeats(theirs.stdout));
  expect(ours.stdout).not.toContain("left out");
});

test("tssync watch shows links to directories and files by the names that were given, as inotifywait", async () => {
  for (const args of [["-m"], ["-m", "-r"], ["-m", "-P"]]) {
    await using dir = await watchedDirectory();
    fs.symlinkSync("watched", dir.at("link"));
    fs.writeFileSync(dir.at("file"), "");
    const all = [...args, ...CHANGES, "link", "file", "./watched/sub/"];
    await using theirs = startPrinter(WAIT[0], all, dir.path);
    await using ours = startPrinter(WAIT[1], all, dir.path);
    await Promise.all([theirs.ready(), ours.ready()]);
    fs.writeFileSync(dir.inside("a"), "");
    fs.writeFileSync(dir.at("file"), "x");
    fs.writeFileSync(dir.inside("sub/end"), "");
    const seen = (printer: EventPrinter) => printer.stdout.includes("CLOSE_WRITE,CLOSE end");
    await waitUntil("both to print the end", () => seen(theirs) && seen(ours));
    expect(withoutRepeats(ours.stdout)).toEqual(withoutRepeats(theirs.stdout));
  }
});

test("tssync watch -d writes to its file in the background", async () => {
  await using dir = await watchedDirectory();
  await using starter = startPrinter(WAIT[1], ["-d", "-r", "-o", "events.log", "watched"], dir.path);
  expect(await starter.ended).toBe(0);
  const pid = await waitUntil("the background process", () => backgroundPid(dir.path));
  try {
    const text = await waitUntil("an event in the file", () => {
      fs.writeFileSync(dir.inside("sub/a"), "");
      const written = fs.readFileSync(dir.at("events.log"), "utf8");
      return written.includes("watched/sub/ CREATE a\n") || written.includes("CLOSE_WRITE,CLOSE a\n") ? written : null;
    });
    expect(text).toContain("watched/sub/ ");
  } finally {
    process.kill(pid, "SIGKILL");
  }
});

function backgroundPid(cwd: string): number | null {
  for (const name of fs.readdirSync("/proc")) {
    try {
      if (!/^\d+$/.test(name) || fs.readlinkSync(`/proc/${name}/cwd`) !== cwd) continue;
      if (fs.readFileSync(`/proc/${name}/cmdline`, "latin1").includes("events.log")) return Number(name);
    } catch {
      // Ended meanwhile.
    }
  }
  return null;
}

test("tssync watch --json prints one object a line, with the bytes of names that are no text", async () => {
  await using dir = await watchedDirectory();
  await using printer = startPrinter(WAIT[1], ["-m", "--json", "-e", "create", "watched"], dir.path);
  await printer.ready();
  fs.writeFileSync(Buffer.concat([Buffer.from(`${dir.inside("x")}`), Buffer.from([0xff])]), "");
  const line = await waitUntil("a line", () => printer.stdout.split("\n").at(-2) ?? null);
  const event = JSON.parse(Buffer.from(line, "latin1").toString("utf8")) as Record<string, unknown>;
  expect(event).toEqual({
    path: "watched/x\ufffd",
    pathBase64: Buffer.from("watched/x\xff", "latin1").toString("base64"),
    watched: "watched/",
    name: "x\ufffd",
    events: ["CREATE"],
    cookie: 0,
  });
});

test("tssync watch ends when nobody reads its output any more", async () => {
  await using dir = await watchedDirectory();
  await using printer = startTssync(["watch", "-m", dir.at("watched")]);
  await printer.waitForLine(/Watches established/);
  printer.child.stdout!.destroy();
  let hasEnded = false;
  void printer.ended.then(() => hasEnded = true);
  await waitUntil("its end", () => {
    fs.writeFileSync(dir.inside("a"), "");
    return hasEnded || printer.child.exitCode !== null;
  });
  expect(printer.child.exitCode).toBe(1);
});

/** Stands in for the system's log: prints what is sent to it, one message a line, until it has seen a second one. */
const SYSTEM_LOG = `
import os, socket
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind('/dev/log')
print('ready', flush=True)
for count in range(2):
    print(log.recv(4096).decode(), flush=True)
`;

test.skipIf(!await canSandbox())(
  "tssync watch -s sends its messages to the system's log under inotifywait's name",
  async () => {
    const { status, output } = await inSandbox(
      "python3 /sandbox/log.py >/sandbox/seen &\n" +
        "until grep -q ready /sandbox/seen; do sleep 0.1; done\n" +
        "tssync watch -s -t 1 /data 2>/sandbox/stderr || test $? = 2\nwait %1\ncat /sandbox/seen\ntest ! -s /sandbox/stderr",
      { "log.py": SYSTEM_LOG },
    );
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining("inotifywait[") });
    // Facility daemon, priority info: 3 * 8 + 6.
    expect(output).toMatch(/^<30>.*inotifywait\[\d+\]: Setting up watches\.$/m);
    expect(output).toMatch(/^<30>.*inotifywait\[\d+\]: Watches established\.$/m);
  },
);

test("tssync watch under Deno prints what it prints under Bun", async () => {
  await using dir = await watchedDirectory();
  const args = [
    "-m",
    "-r",
    ...CHANGES,
    "--format",
    "%T %w%f %e",
    "--timefmt",
    "%Y",
    "--exclude",
    "[[:digit:]]$",
    "watched",
  ];
  await using bun = startPrinter(WAIT[1], args, dir.path);
  await using deno = startPrinter([...tssyncArgv("deno"), "watch"], args, dir.path);
  await Promise.all([bun.ready(), deno.ready()]);
  await doSteps(DIRECTORIES, dir.inside, [bun, deno]);
  fs.writeFileSync(dir.inside("the end"), "");
  await waitUntil("both to print the end", () => [bun, deno].every(({ stdout }) => /the end CLOSE/.test(stdout)));
  expect(withoutRepeats(deno.stdout)).toEqual(withoutRepeats(bun.stdout));
});
