/** The API over https: beyond loopback without further ado, to the commands and to curl. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect as connectInClear } from "node:net";
import { connect as connectWithTls } from "node:tls";
import { makeCertificate } from "../support/certificate.ts";
import { type Runtime, runTssync, startTssync } from "../support/executable.ts";
import { freePort } from "../support/free_port.ts";
import { tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

for (const runtime of ["compiled", "deno"] as const satisfies readonly Runtime[]) {
  test(`tssync serves https with --tls-cert and --tls-key (${runtime}), and its commands trust --ca-file`, async () => {
    await using dir = await tempDir();
    for (const name of ["src", "dst"]) await mkdir(dir.at(name));
    makeCertificate(dir.at("cert.pem"), dir.at("key.pem"));
    const mirror = ["serve", "--watch", dir.at("src"), "--to", dir.at("dst"), "--state-dir", dir.at("state")];
    const tls = ["--tls-cert", dir.at("cert.pem"), "--tls-key", dir.at("key.pem")];
    await using tssync = startTssync([...mirror, "--listen", "0.0.0.0:0", ...tls], { runtime });
    const [, port] = await tssync.waitForLine(/ready: API on \S+ and 0\.0\.0\.0:(\d+)/);
    const api = ["--api", `https://localhost:${port}`, "--token-file", dir.at("state", "token")];

    const asked = await runTssync(["status", "--json", ...api, "--ca-file", dir.at("cert.pem")], { runtime });
    expect({ code: asked.code, stderr: asked.stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(asked.stdout)).toMatchObject({ roots: [{ path: dir.at("src") }] });
    const distrustful = await runTssync(["status", ...api], { runtime });
    expect(distrustful.code).toBe(3);
    expect(distrustful.stderr).toContain("--ca-file FILE");
    // In clear text nothing is there.
    const clear = await runTssync(["status", "--api", `http://localhost:${port}`], { runtime });
    expect(clear.code).toBe(3);
    if (Bun.which("curl") !== null) {
      const curl = spawnSync("curl", ["-sS", "--cacert", dir.at("cert.pem"), `https://localhost:${port}/livez`]);
      expect(curl.stdout.toString()).toBe('{"status":"ok"}');
    }
    expect((await tssync.stop()).code).toBe(0);
  });
}

for (const runtime of ["compiled", "deno"] as const satisfies readonly Runtime[]) {
  test(`tssync --listen-jsonl speaks TLS with the certificate, also where the API has no port (${runtime})`, async () => {
    await using dir = await tempDir();
    for (const name of ["src", "dst"]) await mkdir(dir.at(name));
    makeCertificate(dir.at("cert.pem"), dir.at("key.pem"));
    const mirror = ["serve", "--watch", dir.at("src"), "--to", dir.at("dst"), "--state-dir", dir.at("state")];
    const tls = ["--tls-cert", dir.at("cert.pem"), "--tls-key", dir.at("key.pem")];
    const listen = ["--listen", "off", "--listen-jsonl", "0.0.0.0:0", ...tls];
    await using tssync = startTssync([...mirror, ...listen], { runtime });
    const [, port] = await tssync.waitForLine(/ready: API on \S+ and 0\.0\.0\.0:(\d+)/);
    const token = (await readFile(dir.at("state", "token"), "utf8")).trim();
    const ca = await readFile(dir.at("cert.pem"), "utf8");

    const socket = connectWithTls({ host: "127.0.0.1", port: Number(port), servername: "localhost", ca });
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => text += chunk);
    for (const frame of [{ op: "auth", token }, { op: "subscribe", types: ["tssync.file.synced_all"] }]) {
      socket.write(`${JSON.stringify(frame)}\n`);
    }
    await waitUntil("its bookmark", () => text.includes('"op":"bookmark"'));
    expect(socket.authorized).toBe(true);
    await writeFile(dir.at("src", "over-tls"), "1");
    await waitUntil("the event", () => text.includes('"subject":"over-tls"'));
    socket.destroy();

    // In clear text nobody is served.
    const clear = connectInClear(Number(port), "127.0.0.1");
    const heard: Buffer[] = [];
    const closed = new Promise((resolve) => clear.once("close", resolve));
    clear.on("data", (chunk: Buffer) => heard.push(chunk)).on("error", () => {});
    clear.write(`${JSON.stringify({ op: "auth", token })}\n`);
    await closed;
    expect(Buffer.concat(heard).toString("latin1")).not.toContain("{");
    expect((await tssync.stop()).code).toBe(0);
  });
}

test("tssync refuses --listen-jsonl beyond loopback in clear text with 78 unless --insecure-http is given", async () => {
  await using dir = await tempDir();
  for (const name of ["src", "dst"]) await mkdir(dir.at(name));
  const mirror = ["--watch", dir.at("src"), "--to", dir.at("dst"), "--state-dir", dir.at("state"), "--listen", "off"];
  const port = await freePort();
  const open = [...mirror, "--listen-jsonl", `0.0.0.0:${port}`];
  for (const command of ["serve", "check"]) {
    const refused = await runTssync([command, ...open]);
    expect({ command, code: refused.code }).toEqual({ command, code: 78 });
    expect(refused.stderr).toContain(`Cannot listen on 0.0.0.0:${port}: other machines reach that address`);
    expect(refused.stderr).toContain(`--listen-jsonl 127.0.0.1:${port}`);
  }
  await using allowed = startTssync(["serve", ...open, "--insecure-http"]);
  await allowed.waitForLine(new RegExp(`ready: API on \\S+ and 0\\.0\\.0\\.0:${port}`));
});

test("tssync refuses a certificate that is not there, or not the key's, with 78", async () => {
  await using dir = await tempDir();
  for (const name of ["src", "dst"]) await mkdir(dir.at(name));
  for (const name of ["one", "two"]) makeCertificate(dir.at(`${name}.pem`), dir.at(`${name}.key`));
  const mirror = ["--watch", dir.at("src"), "--to", dir.at("dst"), "--state-dir", dir.at("state")];
  for (
    const [cert, key, said] of [
      ["none", "one.key", "the certificate cannot be read"],
      ["one.pem", "two.key", "it is not the key"],
      ["one.pem", null, "it goes with --tls-key FILE"],
    ] as const
  ) {
    const tls = ["--tls-cert", dir.at(cert), ...(key === null ? [] : ["--tls-key", dir.at(key)])];
    for (const command of ["serve", "check"]) {
      const refused = await runTssync([command, ...mirror, "--listen", "127.0.0.1:0", ...tls]);
      expect(refused.code).toBe(78);
      expect(refused.stdout + refused.stderr).toContain(said);
    }
  }
});
