import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../../api/app.ts";
import { listen } from "../../../api/listener.ts";
import type { Listener } from "../../../api/listener.ts";
import { tokenRecord, Tokens } from "../../../api/tokens.ts";
import { TssyncError } from "../../../src/core/error.ts";
import { MemoryMetrics } from "../../support/memory/memory_metrics.ts";
import { MemoryControl, memoryFailure, memoryRemote, memoryRoot } from "../../support/memory/memory_control.ts";
import { record } from "./recorded_terminal.ts";

let directory: string;
let listeners: Listener[];
let control: MemoryControl;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tssync-client-"));
  const meta = new Map<string, string>();
  const kept = {
    meta: {
      readMeta: (key: string) => meta.get(key) ?? null,
      writeMeta: (key: string, value: string) => void meta.set(key, value),
    },
    wallMs: Date.now,
    log: { write: () => {} },
  };
  const given = [tokenRecord("good-token", "a", "admin"), tokenRecord("weak-token", "s", "status")];
  const options = {
    ...kept,
    metrics: new MemoryMetrics(),
    watchesLimit: () => null,
    build: { version: "1", commit: "c", runtime: "r" },
    tokens: new Tokens({ ...kept, given }),
    hosts: [],
  };
  // A new daemon for each test behind the same listeners.
  const handler: Parameters<typeof listen>[1] = (request, connection) =>
    createApp(control, options).fetch(request, connection);
  listeners = [
    await listen({ transport: "unix", path: join(directory, "tssync.sock") }, handler),
    await listen({ transport: "tcp", host: "127.0.0.1", port: 0 }, handler),
  ];
});

afterAll(async () => {
  await Promise.all(listeners.map((listener) => listener.stop()));
  rmSync(directory, { recursive: true, force: true });
});

beforeEach(() => {
  control = new MemoryControl();
});

afterEach(() => rmSync(join(directory, "token"), { force: true }));

const ask = (...args: string[]) => record([...args, "--state-dir", directory]);
const tcp = () => listeners[1]!.address;

test("tssync status shows a table with states, reasons and ages", async () => {
  control.roots = [memoryRoot("www", [
    memoryRemote("h::m"),
    memoryRemote("down::m", {
      state: "retrying",
      reason: "connection refused",
      pending: 7,
      oldestPendingAtMs: control.nowMs - 90_000,
    }),
  ], { state: "degraded", reason: "watch limit reached" })];
  const { exitCode, out, err } = await ask("status");
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toContain("www  /data/www  degraded: watch limit reached\n");
  expect(out).toMatch(/^ {2}REMOTE +STATE +WAITING +OLDEST +IN FLIGHT +FAILED +LAST SYNCED$/m);
  expect(out).toMatch(/^ {2}h::m +ok +0 +- +0 +0 +never$/m);
  expect(out).toMatch(/^ {2}down::m +retrying +7 +90 s +0 +0 +never$/m);
  expect(out).toContain("  down::m: connection refused\n");
});

test("tssync status --check ends with 7 when somebody has to look, and only then", async () => {
  const check = async (...remotes: Parameters<typeof memoryRoot>[1]) => {
    control.roots = [memoryRoot("www", remotes)];
    return (await ask("status", "--check")).exitCode;
  };
  expect(await check(memoryRemote("h::m"), memoryRemote("h::n", { state: "syncing", pending: 3 }))).toBe(0);
  expect(await check(memoryRemote("h::m"), memoryRemote("h::n", { state: "retrying" }))).toBe(7);
  expect(await check(memoryRemote("h::m", { failures: 1 }))).toBe(7);
  control.roots = [memoryRoot("www", [memoryRemote("h::m")], { state: "degraded" })];
  expect((await ask("status", "--check")).exitCode).toBe(7);
  expect((await ask("status")).exitCode).toBe(0);
});

test("tssync status --json prints what the API says", async () => {
  const { out } = await ask("status", "--json");
  expect(JSON.parse(out)).toMatchObject({
    node: "web01",
    roots: [{ id: "www", remotes: [{ id: "172.16.1.41::www" }] }],
  });
});

test("tssync resync starts one and says so", async () => {
  const { exitCode, out } = await ask("resync");
  expect({ exitCode, out }).toEqual({ exitCode: 0, out: "resync r1: running\n  tssync status shows how it goes\n" });
  expect(control.resyncs[0]?.request).toEqual({});
});

test("tssync resync hands on what it was told", async () => {
  await ask("resync", "--root", "www", "--remote", "172.16.1.41::www", "--no-delete", "--checksum", "site/a", "b");
  expect<unknown>(control.resyncs[0]?.request).toEqual({
    roots: ["www"],
    remotes: ["172.16.1.41::www"],
    paths: ["site/a", "b"],
    delete: false,
    checksum: true,
  });
});

