/** Plugins under Deno: what `tests/e2e` shows of the executable, in one short life. */
import { expect, test } from "bun:test";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { Webhook } from "standardwebhooks";
import { startMirror, troubleIn } from "../support/mirror.ts";
import { httpAnswer, recordingServer } from "../support/recording_server.ts";
import { tempDir } from "../support/temp_dir.ts";
import { vendorServer } from "../support/vendors/vendor_server.ts";
import { waitUntil } from "../support/wait_until.ts";

const NAME = "sp ace;touch pwned 'ö'\n";

test("Deno: a command, a socket, a form, a webhook and a cache hear of a file after the mirror has it, with the same id after kill -9", async () => {
  await using dir = await tempDir();
  let isTaken = false;
  await using socket = await recordingServer({ kind: "listen" });
  await using form = await recordingServer({ kind: "http", answer: () => httpAnswer(200) });
  await using hook = await recordingServer({ kind: "http", answer: () => httpAnswer(isTaken ? 204 : 503) });
  await using cache = await vendorServer(() => ({ status: 200 }));
  const [src, stateDir, program, file] = [dir.at("src"), dir.at("state"), dir.at("program"), dir.at("confxml.xml")];
  for (const name of ["src", "dst"]) await mkdir(dir.at(name));
  await writeFile(
    program,
    `#!/bin/sh\ncat "$1" > '${dir.at("seen.new")}' && mv '${dir.at("seen.new")}' '${dir.at("seen")}'\n`,
  );
  await chmod(program, 0o755);
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const local = (inside: string) => `<localpath watch="${src}">${inside}</localpath>`;
  const switches = ["command", "socket", "http", "edge"].map((name) => `<plugin start="true" name="${name}"/>`);
  await writeFile(
    file,
    `<head><host port="off"/><sersync>${
      local(`<remote path="${dir.at("dst")}"/>`)
    }<rsync><commonParams params="-az"/></rsync>${switches.join("")}</sersync>
    <plugin name="command"><param prefix="${program}" suffix="" ignoreError="false"/></plugin>
    <plugin name="socket">${local(`<deshost ip="127.0.0.1" port="${socket.port}"/>`)}</plugin>
    <plugin name="http">${local(`<deshost url="http://127.0.0.1:${form.port}/f"/>`)}</plugin>
    <plugin name="edge">${
      local(`<cdn provider="varnish" endpoint="${cache.endpoint}" base="http://www.example.com"/>`)
    }</plugin>
    <webhooks allow="127.0.0.0/8, ::1"><webhook name="deploy" url="http://localhost:${hook.port}/"
      types="tssync.file.synced_all" secret="env:TSSYNC_TEST_SECRET"/></webhooks></head>`,
  );
  const options = { stateDir, runtime: "deno", env: { TSSYNC_TEST_SECRET: secret } } as const;
  const args = ["serve", "-o", file, "--initial", "none"];
  const ids = () =>
    hook.received.map((request) => {
      const [head, body] = request.split("\r\n\r\n") as [string, string];
      const headers = Object.fromEntries(
        ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [
          name,
          new RegExp(`^${name}: (.*)$`, "im").exec(head)![1]!.trim(),
        ]),
      );
      const event = new Webhook(secret).verify(Buffer.from(body, "latin1"), headers) as { id: string; subject: string };
      expect(event.subject).toBe(NAME);
      return event.id;
    });
  {
    await using mirror = await startMirror(args, options);
    await writeFile(`${src}/${NAME}`, "hello");
    const path = Buffer.from(`${src}/${NAME}`).toString("latin1");
    await waitUntil(
      "all of them to hear of it",
      async () =>
        await readFile(dir.at("seen"), "utf8").catch(() => "") === "hello" && socket.received.includes(path) &&
        form.received.length > 0 && cache.requests.length > 0 && hook.received.length > 0,
    );
    expect(await readFile(`${dir.at("dst")}/${NAME}`, "utf8")).toBe("hello");
    expect(form.received[0]).toEndWith("sp%20ace%3Btouch%20pwned%20%27%C3%B6%27%0A&mask=8");
    expect(cache.requests[0]).toMatchObject({
      method: "PURGE",
      target: "/sp%20ace;touch%20pwned%20'%C3%B6'%0A",
      headers: { host: "www.example.com" },
    });
    expect(await readFile(dir.at("pwned")).catch(() => null)).toBeNull();
    expect(troubleIn(mirror.running.stderr).filter((line) => !line.includes("HTTP 503"))).toEqual([]);
    await mirror.running.stop("SIGKILL");
  }
  isTaken = true;
  const before = new Set(ids());
  const count = hook.received.length;
  await using mirror = await startMirror(args, options);
  await waitUntil("the webhook to be told again", () => hook.received.length > count);
  expect(ids().filter((id) => !before.has(id))).toEqual([]);
  await mirror.stop();
});
