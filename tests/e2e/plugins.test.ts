import { expect, test } from "bun:test";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { pathToBytes, textToBytes } from "../../src/core/path.ts";
import { startMirror } from "../support/mirror.ts";
import { httpAnswer, recordingServer } from "../support/recording_server.ts";
import { tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

type Place = {
  readonly src: string;
  readonly file: string;
  readonly stateDir: string;
  readonly dir: Awaited<ReturnType<typeof tempDir>>;
};

/** A source mirrored to `dst1` and `dst2`, with these plugin blocks, and these switched on. */
async function place(
  dir: Awaited<ReturnType<typeof tempDir>>,
  { blocks, on, remotes = ["dst1", "dst2"] }: {
    readonly blocks: (src: string) => string;
    readonly on: readonly string[];
    readonly remotes?: readonly string[];
  },
): Promise<Place> {
  const src = dir.at("src");
  for (const name of ["src", ...remotes]) await mkdir(dir.at(name), { recursive: true });
  const file = dir.at("confxml.xml");
  const targets = remotes.map((name) => `<remote path="${dir.at(name)}"/>`).join("");
  const switches = on.map((name) => `<plugin start="true" name="${name}"/>`).join("");
  await writeFile(
    file,
    `<head version="2.5"><host hostip="localhost" port="off"/>
    <sersync><localpath watch="${src}">${targets}</localpath><rsync><commonParams params="-artz"/></rsync>
    <failLog path="" timeToExecute="60"/>${switches}</sersync>${blocks(src)}</head>`,
  );
  return { src, file, stateDir: dir.at("state"), dir };
}

type Deliveries = {
  items: { plugin: string; receiver: string; event: string; state: string; path: string; message: string }[];
};

async function ask(stateDir: string, path: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(`http://x${path}`, { ...init, unix: `${stateDir}/tssync.sock` });
}

async function deliveriesOf(stateDir: string, query = ""): Promise<Deliveries["items"]> {
  return ((await (await ask(stateDir, `/v1/deliveries?limit=1000${query}`)).json()) as Deliveries).items;
}

const WILD = ["plain.txt", "sp ace;touch pwned", "$(touch pwned)`touch pwned`", `'"\\ "`, "new\nline", "ö"];

test("sersync's four plugins hear of each file after both remotes have it, in their own words", async () => {
  await using dir = await tempDir();
  await using socket = await recordingServer({ kind: "listen" });
  await using socket2 = await recordingServer({ kind: "listen" });
  await using form = await recordingServer({ kind: "http", answer: () => httpAnswer(200) });
  await using cdn = await recordingServer({
    kind: "http",
    answer: () => httpAnswer(200, { whatsup: 'content="succeed"' }),
  });
  await using cdn2 = await recordingServer({
    kind: "http",
    answer: () => httpAnswer(200, { whatsup: 'content="succeed"' }),
  });
  const program = dir.at("program");
  // It says what the remotes have at that moment.
  await writeFile(
    program,
    `#!/bin/sh
[ -e "$1" ] && below=\${1#'${
      dir.at("src")
    }'} && for remote in dst1 dst2; do cmp -s "$1" "${dir.path}/$remote$below" || [ -d "$1" ] || echo "$1" >> '${
      dir.at("early")
    }'; done
printf '%s\\0' "$@" >> '${dir.at("words")}'
`,
  );
  await chmod(program, 0o755);
  const purge = (port: number) =>
    `<plugin name="refreshCDN"><localpath watch="${dir.at("src")}/">
    <cdninfo domainname="127.0.0.1" port="${port}" username="xxxx" passwd="xxxx"/>
    <sendurl base="http://pic.xoyo.com/cms"/><regexurl regex="false" match="x"/></localpath></plugin>`;
  const { src, file, stateDir } = await place(dir, {
    on: ["command", "socket", "http", "refreshCDN"],
    blocks: (watch) => `
      <plugin name="command"><param prefix="${program}" suffix="--x" ignoreError="true"/></plugin>
      <plugin name="socket"><localpath watch="${watch}"><deshost ip="127.0.0.1" port="${socket.port}"/>
        <deshost ip="127.0.0.1" port="${socket2.port}"/></localpath></plugin>
      <plugin name="http"><localpath watch="${watch}"><deshost url="http://127.0.0.1:${form.port}/f" port="80"/></localpath></plugin>
      ${purge(cdn.port)}${purge(cdn2.port)}`,
  });
  await using mirror = await startMirror(["serve", "-o", file, "--initial", "none"], { stateDir });
  for (const name of WILD) await writeFile(`${src}/${name}`, name);
  await mkdir(`${src}/sub`);
  await rm(`${src}/plain.txt`);
  await mirror.flush();
  const gone = `${src}/plain.txt`;
  const paths = WILD.map((name) => textToBytes(`${src}/${name}`));
  const words = async () => (await readFile(dir.at("words"), "latin1").catch(() => "")).split("\0");
  await waitUntil("every plugin to hear of every file", async () => {
    const heard = await words();
    return [...paths, textToBytes(`${src}/sub`)].every((path) =>
      heard.includes(path) && socket.received.includes(path) && socket2.received.includes(path)
    ) && form.received.length >= paths.length && cdn.received.length >= paths.length &&
      cdn2.received.length >= paths.length && form.received.some((request) => request.endsWith("mask=576"));
  });
  const heard = await words();
  expect(heard.filter((word) => word === "--x").length).toBe((heard.length - 1) / 2);
  expect(await readFile(dir.at("early"), "utf8").catch(() => "")).toBe("");
  for (const name of ["pwned", "src/pwned"]) expect(await readFile(dir.at(name)).catch(() => null)).toBeNull();
  const urls = cdn.received.map((request) => /&(?:urls|dirs)=\S+/.exec(request)![0]);
  expect(urls).toContain("&urls=http://pic.xoyo.com/cms/new%0Aline");
  expect(urls).toContain("&urls=http://pic.xoyo.com/cms/sp%20ace%3Btouch%20pwned");
  expect(urls).toContain("&dirs=http://pic.xoyo.com/cms/sub/");
  expect(cdn.received[0]).toMatch(
    /^HEAD \/index.jsp\?user=xxxx&pswd=xxxx&ok=ok&urls=\S+ HTTP\/1.0\r\nHost: 127.0.0.1\r\n\r\n$/,
  );
  expect(socket.received).toContain(gone);
  const status = (await (await ask(stateDir, "/v1/status")).json()) as { plugins: { id: string; state: string }[] };
  expect(status.plugins.map(({ id, state }) => `${id} ${state}`).toSorted()).toEqual([
    "command ok",
    `http http://127.0.0.1:${form.port}/f ok`,
    `refreshCDN 127.0.0.1:${cdn.port} ok`,
    `refreshCDN 127.0.0.1:${cdn2.port} ok`,
    `socket 127.0.0.1:${socket.port} ok`,
    `socket 127.0.0.1:${socket2.port} ok`,
  ].toSorted());
  await mirror.stop();
});

test("a plugin whose receiver is down delays neither the mirror nor another plugin, and delivers when it is back", async () => {
  await using dir = await tempDir();
  await using down = await recordingServer("down");
  await using up = await recordingServer({ kind: "listen" });
  const { src, file, stateDir } = await place(dir, {
    on: ["socket"],
    blocks: (watch) =>
      `<plugin name="socket"><localpath watch="${watch}"><deshost ip="127.0.0.1" port="${down.port}"/>
       <deshost ip="127.0.0.1" port="${up.port}"/></localpath></plugin>`,
  });
  await using mirror = await startMirror(["serve", "-o", file, "--initial", "none"], { stateDir });
  const paths = Array.from({ length: 20 }, (_, index) => `${src}/f${index}`);
  for (const path of paths) await writeFile(path, "x");
  await mirror.flush();
  await waitUntil("the other receiver to hear of all", () => paths.every((path) => up.received.includes(path)));
  await waitUntil(
    "the trouble to be told",
    async () =>
      (await deliveriesOf(stateDir, "&state=waiting")).some(({ message }) => /refused|CONNREFUSED/i.test(message)),
  );
  await down.behave({ kind: "listen" });
  await waitUntil("the first receiver to hear of all", () => paths.every((path) => down.received.includes(path)));
  await waitUntil("nothing to wait", async () => (await deliveriesOf(stateDir, "&state=waiting")).length === 0);
  await mirror.stop();
});

test("killed between a change and its delivery, it delivers after the restart, with the same ids", async () => {
  await using dir = await tempDir();
  let isHanging = true;
  await using receiver = await recordingServer({
    kind: "http",
    answer: () => isHanging ? null : httpAnswer(200),
  });
  await using socket = await recordingServer("down");
  const { src, file, stateDir } = await place(dir, {
    on: ["http", "socket"],
    blocks: (watch) =>
      `<plugin name="http"><localpath watch="${watch}"><deshost url="http://127.0.0.1:${receiver.port}/f" port="80"/></localpath></plugin>
       <plugin name="socket"><localpath watch="${watch}"><deshost ip="127.0.0.1" port="${socket.port}" format="json"/></localpath></plugin>`,
  });
  const idsBefore: string[] = [];
  {
    await using mirror = await startMirror(["serve", "-o", file, "--initial", "none"], { stateDir });
    await writeFile(`${src}/a`, "x");
    await writeFile(`${src}/b`, "x");
    await waitUntil("both to be on their way", () => receiver.received.length >= 2);
    const waiting = await waitUntil("an attempt that failed", async () => {
      const found = await deliveriesOf(stateDir, "&plugin=socket&state=waiting");
      return found.some(({ path }) => path === "a") && found.some(({ path }) => path === "b") ? found : null;
    });
    idsBefore.push(...waiting.map(({ event }) => event));
    mirror.running.child.kill("SIGKILL");
    await mirror.running.ended;
  }
  isHanging = false;
  await socket.behave({ kind: "listen" });
  await using mirror = await startMirror(["serve", "-o", file, "--initial", "none"], { stateDir });
  const forms = ["a", "b"].map((name) => `inotifyPath=${encodeURIComponent(`${src}/${name}`)}&`);
  await waitUntil("both forms to come again", async () => {
    const delivered = await deliveriesOf(stateDir, "&plugin=http&state=delivered");
    return ["a", "b"].every((name) => delivered.some(({ path }) => path === name));
  });
  for (const form of forms) {
    expect(receiver.received.filter((request) => request.includes(form)).length).toBeGreaterThan(1);
  }
  await waitUntil("the same events to arrive", () => {
    const arrived = socket.received.map((line) => (JSON.parse(line) as { id: string }).id);
    return idsBefore.every((id) => arrived.includes(id));
  });
  await mirror.stop();
});

test("a plugin hears of names that are not UTF-8", async () => {
  await using dir = await tempDir();
  const program = dir.at("program");
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${dir.at("words")}'\n`);
  await chmod(program, 0o755);
  const { src, file, stateDir } = await place(dir, {
    on: ["command"],
    blocks: () => `<plugin name="command"><param prefix="${program}" ignoreError="false"/></plugin>`,
  });
  await using mirror = await startMirror(["serve", "-o", file, "--initial", "none"], { stateDir });
  const path = Buffer.from(pathToBytes(`${src}/\xff\xfe`));
  await writeFile(path, "x");
  await waitUntil(
    "it to be heard of",
    async () => (await readFile(dir.at("words"), "latin1").catch(() => "")).includes(`${src}/\xff\xfe\n`),
  );
  await mirror.stop();
});