test("tssync resync --wait waits for the end and tells what each remote got", async () => {
  const running = ask("resync", "--wait");
  while (control.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  control.finishResync("r1", {
    perRemote: [{
      remote: "h::m",
      root: "www",
      exitCode: 0,
      files: 2,
      bytes: 1_500,
      deletes: 1,
      seconds: 0.5,
      error: null,
    }],
  });
  expect(await running).toEqual({
    exitCode: 0,
    err: "",
    out: "resync r1: succeeded\n  www -> h::m: 2 files, 1.5 kB, 1 delete in 0.5 s\n",
  });
});

test("tssync resync --wait ends with 1 when it failed", async () => {
  const running = ask("resync", "--wait", "--json");
  while (control.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  control.finishResync("r1", { state: "failed" });
  const { exitCode, out } = await running;
  expect(exitCode).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ id: "r1", state: "failed" });
});

test("tssync resync --wait ends with 1 when its deletes wait for a decision", async () => {
  const running = ask("resync", "--wait");
  while (control.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  control.finishResync("r1", { state: "held", finishedAtMs: null });
  const { exitCode, out } = await running;
  expect(exitCode).toBe(1);
  expect(out).toContain("resync r1: held\nheld: it would delete more than anybody can have meant");
});

test("tssync resync --timeout says which remote it waits for, and ends with 6 while the resync goes on", async () => {
  const reason = "cannot be reached: Connection refused";
  control.roots = [memoryRoot("www", [memoryRemote("one", { state: "retrying", reason }), memoryRemote("two")])];
  const { exitCode, out, err } = await ask("resync", "--timeout", "50ms");
  expect({ exitCode, out }).toEqual({ exitCode: 6, out: "" });
  expect(err).toBe(
    `tssync: waiting for one: ${reason}\ntssync: The resync r1 has not ended within 0.05 s and goes on; it waits for one. ` +
      "tssync status shows how it goes\n",
  );
  control.roots = [memoryRoot("www", [memoryRemote("one")], { state: "paused" })];
  expect((await ask("resync", "--timeout", "50ms")).err).toContain("tssync: waiting for one: it is paused\n");
  const refused = await ask("resync", "--timeout", "soon");
  expect({ exitCode: refused.exitCode, err: refused.err }).toMatchObject({ exitCode: 2 });
  expect(refused.err).toContain('--timeout "soon": expected a duration such as 30s, 10m or 1h');
});

test("tssync resync --dry-run waits and lists what differs", async () => {
  const running = ask("resync", "--dry-run");
  while (control.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  control.finishResync("r1", { differences: [{ root: "www", remote: "h::m", path: "a\nb", change: "send" }] });
  expect((await running).out).toContain("send h::m a\\nb\n");
});

test("tssync resync of a running scope ends with 1 and names the running one", async () => {
  control.startResync({}, "cron");
  const { exitCode, err } = await ask("resync");
  expect(exitCode).toBe(1);
  expect(err).toBe("tssync: The resync r1 of the same scope is running\n");
});

test("tssync resync --wait joins the running one", async () => {
  control.startResync({}, "cron");
  const running = ask("resync", "--wait");
  while (control.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  control.finishResync("r1");
  const { exitCode, out, err } = await running;
  expect(exitCode).toBe(0);
  expect(out).toContain("resync r1: succeeded");
  expect(err).toContain("waiting for that one");
});

test("tssync resync of an unknown root ends with 4", async () => {
  const { exitCode, err } = await ask("resync", "--root", "nope");
  expect({ exitCode, err }).toEqual({ exitCode: 4, err: "tssync: There is no root nope\n" });
});

test("tssync failures lists them, all pages of them", async () => {
  expect((await ask("failures")).out).toBe("no failures\n");
  control.failures = Array.from({ length: 2_001 }, (_, index) => memoryFailure(index + 1, `f${index}`));
  const lines = (await ask("failures")).out.trimEnd().split("\n");
  expect(lines.length).toBe(2_002);
  expect(lines[1]).toMatch(
    /^1 +172\.16\.1\.41::www +send +3 +2026-11-20T09:10:00\.000Z +www\/f0 +Permission denied \(13\)$/,
  );
});

test("tssync failures hands its filters on", async () => {
  control.failures = [
    memoryFailure(1, "a"),
    memoryFailure(2, "b", { remote: "other::m", lastAtMs: Date.UTC(2027, 0) }),
  ];
  const filters = ["--root", "www", "--remote", "other::m", "--since", "2026-12-01T00:00:00+01:00"];
  const { items } = JSON.parse((await ask("failures", "--json", ...filters)).out);
  expect(items.map((item: { id: number }) => item.id)).toEqual([2]);
  expect((await ask("failures", "--since", "monday")).exitCode).toBe(2);
});

test("tssync failures --script prints the fail log's form byte for byte", async () => {
  control.failures = [memoryFailure(1, "a\xff")];
  expect((await ask("failures", "--script")).out).toBe("#errno 23\nrsync 'a\xff'\n\n");
});

test("tssync failures --retry retries all or one", async () => {
  control.failures = [memoryFailure(1, "a"), memoryFailure(2, "b")];
  expect((await ask("failures", "--retry")).out).toBe("2 paths will be tried again now\n");
  expect((await ask("failures", "--retry", "2")).out).toBe("1 path will be tried again now\n");
  expect((await ask("failures", "--retry", "9")).exitCode).toBe(4);
  expect(control.retries).toEqual([undefined, 2]);
});

test("tssync failures with an ID but without --retry ends with 2", async () => {
  const { exitCode, err } = await ask("failures", "2");
  expect(exitCode).toBe(2);
  expect(err).toContain("an ID goes with --retry only");
});

test("tssync flush ends silently with 0 once everything is there", async () => {
  expect(await ask("flush", "--root", "www", "--scope", "seen", "--timeout", "5s")).toEqual({
    exitCode: 0,
    out: "",
    err: "",
  });
  expect(control.flushes).toEqual([{ roots: ["www"], scope: "seen", timeoutMs: 5_000 }]);
});

test("tssync flush that times out ends with 6 and says what is missing", async () => {
  control.flushError = new TssyncError("FLUSH_TIMEOUT", "Not everything was mirrored within 1 s", {
    remotes: ["h::m"],
    paths: ["a"],
  });
  const { exitCode, err, out } = await ask("flush", "--timeout", "1s", "--json");
  expect(exitCode).toBe(6);
  expect(err).toBe("tssync: Not everything was mirrored within 1 s\n");
  expect(JSON.parse(out)).toEqual({
    error: {
      code: "FLUSH_TIMEOUT",
      message: "Not everything was mirrored within 1 s",
      remotes: ["h::m"],
      paths: ["a"],
    },
  });
});

test("a client command without a daemon ends with 3 and says how to start one", async () => {
  const { exitCode, err } = await record(["status", "--state-dir", join(directory, "empty")]);
  expect(exitCode).toBe(3);
  expect(err).toContain("Cannot reach the daemon at");
  expect(err).toContain("tssync serve");
});

test("a client command whose daemon was killed ends with 3", async () => {
  const server = createServer();
  const path = join(directory, "gone.sock");
  await new Promise<void>((resolve) => server.listen(path, resolve));
  await new Promise<unknown>((resolve) => server.close(resolve));
  writeFileSync(path, "");
  expect((await record(["status", "--api", path])).exitCode).toBe(3);
});

test("a client command at an address where something else answers ends with 3", async () => {
  const other = await listen({ transport: "tcp", host: "127.0.0.1", port: 0 }, () => new Response("<html>"));
  const { exitCode, err } = await record(["status", "--api", other.address]);
  expect(exitCode).toBe(3);
  expect(err).toContain("what answers there is not tssync");
  await other.stop();
});

test("a client command takes a socket, HOST:PORT or a URL as --api", async () => {
  const env = { TSSYNC_TOKEN: "good-token" };
  for (
    const api of [
      join(directory, "tssync.sock"),
      `unix:${directory}/tssync.sock`,
      tcp(),
      `http://${tcp()}`,
      `http://${tcp()}/`,
    ]
  ) {
    expect({ api, ...await record(["status", "--json", "--api", api], { env }) }).toMatchObject({
      api,
      exitCode: 0,
      err: "",
    });
  }
  for (const api of ["ftp://x", "http://", "https://[x"]) {
    expect((await record(["status", "--api", api], { env })).exitCode).toBe(2);
  }
});

test("a client command without or with a wrong token ends with 5, also when its scope is too weak", async () => {
  expect((await record(["status", "--api", tcp()])).exitCode).toBe(5);
  expect((await record(["status", "--api", tcp()], { env: { TSSYNC_TOKEN: "wrong" } })).exitCode).toBe(5);
  const weak = await record(["resync", "--api", tcp()], { env: { TSSYNC_TOKEN: "weak-token" } });
  expect(weak.exitCode).toBe(5);
  expect(weak.err).toContain("needs the scope resync");
});

test("a client command never sends the token of the state directory to a URL by itself", async () => {
  writeFileSync(join(directory, "token"), "good-token\n");
  expect((await record(["status", "--api", tcp(), "--state-dir", directory])).exitCode).toBe(5);
  expect((await record(["status", "--api", tcp(), "--token-file", join(directory, "token")])).exitCode).toBe(0);
});

test("a client command with a token file that cannot be read ends with 2, and never prints a token", async () => {
  expect((await record(["status", "--token-file", "/nowhere/token"])).exitCode).toBe(2);
  const { exitCode, err } = await record(["status"], { env: { TSSYNC_TOKEN: "top secret" } });
  expect(exitCode).toBe(2);
  expect(err).not.toContain("top secret");
});
