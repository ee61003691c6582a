import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { recordingServer } from "../../support/recording_server.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { record } from "./recorded_terminal.ts";

const SECRET = `whsec_${Buffer.from("s".repeat(32)).toString("base64")}`;

/** A root with these blocks; none of the plugins is switched on. */
async function place(dir: Awaited<ReturnType<typeof tempDir>>, blocks: string) {
  for (const name of ["src", "src/site", "dst"]) await mkdir(dir.at(name));
  await writeFile(dir.at("src/site/a b.txt"), "hello");
  const root = `<localpath watch="${dir.at("src")}"><remote path="${dir.at("dst")}"/></localpath>`;
  const filter = '<filter start="true"><exclude expression="(.*)\\.tmp"/></filter>';
  await writeFile(dir.at("confxml.xml"), `<head version="2.5">${filter}<sersync>${root}</sersync>${blocks}</head>`);
  return (...args: string[]) => record(["plugin", "test", "-o", dir.at("confxml.xml"), ...args], { cwd: dir.path });
}

test("tssync plugin test shows the argv of a command, a form, a purge and a signed request, and sends nothing", async () => {
  await using dir = await tempDir();
  await using server = await recordingServer({ kind: "listen" });
  await writeFile(dir.at("secret"), SECRET, { mode: 0o600 });
  const at = `127.0.0.1:${server.port}`;
  const local = (inside: string) => `<localpath watch="${dir.at("src")}">${inside}</localpath>`;
  const ask = await place(
    dir,
    `<plugin name="command"><param prefix="/bin/rm -f" suffix="--quiet" ignoreError="true"/></plugin>
    <plugin name="http">${local(`<deshost url="http://user:hidden@${at}/f?key=hidden&amp;hidden"/>`)}</plugin>
    <plugin name="refreshCDN">${
      local(
        `<cdninfo domainname="127.0.0.1" port="${server.port}" username="hidden" passwd="hidden"/>
         <sendurl base="http://www.example.com/cms"/>`,
      )
    }</plugin>
    <webhooks allow="127.0.0.0/8"><webhook name="deploy" url="http://${at}/hidden" types="tssync.file.synced"
      secret="file:${dir.at("secret")}"/></webhooks>`,
  );
  const command = await ask("command", "--path", "site/a b.txt");
  expect(command).toEqual({
    exitCode: 0,
    err: "",
    out: `command (tssync.file.synced_all):\n  ["/bin/rm","-f","${
      dir.at("src/site/a b.txt")
    }","--quiet"]\n  not sent\n`,
  });
  const form = await ask("http", "--path", dir.at("src/site/a b.txt"));
  expect(form.out).toContain(`POST http://${at}/f?key=***&***\n  Authorization: Basic ***\n  watchroot=`);
  expect(form.out).toMatch(/isdir=0&inotifyPath=\S+site%2Fa(?:%20|\+)b\.txt&mask=\d+\n/);
  const purge = await ask("refreshCDN", "--path", "site");
  expect(purge.out).toContain("HEAD /index.jsp?user=***&pswd=***&ok=ok&dirs=http://www.example.com/cms/site/ HTTP/1.0");
  const webhook = await ask("deploy", "--path", "site/a b.txt", "--json");
  expect(JSON.parse(webhook.out)).toMatchObject({
    plugin: "deploy",
    root: "src",
    path: dir.at("src/site/a b.txt"),
    receivers: [{ kind: "webhook", receiver: at, event: "tssync.file.synced", outcome: null, durationMs: null }],
  });
  expect(webhook.out).toContain("webhook-signature: v1,***");
  expect(webhook.out).toContain(String.raw`\"subject\":\"site/a b.txt\"`);
  for (const { out, exitCode } of [form, purge, webhook]) {
    expect(exitCode).toBe(0);
    for (const secret of ["hidden", SECRET]) expect(out).not.toContain(secret);
  }
  expect(server.received).toEqual([]);
});

test("tssync plugin test says that nothing is sent for a path that is excluded or not the plugin's", async () => {
  await using dir = await tempDir();
  const ask = await place(
    dir,
    `<plugin name="command"><param prefix="/bin/true" suffix="" ignoreError="true"/>
     <filter start="true"><include expression="(.*)\\.png"/></filter></plugin>`,
  );
  expect(await ask("command", "--path", "a.txt")).toMatchObject({
    exitCode: 0,
    out: "command:\n  nothing: it is not told of this path\n",
  });
  const excluded = await ask("command", "--path", "x.tmp", "--send");
  expect(excluded.out).toBe("command:\n  nothing: the path is excluded by (.*)\\.tmp\n");
  expect(excluded.exitCode).toBe(1);
  expect(await ask("command", "--path", "a.png", "--send")).toMatchObject({ exitCode: 0 });
});

test("tssync plugin test ends with 2 for a wrong call, 4 for an unknown plugin or place, 78 for a broken one", async () => {
  await using dir = await tempDir();
  const ask = await place(
    dir,
    `<plugin name="command"><param prefix="/bin/true" suffix="" ignoreError="true"/></plugin>
     <webhooks><webhook name="deploy" url="https://example.com/" secret="env:TSSYNC_TEST_NOT_SET"/></webhooks>`,
  );
  expect(await ask("comand", "--path", "a")).toMatchObject({
    exitCode: 4,
    err: expect.stringContaining('There is no plugin "comand". Did you mean command?'),
  });
  expect(await ask("nothing-like-it", "--path", "a")).toMatchObject({
    exitCode: 4,
    err: expect.stringContaining("There are: command, deploy."),
  });
  expect(await ask("command", "--path", "/elsewhere/a")).toMatchObject({ exitCode: 4 });
  expect(await ask("command", "--path", "../a")).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining("leads out of the root src"),
  });
  expect(await ask("command")).toMatchObject({ exitCode: 2, err: expect.stringContaining("--path PATH") });
  expect(await record(["plugin"])).toMatchObject({ exitCode: 2 });
  expect(await record(["plugin", "show", "command", "--path", "a"])).toMatchObject({ exitCode: 2 });
  expect(await ask("deploy", "--path", "a")).toMatchObject({ exitCode: 78 });
  expect(await record(["plugin", "test", "x", "--path", "a", "-o", dir.at("none.xml")])).toMatchObject({
    exitCode: 78,
  });
});
