import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { runTssync } from "../support/executable.ts";
import { httpAnswer, recordingServer } from "../support/recording_server.ts";
import { tempDir } from "../support/temp_dir.ts";

test("tssync plugin test --send delivers exactly what it shows, tells the answer, and ends with 1 where it is refused", async () => {
  await using dir = await tempDir();
  await using socket = await recordingServer({ kind: "listen" });
  await using form = await recordingServer({ kind: "http", answer: () => httpAnswer(500) });
  await using cache = await recordingServer({ kind: "http", answer: () => httpAnswer(200) });
  for (const name of ["src", "dst"]) await mkdir(dir.at(name));
  await writeFile(dir.at("src/a ö.txt"), "hello");
  const local = (inside: string) => `<localpath watch="${dir.at("src")}">${inside}</localpath>`;
  await writeFile(
    dir.at("confxml.xml"),
    `<head version="2.5"><sersync>${local(`<remote path="${dir.at("dst")}"/>`)}</sersync>
    <plugin name="socket">${local(`<deshost ip="127.0.0.1" port="${socket.port}"/>`)}</plugin>
    <plugin name="http">${local(`<deshost url="http://127.0.0.1:${form.port}/f"/>`)}</plugin>
    <plugin name="edge">${
      local(
        `<cdn provider="varnish" base="http://www.example.com/" endpoint="http://127.0.0.1:${cache.port}"/>`,
      )
    }</plugin></head>`,
  );
  const ask = async (...args: string[]) => {
    const ending = await runTssync(["plugin", "test", "-o", dir.at("confxml.xml"), "--path", "a ö.txt", ...args]);
    return { exitCode: ending.code, stdout: ending.stdout, stderr: ending.stderr };
  };
  const path = dir.at("src/a ö.txt");

  const shown = await ask("socket");
  expect(shown).toMatchObject({ exitCode: 0, stderr: "" });
  expect(shown.stdout).toContain(`127.0.0.1:${socket.port} <- ${JSON.stringify(path)}\n  not sent\n`);
  expect(socket.received).toEqual([]);

  const sent = await ask("socket", "--send");
  expect(sent).toMatchObject({ exitCode: 0, stderr: "" });
  expect(sent.stdout).toMatch(/\n {2}delivered after \d+ ms: sent\n$/);
  expect(socket.received.map((bytes) => Buffer.from(bytes, "latin1").toString())).toEqual([path]);

  const refused = await ask("http", "--send", "--json");
  expect(refused.exitCode).toBe(1);
  const { receivers: [receiver] } = JSON.parse(refused.stdout) as {
    receivers: { request: string[]; outcome: string; message: string }[];
  };
  expect(receiver).toMatchObject({ outcome: "retry", message: "HTTP 500" });
  const body = form.received[0]!.split("\r\n\r\n")[1]!;
  expect(receiver!.request).toEqual([`POST http://127.0.0.1:${form.port}/f\n${body}`]);

  const purged = await ask("edge", "--send");
  expect(purged).toMatchObject({ exitCode: 0, stderr: "" });
  expect(purged.stdout).toContain(
    `PURGE /a%20%C3%B6.txt at 127.0.0.1:${cache.port}\n  Host: www.example.com\n  delivered after `,
  );
  expect(cache.received[0]).toMatch(/^PURGE \/a%20%C3%B6\.txt HTTP\/1\.1\r\n/);

  expect(await ask("sockt")).toMatchObject({ exitCode: 4, stdout: "" });
});
