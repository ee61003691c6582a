import { expect, test } from "bun:test";
import { memoryRemote, memoryRoot } from "../../support/memory/memory_control.ts";
import { memoryDaemon } from "./memory_daemon.ts";

const REMOTE = "rsync://bob@h/m/ö";

async function twoRoots() {
  const daemon = await memoryDaemon();
  daemon.control.roots = [
    memoryRoot("www", [memoryRemote(REMOTE, { address: "rsync://bob@h:873/m/ö" }), memoryRemote("other::m")]),
    memoryRoot("it's logs", [memoryRemote("other::logs")]),
  ];
  return daemon;
}

test("tssync pause pauses every root, and resume lets them go on", async () => {
  await using daemon = await twoRoots();
  expect(await daemon.ask("pause", "--reason", "new\ndisks")).toEqual({
    exitCode: 0,
    err: "",
    out: "www: paused: new\\ndisks\nit's logs: paused: new\\ndisks\n",
  });
  expect(await daemon.ask("resume", "--json")).toMatchObject({ exitCode: 0, err: "" });
  expect(daemon.control.roots.map((root) => root.state)).toEqual(["watching", "watching"]);
  expect(daemon.control.resumed).toEqual([{ root: "www", reason: "by socket" }, {
    root: "it's logs",
    reason: "by socket",
  }]);
});

test("tssync pause ROOT pauses that one", async () => {
  await using daemon = await twoRoots();
  const { exitCode, out } = await daemon.ask("pause", "it's logs", "--json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ id: "it's logs", state: "paused", reason: "by socket" });
  expect(daemon.control.roots[0]?.state).toBe("watching");
});

for (const named of [REMOTE, "rsync://bob@h:873/m/ö"]) {
  test(`tssync pause ROOT REMOTE takes the remote by id and address, here ${named}`, async () => {
    await using daemon = await twoRoots();
    expect(await daemon.ask("pause", "www", named)).toEqual({
      exitCode: 0,
      err: "",
      out: `${REMOTE}: paused: by socket\n`,
    });
    expect(daemon.control.roots[0]?.remotes.map(({ state }) => state)).toEqual(["paused", "ok"]);
    expect((await daemon.ask("resume", "www", named)).out).toBe(`${REMOTE}: ok\n`);
  });
}

for (
  const [args, exitCode, message] of [
    [["pause", "wwww"], 4, 'Did you mean "www"?'],
    [["pause", "www", "other::n"], 4, 'Did you mean "other::m"?'],
    [["resume", "nothing"], 4, "There are: www, it's logs"],
    [["pause", ""], 2, "tssync status shows them"],
    [["pause", "www", "x", "y"], 2, "tssync pause takes 2 at most"],
    [["pause", "--raeson", "x"], 2, "Did you mean --reason?"],
    [["puase"], 2, "Did you mean pause?"],
  ] as const
) {
  test(`tssync ${args.join(" ")} ends with ${exitCode} and says "${message}"`, async () => {
    await using daemon = await twoRoots();
    const ended = await daemon.ask(...args);
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.err).toContain(message);
    expect(daemon.control.roots.map((root) => root.state)).toEqual(["watching", "watching"]);
  });
}

test("tssync status says of every state that needs a person what to do", async () => {
  await using daemon = await memoryDaemon();
  daemon.control.roots = [
    memoryRoot("www", [memoryRemote("h::m")], { state: "halted", reason: "the directory is gone" }),
    memoryRoot("it's logs", [], { state: "paused", reason: "by socket" }),
    memoryRoot("c", [
      memoryRemote("h::m", { state: "held", reason: "300 deletes wait for a decision (h1)" }),
      memoryRemote("h::n o", { state: "paused", reason: "full" }),
    ]),
  ];
  const { out } = await daemon.ask("status");
  expect(out).toContain("www  /data/www  halted: the directory is gone\n");
  expect(out).toContain("\n  If the directory there now is the right one: tssync resume www\n");
  expect(out).toContain("it's logs  /data/it's logs  paused: by socket\n");
  expect(out).toContain(`To go on: tssync resume 'it'\\''s logs'\n`);
  expect(out).toContain(
    "\n  h::m: 300 deletes wait for a decision (h1)\n    Everything else is sent. To see and decide: tssync holds\n",
  );
  expect(out).toContain("\n  h::n o: full\n    Changes are remembered. To go on: tssync resume c 'h::n o'\n");
});
