import { expect, test } from "bun:test";
import { memoryHold } from "../../support/memory/memory_control.ts";
import { memoryDaemon } from "./memory_daemon.ts";

async function withHolds() {
  const daemon = await memoryDaemon();
  daemon.control.holds = [
    memoryHold("h2", { examples: ["a\nb", "\xff"], count: 2, origin: "changes" }),
    memoryHold("h1"),
    memoryHold("h0", { state: "rejected", decidedAtMs: Date.UTC(2026, 10, 20, 10), examples: ["never shown"] }),
  ];
  return daemon;
}

test("tssync holds says when there are none", async () => {
  await using daemon = await memoryDaemon();
  expect(await daemon.ask("holds")).toEqual({ exitCode: 0, out: "no holds\n", err: "" });
});

test("tssync holds lists them with what waits and how to decide", async () => {
  await using daemon = await withHolds();
  const { exitCode, out } = await daemon.ask("holds");
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^ID +ROOT +REMOTE +DELETES +FOUND BY +SINCE +STATE$/m);
  expect(out).toMatch(/^h1 +www +172\.16\.1\.41::www +300 +a full sync +2026-11-20T09:00:00\.000Z +waiting$/m);
  expect(out).toMatch(/^h0 .* rejected$/m);
  expect(out).toContain(
    "\nh2 would delete on 172.16.1.41::www:\n  a\\nb\n  \ufffd\n  To let it: tssync holds --approve h2\n",
  );
  expect(out).toContain("  old/a\n  and 299 more\n");
  expect(out).not.toContain("never shown");
});

test("tssync holds --json prints what the API says, all pages of it", async () => {
  await using daemon = await memoryDaemon();
  daemon.control.holds = Array.from({ length: 1_001 }, (_, index) => memoryHold(`h${index}`, { examples: ["\xff"] }));
  const { items } = JSON.parse((await daemon.ask("holds", "--json")).out);
  expect(items.length).toBe(1_001);
  expect(items[1_000]).toMatchObject({ id: "h1000", examples: [{ path: "\ufffd", pathBase64: "/w==" }] });
});

for (
  const [option, state, text] of [
    ["--approve", "approved", "hold h1 is approved: 300 deletes will be made on 172.16.1.41::www\n"],
    ["--reject", "rejected", "hold h1 is rejected: 300 deletes will not be made on 172.16.1.41::www\n"],
  ] as const
) {
  test(`tssync holds ${option} decides one`, async () => {
    await using daemon = await withHolds();
    expect(await daemon.ask("holds", option, "h1")).toEqual({ exitCode: 0, out: text, err: "" });
    expect(daemon.control.holds.map((hold) => hold.state)).toEqual(["waiting", state, "rejected"]);
    const json = await daemon.ask("holds", option, "h2", "--json");
    expect(JSON.parse(json.out)).toMatchObject({ id: "h2", state });
  });

  test(`tssync holds ${option} of a decided one ends with 1, of an unknown one with 4`, async () => {
    await using daemon = await withHolds();
    const decided = await daemon.ask("holds", option, "h0", "--json");
    expect(decided.exitCode).toBe(1);
    expect(JSON.parse(decided.out).error.code).toBe("HOLD_DECIDED");
    expect((await daemon.ask("holds", option, "h9")).exitCode).toBe(4);
  });
}

for (const args of [["--approve"], ["--approve", "h1", "--reject", "h1"], ["h1"], ["--aprove", "h1"]]) {
  test(`tssync holds ${args.join(" ")} ends with 2 and decides nothing`, async () => {
    await using daemon = await withHolds();
    expect((await daemon.ask("holds", ...args)).exitCode).toBe(2);
    expect(daemon.control.holds.map((hold) => hold.state)).toEqual(["waiting", "waiting", "rejected"]);
  });
}
