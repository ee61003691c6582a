/** What the engine relies on, asked of the real rsync: over a daemon, over ssh and into a local directory. */
import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import { openRsyncRunner } from "../../src/adapters/rsync_runner.ts";
import { type BatchEntry, encodeList, encodeRules, type EntryAction } from "../../src/core/batch.ts";
import { type RelPath, textToBytePath } from "../../src/core/path.ts";
import {
  auditArguments,
  type CallOptions,
  flatArguments,
  rootAttributesArguments,
  type RsyncTarget,
  ruledArguments,
  treeArguments,
} from "../../src/core/rsync_command.ts";
import { type ItemizedLine, parseItemizedLine } from "../../src/core/rsync_itemize.ts";
import { hasRefusedMissing } from "../support/rsync_defects.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { sshServer } from "../support/ssh_server.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree, listTree, treeDifferences, type TreeSpec } from "../support/tree.ts";
import { waitUntil } from "../support/wait_until.ts";
import "../support/test_limits.ts";

const REFUSES_MISSING = await hasRefusedMissing();
if (REFUSES_MISSING) {
  console.warn(
    "rsync_facts.test.ts: this rsync refuses names that are gone beside others (a defect of 3.4.3 and of security updates)",
  );
}

const runner = openRsyncRunner();

/** sersync's own parameters without `-u`. */
const PARAMS = ["-artz"];

type Names = Readonly<Record<string, EntryAction>>;

type Run = { readonly exitCode: number | null; readonly items: readonly ItemizedLine[]; readonly stderr: string };

/** Source and target beside each other, a call to bring one to the other. */
class Pair implements AsyncDisposable {
  readonly source: string;
  readonly target: string;
  readonly #resources: AsyncDisposableStack;
  call: CallOptions;

  constructor(resources: AsyncDisposableStack, source: string, target: string, how: RsyncTarget) {
    this.#resources = resources;
    this.source = source;
    this.target = target;
    this.call = {
      target: how,
      params: PARAMS,
      timeoutSeconds: 60,
      deletes: true,
      deletesMax: null,
      trash: null,
      nanoseconds: true,
    };
  }

  /** Mirrors the names by rules, wherever they are. */
  ruled(...paths: string[]): Promise<Run> {
    const entries = paths.map((path) => ({ path: path as RelPath }));
    return this.runWith(ruledArguments({ ...this.call, itemized: true }), encodeRules(entries));
  }

  flat(names: Names, content = false, audit = false): Promise<Run> {
    const args = flatArguments({ ...this.call, content, itemized: true });
    return this.run(audit ? auditArguments(args) : args, names);
  }

  tree(names: Names): Promise<Run> {
    return this.run(treeArguments({ ...this.call, checksum: false, excludePatterns: [] }), names);
  }

  run(args: readonly string[], names: Names): Promise<Run> {
    const entries = Object.entries(names).map(([path, action]): Pick<BatchEntry, "path" | "action"> => ({
      path: path as RelPath,
      action,
    }));
    return this.runWith(args, encodeList(entries));
  }

  async runWith(args: readonly string[], list: Uint8Array): Promise<Run> {
    const items: ItemizedLine[] = [];
    const process = runner.start({ args, cwd: textToBytePath(this.source), env: {} }, {
      onLine: (line) => {
        const item = parseItemizedLine(line);
        if (item !== null) items.push(item);
      },
    });
    process.send(list);
    const { exitCode, stderr } = await process.ended;
    return { exitCode, items, stderr };
  }

  /** Lines of difference, directories' times included. */
  async differences(): Promise<string[]> {
    return treeDifferences(await listTree(this.source), await listTree(this.target));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }
}

const KINDS = ["daemon", "ssh", "local"] as const;

async function pairOf(
  kind: (typeof KINDS)[number],
  source: Readonly<Record<string, TreeSpec>> = {},
  target: Readonly<Record<string, TreeSpec>> = {},
): Promise<Pair> {
  await using resources = new AsyncDisposableStack();
  const dir = resources.use(await tempDir());
  await buildTree(dir.at("source"), source);
  await buildTree(dir.at("target"), target);
  const how = await targetOf(kind, dir.at("target"), resources);
  return new Pair(resources.move(), dir.at("source"), dir.at("target"), how);
}

