/** Resyncs of the executable against a real rsync daemon: scope, dry run, checksum, cancel, and keys across a restart. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { startMirror } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

type Document = {
  readonly id: string;
  readonly state: string;
  readonly finishedAt: string | null;
  readonly progress: { readonly files: number; readonly bytes: number };
  readonly perRemote: readonly {
    readonly exitCode: number | null;
    readonly files: number;
    readonly bytes: number;
    readonly deletes: number;
    readonly seconds: number;
    readonly error: string | null;
  }[];
  readonly differences?: readonly { readonly path: string; readonly change: string }[];
};

type Asked = { readonly method?: string; readonly body?: string; readonly headers?: Record<string, string> };

async function place(params = "-a") {
  const dir = await tempDir();
  const source = dir.at("www");
  const destination = dir.at("copy");
  await mkdir(`${source}/site`, { recursive: true });
  const daemon = await rsyncDaemon([{ name: "copy", path: destination }]);
  const start = () => {
    const args = [
      "serve",
      "--watch",
      source,
      "--to",
      daemon.url("copy"),
      "--params",
      params,
      "--listen",
      "127.0.0.1:0",
    ];
    return startMirror(args, { stateDir: dir.at("state") });
  };
  return {
    source,
    destination,
    start,
    token: async () => (await readFile(dir.at("state", "token"), "utf8")).trim(),
    [Symbol.asyncDispose]: async () => {
      await daemon[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

test("tssync resync mends what was named, and nothing else", async () => {
  await using at = await place();
  for (const name of ["site/a", "site/b", "other"]) await writeFile(`${at.source}/${name}`, name);
  await using mirror = await at.start();
  await mirror.flush();
  const resync = async (...args: string[]) =>
    JSON.parse((await mirror.ask("resync", "--wait", "--json", ...args)).stdout) as Document;
  const differences = ({ differences: found = [] }: Document) =>
    found.map(({ change, path }) => `${change} ${path}`).toSorted();
  const spoil = async () => {
    for (const name of ["site/a", "site/b", "other"]) await writeFile(`${at.destination}/${name}`, "spoilt");
    await writeFile(`${at.destination}/site/extra`, "extra");
  };
  const there = (name: string) => readFile(`${at.destination}/${name}`, "utf8");

  await spoil();
  const dry = await resync("--dry-run");
  expect(dry.state).toBe("succeeded");
  expect(differences(dry)).toEqual(
    expect.arrayContaining(["delete site/extra", "send other", "send site/a", "send site/b"]),
  );
  expect(await there("other")).toBe("spoilt");
  expect(differences(await resync("--dry-run", "--path", "site/a", "--path", "site/extra"))).toEqual([
    "delete site/extra",
    "send site/a",
  ]);

  const file = await resync("--path", "site/a");
  expect(file).toMatchObject({ state: "succeeded", perRemote: [{ exitCode: 0, files: 1, deletes: 0, error: null }] });
  expect(file.perRemote[0]!.bytes).toBeGreaterThan(0);
  expect([await there("site/a"), await there("site/b"), await there("other")]).toEqual(["site/a", "spoilt", "spoilt"]);

  expect((await resync("--no-delete", "site")).perRemote[0]).toMatchObject({ files: 1, deletes: 0 });
  expect([await there("site/b"), existsSync(`${at.destination}/site/extra`)]).toEqual(["site/b", true]);
  expect((await resync("site/extra")).perRemote[0]).toMatchObject({ files: 0, deletes: 1 });
  expect([existsSync(`${at.destination}/site/extra`), await there("other")]).toEqual([false, "spoilt"]);

  // Same size, same time: only its content tells.
  const { atime, mtime } = await stat(`${at.source}/site/a`);
  await writeFile(`${at.destination}/site/a`, "SITE/A");
  await utimes(`${at.destination}/site/a`, atime, mtime);
  expect(differences(await resync("--dry-run", "--checksum", "site"))).toEqual(["send site/a"]);
  await resync("--checksum", "site");
  expect(await there("site/a")).toBe("site/a");

  expect((await mirror.ask("resync", "--path", "../outside")).code).toBe(2);
  const text = await mirror.ask("resync", "--wait");
  expect(text).toMatchObject({ code: 0, stdout: expect.stringMatching(/succeeded\n.*: 1 file,/) });
  expect(await there("other")).toBe("other");
});

test("a resync moves its progress, is cancelled with its rsync, and its key holds across a restart", async () => {
  await using at = await place("-a --bwlimit=500");
  await using first = await at.start();
  await first.flush();
  const token = await at.token();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const ask = (mirror: typeof first, path: string, init: Asked = {}) =>
    fetch(`http://${mirror.address}${path}`, { ...init, headers: { ...headers, ...init.headers } });
  const read = async (mirror: typeof first, path: string) => await (await ask(mirror, path)).json() as Document;

  await writeFile(`${at.source}/large`, new Uint8Array(8_000_000));
  await waitUntil("the change to be seen", async () => (await first.remotes())[0]!.pending > 0);
  const post = (mirror: typeof first) =>
    ask(mirror, "/v1/resyncs", { method: "POST", headers: { "idempotency-key": "deploy-1" }, body: "{}" });
  const started = await post(first);
  expect(started.status).toBe(202);
  const { id } = await started.json() as Document;
  expect(started.headers.get("location")).toBe(`/v1/resyncs/${id}`);
  const same = await ask(first, "/v1/resyncs", { method: "POST", body: "{}" });
  expect([same.status, await same.json()]).toEqual([409, expect.objectContaining({ id, code: "resync-running" })]);
  await waitUntil(
    "some bytes to be sent",
    async () => (await read(first, `/v1/resyncs/${id}`)).progress.bytes > 100_000,
  );
  const soon = await read(first, `/v1/resyncs/${id}?wait=1ms`);
  expect([soon.state, soon.finishedAt]).toEqual(["running", null]);

  const waiting = read(first, `/v1/resyncs/${id}?wait=60s`);
  expect((await ask(first, `/v1/resyncs/${id}`, { method: "DELETE" })).status).toBe(202);
  expect(await waiting).toMatchObject({ id, state: "cancelled", perRemote: [{ error: "cancelled" }] });
  const again = await ask(first, `/v1/resyncs/${id}`, { method: "DELETE" });
  expect([again.status, await again.json()]).toEqual([409, expect.objectContaining({ code: "resync-finished", id })]);

  expect(await (await post(first)).json()).toMatchObject({ id, state: "cancelled" });
  await first.running.stop("SIGKILL");
  await using second = await at.start();
  const repeated = await post(second);
  expect([repeated.status, await repeated.json()]).toEqual([202, expect.objectContaining({ id, state: "cancelled" })]);
});
