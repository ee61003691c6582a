import { expect, test } from "bun:test";
import * as fs from "node:fs";
import { type EventPrinter, startPrinter, STATS } from "../support/event_printer.ts";
import { tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

/** Nothing that the other program's look at the directory would add to, and nothing that comes twice in a row. */
const EVENTS = ["-e", "create,close_write,attrib,move,delete,delete_self,move_self"];

const TABLE: readonly (readonly string[])[] = [
  [],
  ["-r"],
  ["-r", "-z"],
  ["-r", "-a", "create"],
  ["-r", "-d", "moved_to"],
  ["-r", "--ascending", "total", "--zero"],
  ["-r", "--exclude", "sub/"],
];

async function steps(at: (name: string) => string, printers: readonly EventPrinter[], isFollowed: boolean) {
  for (let number = 0; number < 3; number++) fs.writeFileSync(at(`file${number}`), "x");
  fs.writeFileSync(at("sub/a"), "x");
  fs.writeFileSync(at("sub/b"), "x");
  fs.chmodSync(at("sub/a"), 0o600);
  const before = printers.map((printer) => printer.watches());
  fs.mkdirSync(at("new"));
  if (isFollowed) {
    await waitUntil(
      "the new directory to be watched",
      () => printers.every((printer, index) => printer.watches() === before[index]! + 1),
    );
  }
  fs.writeFileSync(at("new/a"), "x");
  fs.renameSync(at("new/a"), at("new/b"));
  fs.renameSync(at("new"), at("renamed"));
  fs.unlinkSync(at("file1"));
}

for (const args of TABLE) {
  test(`tssync watch --stats ${args.join(" ")} prints what inotifywatch counts`, async () => {
    await using dir = await tempDir();
    fs.mkdirSync(dir.at("watched", "sub"), { recursive: true });
    const all = [...args, ...EVENTS, "watched"];
    await using theirs = startPrinter(STATS[0], all, dir.path);
    await using ours = startPrinter(STATS[1], all, dir.path);
    await Promise.all([theirs.ready(), ours.ready()]);
    await steps((name) => dir.at("watched", name), [theirs, ours], args.includes("-r"));
    // What both print on USR1 shows that they have read everything: the last event is the only delete.
    await waitUntil("both to have counted the end", () => {
      const behind = [theirs, ours].filter((printer) => !hasDelete(printer.stdout));
      for (const printer of behind) printer.kill("SIGUSR1");
      return behind.length === 0;
    });
    for (const printer of [theirs, ours]) printer.kill("SIGINT");
    expect([await theirs.ended, await ours.ended]).toEqual([0, 0]);
    const tables = [theirs, ours].map(({ stdout }) => stdout.slice(stdout.lastIndexOf("total  ")));
    expect(tables[1]).toBe(tables[0]);
    expect(tables[1]).toContain("watched/");
    // Asked before the first event was read, one of them says so.
    const [mine, model] = [ours, theirs].map(({ stderr }) => stderr.replaceAll("No events occurred.\n", ""));
    expect(mine).toBe(model);
  });
}

function hasDelete(tables: string): boolean {
  const rows = tables.trimEnd().split("\n").map((line) => line.trim().split(/\s+/));
  const column = rows.findLast((row) => row.includes("delete"))?.indexOf("delete") ?? -1;
  return rows.some((row) => row[column] === "1");
}

test("tssync watch --stats -t ends by itself, and says when nothing happened, as inotifywatch", async () => {
  for (const program of STATS) {
    await using dir = await tempDir();
    await using printer = startPrinter(program, ["-t", "1", "-v", "-r", "."], dir.path);
    expect(await printer.ended).toBe(0);
    expect(printer.stdout).toBe("");
    expect(printer.stderr).toBe(
      "Establishing watches...\nSetting up watch(es) on .\nOK, . is now being watched.\nTotal of 1 watches.\n" +
        "Finished establishing watches, now collecting statistics.\nWill listen for events for 1 seconds.\n" +
        "No events occurred.\n",
    );
  }
});

const REFUSALS: readonly (readonly string[])[] = [
  [],
  ["nothing"],
  ["-a", "close", "."],
  ["-a", "made_up", "."],
  ["-a", "total", "-d", "total", "."],
  ["-e", "create", "-d", "delete", "."],
  ["-t", "1h", "."],
];

for (const args of REFUSALS) {
  test(`tssync watch --stats ${args.join(" ")} is refused in inotifywatch's words`, async () => {
    await using dir = await tempDir();
    const ends = await Promise.all(STATS.map(async (program) => {
      await using printer = startPrinter(program, args, dir.path);
      return { code: await printer.ended, stdout: printer.stdout, stderr: printer.stderr };
    }));
    expect(ends[0]!.code).toBe(1);
    expect(ends[1]).toEqual(ends[0]);
  });
}