async function targetOf(
  kind: (typeof KINDS)[number],
  path: string,
  resources: AsyncDisposableStack,
): Promise<RsyncTarget> {
  if (kind === "local") return { kind, path };
  if (kind === "daemon") {
    const daemon = resources.use(await rsyncDaemon([{ name: "www", path, users: { mirror: "pass word" } }]));
    return {
      kind,
      host: "127.0.0.1",
      port: daemon.port,
      user: "mirror",
      passwordFile: daemon.passwordFile("www"),
      module: "www",
      path: "",
    };
  }
  const server = resources.use(await sshServer());
  const dir = resources.use(await tempDir());
  // A blank, both quotes and a backslash: all that rsync could take for something else in the text of -e.
  const identityFile = dir.at(`my 'own' "key"\\`);
  await fs.copyFile(server.keyPath, identityFile);
  await fs.chmod(identityFile, 0o600);
  const settings = [`UserKnownHostsFile=${server.knownHostsPath}`, "StrictHostKeyChecking=yes", "IdentitiesOnly=yes"];
  return {
    kind,
    host: "127.0.0.1",
    port: server.port,
    user: server.user,
    identityFile,
    options: ["-F", "none", ...settings.flatMap((setting) => ["-o", setting])],
    path,
  };
}

/** Names that something on the way could take for something else. */
const ODD = [
  "#hash",
  ";semi",
  "-dash",
  "--delete",
  " blank ",
  "new\nline",
  "\xff\xfe",
  "*?[x]",
  "'\"`$(id)",
  "a:b",
  "\\#101",
];

describe.each([...KINDS])("a batch of names over %s", (kind) => {
  test("deletes by rules what is gone, whatever it is called, and nothing beside it", async () => {
    const gone = ODD.flatMap((
      name,
    ) => [`d/${name}`, `d/dir${name.slice(0, 200)}/below/deep`, `d/[${name.slice(0, 9)}]/x`]);
    const kept = {
      ...Object.fromEntries(ODD.map((name) => [`d/${name.slice(0, 200)}kept`, "x"])),
      "d/k/dir/below": "1",
    };
    const source = { ...kept, ...Object.fromEntries(ODD.map((name) => [`d/[${name.slice(0, 9)}]/kept`, "x"])) };
    const target = { ...source, ...Object.fromEntries(gone.map((path) => [path, "old"])) };
    await using pair = await pairOf(kind, source, target);
    const tops = ODD.flatMap((name) => [`d/${name}`, `d/dir${name.slice(0, 200)}`, `d/[${name.slice(0, 9)}]/x`]);
    const { exitCode, stderr } = await pair.ruled(...tops);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const left = (await pair.differences()).filter((line) => !line.includes(": mtimeNs "));
    expect(left).toEqual([]);
  });

  test.skipIf(REFUSES_MISSING)("brings what is there and deletes what is gone, whatever it is called", async () => {
    const files = Object.fromEntries(ODD.map((name) => [`d/${name}`, `content of ${name.length}`]));
    const gone = Object.fromEntries(ODD.map((name) => [`d/gone${name}`, "old"]));
    await using pair = await pairOf(kind, files, gone);
    const names: Record<string, EntryAction> = { d: "attributes" };
    for (const path of Object.keys(files)) names[path] = "send";
    for (const path of Object.keys(gone)) names[path] = "delete";
    const { exitCode, items } = await pair.flat(names);
    expect(exitCode).toBe(0);
    expect(await pair.differences()).toEqual([]);
    const told = items.filter((item) => !item.isDirectory).map((item) => item.path as string);
    expect(told.toSorted()).toEqual([...Object.keys(files), ...Object.keys(gone)].toSorted());
  });

  test("mirrors subtrees exactly and leaves the rest alone", async () => {
    const source = { "a/x": "1", "a/b/y": "2", "c/z": "3", top: "4" };
    await using pair = await pairOf(kind, source, { "a/extra/e": "5", "c/other": "6", foreign: "7" });
    expect((await pair.tree({ a: "list" })).exitCode).toBe(0);
    expect([...(await listTree(pair.target)).keys()]).toEqual(["a", "a/b", "a/b/y", "a/x", "c", "c/other", "foreign"]);
    expect((await pair.tree({ "": "list" })).exitCode).toBe(0);
    expect(await pair.differences()).toEqual([]);
  });

  test("sets the root's own attributes without touching what is in it, whatever the parameters delete", async () => {
    await using pair = await pairOf(kind, { a: "1" }, { foreign: "2", "d/e": "3" });
    pair.call = { ...pair.call, params: [...PARAMS, "--delete"] };
    await fs.utimes(pair.source, 1_000_000_000, 1_000_000_000);
    expect((await pair.run(rootAttributesArguments(pair.call), {})).exitCode).toBe(0);
    expect((await fs.stat(pair.target)).mtimeMs).toBe(1_000_000_000_000);
    expect([...(await listTree(pair.target)).keys()]).toEqual(["d", "d/e", "foreign"]);
  });
});

