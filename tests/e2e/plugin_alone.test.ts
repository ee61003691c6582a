/** `-m NAME`: one plugin on its own watch, without rsync, with the very bytes that sersync's receivers know. */
import { expect, test } from "bun:test";
import { chmod, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { textToBytes } from "../../src/core/path.ts";
import { runTssync } from "../support/executable.ts";
import { startMirror } from "../support/mirror.ts";
import { httpAnswer, type RecordingServer, recordingServer } from "../support/recording_server.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

/** Names that a shell or a careless URL would take apart, and how they stand in a form or a URL. */
const NAMES: Readonly<Record<string, string>> = {
  "plain.txt": "plain.txt",
  "sp ace;touch pwned": "sp%20ace%3Btouch%20pwned",
  "$(touch pwned)`touch pwned`": "%24%28touch%20pwned%29%60touch%20pwned%60",
  [`'"\\ "&a=b`]: "%27%22%5C%20%22%26a%3Db",
  "new\nline HTTP": "new%0Aline%20HTTP",
  "ö": "%C3%B6",
};

const CLOSE_WRITE = 0x8;
const CREATED_DIRECTORY = 0x4000_0100;
const GONE = 0x240;
const MOVED_TO = 0x80;

type Receivers = { readonly server: RecordingServer; readonly words: () => Promise<string[]> };

/** What a plugin tells of a path, as one text for each; `mask` is what the kernel would say. */
type Told = { readonly path: string; readonly encoded: string; readonly isDirectory: boolean; readonly mask: number };
type Form = {
  readonly block: (place: { readonly src: string; readonly port: number; readonly program: string }) => string;
  readonly expected: (told: Told, src: string) => string;
  readonly heard: (receivers: Receivers) => Promise<readonly string[]>;
};

const byServer = ({ server }: Receivers) => Promise.resolve(server.received);

const FORMS: Readonly<Record<string, Form>> = {
  command: {
    block: ({ program }) => `<plugin name="command"><param prefix="${program} --of" suffix="and more"/></plugin>`,
    expected: ({ path }, src) => `--of|${textToBytes(`${src}/${path}`)}|and|more`,
    heard: ({ words }) => words(),
  },
  socket: {
    block: ({ src, port }) =>
      `<plugin name="socket"><localpath watch="${src}"><deshost ip="127.0.0.1" port="${port}"/></localpath></plugin>`,
    expected: ({ path }, src) => textToBytes(`${src}/${path}`),
    heard: byServer,
  },
  http: {
    block: ({ src, port }) =>
      `<plugin name="http"><localpath watch="${src}/"><deshost url="http://127.0.0.1:${port}/f" port="80"/></localpath></plugin>`,
    expected: ({ encoded, isDirectory, mask }, src) => {
      const root = encodeURIComponent(src);
      const path = `${root}%2F${encoded.replaceAll("/", "%2F")}`;
      return `watchroot=${root}&isdir=${isDirectory ? 1 : 0}&inotifyPath=${path}&mask=${mask}`;
    },
    heard: async ({ server }) => {
      for (const request of server.received) expect(request).toStartWith("POST /f HTTP/1.1\r\nHost: 127.0.0.1:");
      return server.received.map((request) => request.split("\r\n\r\n")[1]!);
    },
  },
  refreshCDN: {
    block: ({ src, port }) =>
      `<plugin name="refreshCDN"><localpath watch="${src}/">
        <cdninfo domainname="127.0.0.1" port="${port}" username="xxxx" passwd="xxxx"/>
        <sendurl base="http://pic.xoyo.com/cms"/><regexurl regex="false" match="x"/></localpath></plugin>`,
    expected: ({ encoded, isDirectory }) => {
      const url = `http://pic.xoyo.com/cms/${encoded}`;
      return `HEAD /index.jsp?user=xxxx&pswd=xxxx&ok=ok&${isDirectory ? `dirs=${url}/` : `urls=${url}`} HTTP/1.0\r\n` +
        "Host: 127.0.0.1\r\n\r\n";
    },
    heard: byServer,
  },
};

/** An rsync that writes down whatever is asked of it beside its version. */
async function suspiciousRsync(dir: TempDir): Promise<{ readonly path: string; calls(): Promise<string> }> {
  await mkdir(dir.at("bin"));
  const script = `#!/bin/sh
case "$*" in --version) echo "rsync  version 3.2.7  protocol version 31";; *) echo "$*" >> '${dir.at("calls")}';; esac
`;
  await writeFile(dir.at("bin/rsync"), script);
  await chmod(dir.at("bin/rsync"), 0o755);
  return { path: dir.at("bin"), calls: () => readFile(dir.at("calls"), "utf8").catch(() => "") };
}

/** A program that writes its arguments down, one call after the other. */
async function recordingProgram(dir: TempDir): Promise<{ readonly program: string; words(): Promise<string[]> }> {
  const program = dir.at("program");
  await mkdir(dir.at("words"));
  await writeFile(
    program,
    `#!/bin/sh
{ printf '%s' "$1"; shift; for word; do printf '|%s' "$word"; done; } > '${dir.at("words")}'/$$.new
mv '${dir.at("words")}'/$$.new '${dir.at("words")}'/$$.$(date +%s%N)
`,
  );
  await chmod(program, 0o755);
  const words = async () => {
    const done = (await readdir(dir.at("words"))).filter((name) => !name.endsWith(".new"));
    return await Promise.all(done.map((name) => readFile(dir.at("words", name), "latin1")));
  };
  return { program, words };
}

for (const [name, form] of Object.entries(FORMS)) {
  test(`-m ${name} watches for that plugin alone, without any rsync, and tells each path whole`, async () => {
    await using dir = await tempDir();
    const answer = () => httpAnswer(200, { whatsup: 'content="succeed"' });
    await using server = await recordingServer(name === "socket" ? { kind: "listen" } : { kind: "http", answer });
    const { program, words } = await recordingProgram(dir);
    const rsync = await suspiciousRsync(dir);
    const [src, stateDir, file] = [dir.at("src"), dir.at("state"), dir.at("confxml.xml")];
    await mkdir(src);
    await writeFile(
      file,
      `<head version="2.5"><host hostip="localhost" port="off"/><sersync><localpath watch="${src}">
        <remote ip="127.0.0.1" name="nowhere"/></localpath><plugin start="false" name="${name}"/></sersync>
        ${form.block({ src, port: server.port, program })}</head>`,
    );
    const env = { PATH: `${rsync.path}:${process.env["PATH"]}` };
    await using mirror = await startMirror(["-o", file, "-m", name], { stateDir, env, cwd: dir.path });
    for (const path of Object.keys(NAMES)) await writeFile(`${src}/${path}`, "x");
    await mkdir(`${src}/sub`);

    const plain = (path: string, mask: number) => ({ path, encoded: path, isDirectory: false, mask });
    const heardOf = async (told: readonly Told[]) => {
      for (const each of told) {
        const wanted = form.expected(each, src);
        await waitUntil(
          `${JSON.stringify(wanted)}`,
          async () => (await form.heard({ server, words })).includes(wanted),
        );
      }
    };
    await heardOf([
      ...Object.entries(NAMES).map(([path, encoded]) => ({ ...plain(path, CLOSE_WRITE), encoded })),
      { path: "sub", encoded: "sub", isDirectory: true, mask: CREATED_DIRECTORY },
    ]);
    await writeFile(`${src}/sub/c`, "x");
    await rename(`${src}/plain.txt`, `${src}/moved.txt`);
    await heardOf([plain("sub/c", CLOSE_WRITE), plain("plain.txt", GONE), plain("moved.txt", MOVED_TO)]);

    expect(await rsync.calls()).toBe("");
    for (const place of [dir.path, src]) expect(await readdir(place)).not.toContain("pwned");
    const answered = await fetch("http://x/v1/status", { unix: `${stateDir}/tssync.sock` });
    const status = await answered.json() as {
      roots: { path: string; remotes: unknown[] }[];
      plugins: { name: string; state: string }[];
    };
    expect(status.roots).toMatchObject([{ path: src, remotes: [], state: "watching" }]);
    expect(status.plugins).toMatchObject([{ name, state: "ok" }]);
    await mirror.stop();
  });
}

test("-m of a plugin that is not there is a bad configuration", async () => {
  await using dir = await tempDir();
  const file = dir.at("confxml.xml");
  await writeFile(
    file,
    `<head><sersync><localpath watch="${dir.path}"/></sersync><plugin name="command"/></head>`,
  );
  const { code, stderr } = await runTssync(["-o", file, "-m", "comand", "--state-dir", dir.at("state")]);
  expect(code).toBe(78);
  expect(stderr).toContain('Did you mean "command"?');
});
