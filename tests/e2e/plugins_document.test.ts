/** The configuration of docs/plugins.md, with nothing changed but where things are. */
import { expect, test } from "bun:test";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { startMirror, troubleIn } from "../support/mirror.ts";
import { httpAnswer, recordingServer } from "../support/recording_server.ts";
import { tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

test("every plugin of docs/plugins.md hears of a file, as it stands there", async () => {
  await using dir = await tempDir();
  await using socket = await recordingServer({ kind: "listen" });
  await using form = await recordingServer({ kind: "http", answer: () => httpAnswer(200) });
  const answer = () => httpAnswer(200, { whatsup: 'content="succeed"' });
  await using cdn = await recordingServer({ kind: "http", answer });
  await using hook = await recordingServer({ kind: "http", answer: () => httpAnswer(204) });
  const [source, program, words] = [dir.at("source"), dir.at("changed.sh"), dir.at("words")];
  await mkdir(source);
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$@" >> '${words}'\n`);
  await chmod(program, 0o755);
  const document = await readFile(new URL("../../docs/plugins.md", import.meta.url), "utf8");
  let text = /```xml\n(.*?)```/s.exec(document)![1]!;
  for (
    const [there, here] of [
      ["/data/www", source],
      ['<remote ip="172.16.1.41" name="www"/>', `<remote path="${dir.at("target")}"/>`],
      ["/opt/scripts/changed.sh", program],
      ['ip="192.168.138.20" port="8009"', `ip="127.0.0.1" port="${socket.port}"`],
      ["http://192.168.138.20/changed", `http://127.0.0.1:${form.port}/changed`],
      ['domainname="ccms.chinacache.com" port="80"', `domainname="127.0.0.1" port="${cdn.port}"`],
      ["10.0.0.0/8", "127.0.0.0/8"],
      ["https://hooks.example.com/tssync", `http://127.0.0.1:${hook.port}/tssync`],
    ] as const
  ) {
    expect(text).toContain(there);
    text = text.replaceAll(there, here);
  }
  await writeFile(dir.at("confxml.xml"), text);
  const args = ["serve", "-o", "confxml.xml", "--listen", "off", "--initial", "none"];
  const env = { DEPLOY_SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}` };
  await using mirror = await startMirror(args, { stateDir: dir.at("state"), cwd: dir.path, env });
  await writeFile(`${source}/a b.png`, "x");
  await waitUntil(
    "all of them to hear of it",
    async () =>
      await readFile(words, "utf8").catch(() => "") === `${source}/a b.png\n--quiet\n` &&
      [socket, form, cdn, hook].every(({ received }) => received.length > 0),
  );
  expect(socket.received).toEqual([`${source}/a b.png`]);
  expect(form.received[0]).toContain("a%20b.png&mask=8");
  expect(cdn.received[0]).toContain("&urls=http://www.example.com/cms/a%20b.png HTTP/1.0\r\n");
  expect(hook.received[0]).toStartWith("POST /tssync HTTP/1.1\r\n");
  expect(troubleIn(mirror.running.stderr).filter((line) => !line.includes("Note on "))).toEqual([]);
  await mirror.stop();
});