describe("rsync", () => {
  test("sends a file rewritten in the same second with the same size", async () => {
    await using pair = await pairOf("local", { f: "one" });
    await pair.flat({ f: "send" });
    const { mtimeNs } = await fs.stat(`${pair.source}/f`, { bigint: true });
    await fs.writeFile(`${pair.source}/f`, "two");
    // Another fraction of the same second.
    execFileSync("touch", [
      "-d",
      `@${mtimeNs / 1_000_000_000n}.${mtimeNs % 1_000_000_000n > 5n ? "000000001" : "9"}`,
      "f",
    ], {
      cwd: pair.source,
    });
    await pair.flat({ f: "send" });
    expect(await pair.differences()).toEqual([]);
  });

  test("sends a file whose rewrite kept size and time only when told that it was written", async () => {
    await using pair = await pairOf("local", { f: { content: "one", mtimeS: 1_000_000_000 } });
    await pair.flat({ f: "send" });
    await buildTree(pair.source, { f: { content: "two", mtimeS: 1_000_000_000 } });
    expect((await pair.flat({ f: "send" })).items).toEqual([]);
    expect(await pair.differences()).toHaveLength(1);
    await pair.flat({ f: "send" }, true);
    expect(await pair.differences()).toEqual([]);
  });

  test("asked what is left of a call with -I, compares content and names nothing that arrived", async () => {
    await using pair = await pairOf("local", { f: "one", g: "two" });
    await pair.flat({ f: "send", g: "send" }, true);
    expect((await pair.flat({ f: "send", g: "send" }, true)).items).toHaveLength(2);
    expect((await pair.flat({ f: "send", g: "send" }, true, true)).items).toEqual([]);
  });

  test("lists one level of a directory that is named with a slash, with deletes, and only its attributes without", async () => {
    const target = { "d/gone": "1", "d/sub/deeper": "2", "e/stays": "3" };
    await using pair = await pairOf("local", { "d/new": "1", "d/sub/unsent": "2", "e/unsent": "3" }, target);
    expect((await pair.flat({ d: "list", e: "send" })).exitCode).toBe(0);
    expect([...(await listTree(pair.target)).keys()]).toEqual(["d", "d/new", "d/sub", "d/sub/deeper", "e", "e/stays"]);
  });

  test("deletes a name whose parent is gone, too, ends with 24, and an audit finds nothing left", async () => {
    await using pair = await pairOf("local", { keep: "1" }, { keep: "1", "a/b/c": "2", "a/d": "3" });
    const names: Names = { "a/b/c": "delete", a: "delete" };
    expect((await pair.flat(names)).exitCode).toBe(24);
    expect([...(await listTree(pair.target)).keys()]).toEqual(["keep"]);
    expect((await pair.flat(names, false, true)).items).toEqual([]);
  });

  test("takes a name that vanished for no error where nothing is deleted", async () => {
    await using pair = await pairOf("local", { f: "1" }, { gone: "2" });
    pair.call = { ...pair.call, deletes: false };
    expect((await pair.flat({ f: "send", gone: "send", "no/where": "send" })).exitCode).toBe(0);
    expect([...(await listTree(pair.target)).keys()]).toEqual(["f", "gone"]);
  });

  test("lets a directory become a file and back", async () => {
    await using pair = await pairOf("local", { a: "file", b: null, "b/x": "1" }, { "a/deep/er": "1", b: "file" });
    expect((await pair.flat({ a: "send", b: "list" })).exitCode).toBe(0);
    expect((await pair.differences()).filter((line) => !line.startsWith("b:"))).toEqual([]);
  });

  test.skipIf(REFUSES_MISSING)("asked what is left of a partial call, names exactly what failed", async () => {
    const names = ["1", "2", "3", "4"];
    const old = Object.fromEntries(names.map((name) => [`d/${name}`, "old"]));
    const fresh = { "d/1": "changed", "d/2": "changed" };
    await using pair = await pairOf("local", fresh, { ...old, "d/x/y": "1" });
    for (const name of ["2", "4", "x/y"]) execFileSync("chattr", ["+i", `${pair.target}/d/${name}`]);
    const all: Names = {
      "d/1": "send",
      "d/2": "send",
      "d/3": "delete",
      "d/4": "delete",
      "d/x": "delete",
      d: "attributes",
    };
    const { exitCode, stderr } = await pair.flat(all);
    expect(exitCode).toBe(23);
    expect(stderr).toContain("Operation not permitted");
    const { items } = await pair.flat(all, false, true);
    const left = items.filter((item) => item.path !== "d").map(({ path, deleted }) =>
      `${deleted ? "delete" : "send"} ${path}`
    );
    expect(left.toSorted()).toEqual(["delete d/4", "delete d/x", "delete d/x/y", "send d/2"]);
    for (const name of ["2", "4", "x/y"]) execFileSync("chattr", ["-i", `${pair.target}/d/${name}`]);
  });

  test("does not remove a directory that is in the way where nothing may be deleted, and says so", async () => {
    await using pair = await pairOf("local", { f: "file", g: "1" }, { "f/kept": "2" });
    pair.call = { ...pair.call, deletes: false };
    expect((await pair.flat({ f: "send", g: "send" })).exitCode).toBe(23);
    // An audit has the same trouble and does not name it: it must be asked again without the others.
    const audit = await pair.flat({ f: "send", g: "send" }, false, true);
    expect([audit.exitCode, audit.items]).toEqual([23, []]);
    expect([...(await listTree(pair.target)).keys()]).toEqual(["f", "f/kept", "g"]);
  });

  test.skipIf(REFUSES_MISSING)(
    "deletes in no listed directory when one name of the call cannot be looked at, but every missing name",
    async () => {
      await using pair = await pairOf("local", { d: null }, { "d/extra": "1", gone: "2" });
      const { exitCode, stderr } = await pair.flat({ ["x".repeat(300)]: "send", d: "list", gone: "delete" });
      expect([exitCode, stderr.includes("File name too long")]).toEqual([23, true]);
      expect([...(await listTree(pair.target)).keys()]).toEqual(["d", "d/extra"]);
      // An audit has the same trouble: it does not name the delete that was left out.
      const audit = await pair.flat({ ["x".repeat(300)]: "send", d: "list", gone: "delete" }, false, true);
      expect([audit.exitCode, audit.items.filter((item) => item.deleted)]).toEqual([23, []]);
    },
  );

  test("names in a dry run all that a missing directory's delete would take along", async () => {
    await using pair = await pairOf("local", {}, { "gone/a": "1", "gone/b/c": "2" });
    const { items } = await pair.flat({ gone: "delete" }, false, true);
    expect(items.map(({ path, deleted }) => `${deleted} ${path}`).toSorted()).toEqual([
      "true gone",
      "true gone/a",
      "true gone/b",
      "true gone/b/c",
    ]);
  });

  test("ends a long call with the times that its directories had at its beginning", async () => {
    await using pair = await pairOf("local", { "d/large": new Uint8Array(3_000_000).fill(7) });
    const args = ["--bwlimit=1500", ...flatArguments({ ...pair.call, params: ["-art"], content: true })];
    const long = pair.run(args, { "d/large": "send" });
    // It writes to a temporary name, so it has read its list.
    await waitUntil(
      "the long call to begin",
      async () => (await fs.readdir(`${pair.target}/d`).catch(() => [])).length > 0,
    );
    const before = (await fs.stat(`${pair.source}/d`)).mtimeMs;
    await buildTree(pair.source, { "d/small": "1" });
    await pair.flat({ "d/small": "send" });
    expect((await long).exitCode).toBe(0);
    expect((await fs.stat(`${pair.target}/d`)).mtimeMs).toBe(before);
    expect((await fs.stat(`${pair.source}/d`)).mtimeMs).not.toBe(before);
  });

  test("knows --contimeout for a daemon alone", async () => {
    await using pair = await pairOf("local", { f: "1" });
    const { exitCode, stderr } = await pair.run(
      ["--contimeout=5", ...flatArguments({ ...pair.call, content: false })],
      {},
    );
    expect([exitCode, stderr.includes("daemon")]).toEqual([1, true]);
  });
});
