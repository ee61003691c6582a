/** Deletes that nobody can have meant wait for a person; what was deleted can be kept on the remote. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { type Mirror, startMirror } from "../support/mirror.ts";
import { plainConfiguration } from "../support/plain_configuration.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

type HoldNow = {
  readonly id: string;
  readonly state: string;
  readonly count: number;
  readonly origin: string;
  readonly examples: readonly (string | { readonly path: string; readonly pathBase64?: string })[];
};

type ResyncNow = {
  readonly id: string;
  readonly state: string;
  readonly perRemote: readonly { readonly deletes: number; readonly error: string | null }[];
};

type Place = AsyncDisposable & {
  readonly source: string;
  readonly destination: string;
  start(...args: string[]): Promise<Mirror>;
};

type PlaceOptions = { readonly root?: string; readonly excludes?: readonly string[] };

/** A source, a module it is mirrored to, and a configuration for both. */
async function place(options: PlaceOptions = {}): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir());
  const source = dir.at("source");
  const destination = dir.at("destination");
  await mkdir(source);
  const daemon = stack.use(await rsyncDaemon([{ name: "m", path: destination }]));
  await writeFile(
    dir.at("confxml.xml"),
    plainConfiguration({ watch: source, remotes: [{ module: "m", port: daemon.port }], ...options }),
  );
  return {
    source,
    destination,
    start: (...args) =>
      startMirror(["serve", "-o", dir.at("confxml.xml"), ...args], { stateDir: dir.at("state"), cwd: dir.path }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function fill(directory: string, count: number, prefix: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (let index = 0; index < count; index++) await writeFile(`${directory}/${prefix}${index}`, `${prefix}${index}`);
}

function namesOf(directory: string, prefix: string): string[] {
  return readdirSync(directory).filter((name) => name.startsWith(prefix));
}

async function jsonOf<T>(mirror: Mirror, ...command: string[]): Promise<T> {
  const { stdout } = await mirror.ask(...command, "--json");
  return JSON.parse(stdout) as T;
}

async function holdsOf(mirror: Mirror): Promise<readonly HoldNow[]> {
  return (await jsonOf<{ items: HoldNow[] }>(mirror, "holds")).items;
}

/** Waits until deletes wait for a decision. */
async function waitForHold(mirror: Mirror): Promise<HoldNow> {
  return await waitUntil("a hold", async () => (await holdsOf(mirror)).find(({ state }) => state === "waiting"));
}

for (const excludes of [[], ["(.*)\\.keep", "^kept/"]]) {
  const how = excludes.length === 0 ? "" : " under a filter";
  const kept = excludes.length === 0 ? [] : ["protected.keep", "kept"];

  /** 20 files at the source, and a remote that has 300 others. */
  async function crowded(): Promise<Place> {
    const at = await place({ excludes });
    await fill(at.source, 20, "mine-");
    await fill(at.destination, 300, "extra-");
    await writeFile(Buffer.concat([Buffer.from(`${at.destination}/extra-`), Buffer.from([0xff])]), "not UTF-8");
    if (kept.length > 0) {
      await writeFile(`${at.destination}/protected.keep`, "");
      await fill(`${at.destination}/kept`, 5, "there-");
    }
    return at;
  }

  test(`tssync holds what a full sync would delete beyond measure${how}; --approve lets it`, async () => {
    await using at = await crowded();
    await using mirror = await at.start();
    const hold = await waitForHold(mirror);
    expect(hold).toMatchObject({ count: 301, origin: "resync" });
    expect(hold.examples.length).toBeGreaterThan(0);
    for (const example of hold.examples) {
      expect(typeof example === "string" ? example : example.path).toMatch(/^extra-(\d+|\ufffd)$/);
    }
    // Everything was sent, nothing deleted.
    expect(namesOf(at.destination, "mine-").length).toBe(20);
    expect(namesOf(at.destination, "extra-").length).toBe(301);
    const [remote] = await mirror.remotes();
    expect(remote).toMatchObject({ state: "held", reason: `301 deletes wait for a decision (${hold.id})` });
    expect((await mirror.ask("status")).stdout).toContain("tssync holds");
    const resyncs = await waitUntil("the resync to say so", async () => {
      const token = await mirror.ask("holds");
      expect(token.stdout).toContain(`tssync holds --approve ${hold.id}`);
      const answer = await mirror.ask("resync", "--wait", "--json");
      return JSON.parse(answer.stdout) as ResyncNow;
    });
    expect(resyncs.state).toBe("held");

    // What changes meanwhile is mirrored.
    await writeFile(`${at.source}/mine-new`, "x");
    await waitUntil("a new file to arrive", () => existsSync(`${at.destination}/mine-new`));

    expect((await mirror.ask("holds", "--approve", hold.id)).stdout).toContain("is approved: 301 deletes");
    await waitUntil("the deletes to be made", () => namesOf(at.destination, "extra-").length === 0);
    expect(readdirSync(at.destination).filter((name) => !name.startsWith("mine-")).toSorted()).toEqual(kept.toSorted());
    if (kept.length > 0) expect(readdirSync(`${at.destination}/kept`).length).toBe(5);
    await waitUntil("the remote to be well", async () => (await mirror.remotes())[0]!.state === "ok");
    const ended = await jsonOf<ResyncNow>(mirror, "resync", "--wait");
    expect(ended).toMatchObject({ state: "succeeded", perRemote: [{ error: null }] });
    expect((await mirror.ask("holds", "--approve", hold.id)).code).toBe(1);
  });

  test(`tssync holds --reject keeps what a full sync would delete${how}`, async () => {
    await using at = await crowded();
    await using mirror = await at.start();
    const hold = await waitForHold(mirror);
    expect((await mirror.ask("holds", "--reject", hold.id)).stdout).toContain("is rejected");
    await waitUntil("the remote to be well", async () => (await mirror.remotes())[0]!.state === "ok");
    await mirror.flush();
    expect(namesOf(at.destination, "extra-").length).toBe(301);
    // Changes go on to be mirrored, deletes among them.
    await rm(`${at.source}/mine-0`);
    await mirror.flush();
    expect(namesOf(at.destination, "mine-").length).toBe(19);
    expect(namesOf(at.destination, "extra-").length).toBe(301);
  });
}

test("tssync asks about a held delete again after a restart, and still makes it when told to", async () => {
  await using at = await place();
  await fill(at.source, 20, "mine-");
  await fill(at.destination, 300, "extra-");
  {
    await using mirror = await at.start();
    await waitForHold(mirror);
    await mirror.stop();
  }
  await using mirror = await at.start();
  const hold = await waitForHold(mirror);
  expect(hold.count).toBe(300);
  expect((await mirror.remotes())[0]!.state).toBe("held");
  expect((await mirror.ask("holds", "--approve", hold.id)).code).toBe(0);
  await waitUntil("the deletes to be made", () => namesOf(at.destination, "extra-").length === 0);
});

test("tssync asks before it makes more deletes within a minute than maxDelete allows", async () => {
  await using at = await place({ root: 'maxDelete="5"' });
  await fill(at.source, 10, "few-");
  await fill(`${at.source}/many`, 20, "m-");
  await using mirror = await at.start();
  await mirror.flush();
  for (const index of [0, 1, 2]) await rm(`${at.source}/few-${index}`);
  await mirror.flush();
  expect(namesOf(at.destination, "few-").length).toBe(7);
  expect(await holdsOf(mirror)).toEqual([]);

  await rm(`${at.source}/many`, { recursive: true });
  const hold = await waitForHold(mirror);
  expect(hold).toMatchObject({ origin: "changes" });
  expect((await mirror.remotes())[0]).toMatchObject({ state: "held" });
  // What is left of the five may be gone, in however many batches the deletes came.
  expect(readdirSync(`${at.destination}/many`).length).toBeGreaterThan(0);

  await writeFile(`${at.source}/few-new`, "x");
  await waitUntil("other changes to arrive", () => existsSync(`${at.destination}/few-new`));
  expect(existsSync(`${at.destination}/many`)).toBe(true);
  const { id } = await waitForHold(mirror);
  expect((await mirror.ask("holds", "--approve", id)).code).toBe(0);
  await waitUntil("the directory to go", () => !existsSync(`${at.destination}/many`));
  await mirror.flush();
  expect((await mirror.remotes())[0]!.state).toBe("ok");
});

test("tssync keeps deleted and replaced files in a dated directory on the remote, and no full sync deletes them", async () => {
  await using at = await place({ root: 'trash=".tssync-trash"' });
  await fill(at.source, 3, "f-");
  await fill(`${at.source}/d`, 2, "g-");
  await using mirror = await at.start();
  await mirror.flush();
  await writeFile(`${at.source}/f-0`, "new content");
  await rm(`${at.source}/f-1`);
  await rm(`${at.source}/d`, { recursive: true });
  await mirror.flush();
  const days = readdirSync(`${at.destination}/.tssync-trash`);
  expect(days.length).toBe(1);
  expect(days[0]).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  const trash = `${at.destination}/.tssync-trash/${days[0]}`;
  expect(await readFile(`${trash}/f-0`, "utf8")).toBe("f-0");
  expect(await readFile(`${trash}/f-1`, "utf8")).toBe("f-1");
  expect(readdirSync(`${trash}/d`).toSorted()).toEqual(["g-0", "g-1"]);
  expect(readdirSync(at.destination).toSorted()).toEqual([".tssync-trash", "f-0", "f-2"]);

  const { state } = await jsonOf<ResyncNow>(mirror, "resync", "--wait");
  expect(state).toBe("succeeded");
  expect(readdirSync(trash).toSorted()).toEqual(["d", "f-0", "f-1"]);
  expect(existsSync(`${at.source}/.tssync-trash`)).toBe(false);
});
