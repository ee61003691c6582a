/** The HTTP API as a script with curl meets it: on the socket, and on TCP with the token. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { startMirror } from "../support/mirror.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree } from "../support/tree.ts";

type Answer = { readonly status: number; readonly headers: Record<string, string>; readonly text: string };

/** Runs curl and takes its answer apart. */
function curl(...args: string[]): Answer {
  const { status, stdout, stderr } = spawnSync("curl", ["-sS", "--max-time", "60", "-i", ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`curl ${args.join(" ")} ended with ${status}: ${stderr}`);
  const [head, ...body] = stdout.split("\r\n\r\n");
  const [first, ...lines] = head!.split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(": ", 1)[0]!.toLowerCase(), line.replace(/^[^:]*: /, "")]),
  );
  return { status: Number(first!.split(" ")[1]), headers, text: body.join("\r\n\r\n") };
}

const json = ({ text }: Answer) => JSON.parse(text) as Record<string, unknown>;

test.skipIf(Bun.which("curl") === null)(
  "tssync serves its API to curl on the socket without, on TCP with a token alone",
  async () => {
    await using dir = await tempDir();
    await buildTree(dir.at("source"), { file: "1" });
    await buildTree(dir.at("target"), {});
    await using mirror = await startMirror(
      ["serve", "--watch", dir.at("source"), "--to", dir.at("target"), "--listen", "127.0.0.1:0"],
      { stateDir: dir.at("state") },
    );
    await mirror.flush();
    const socket = (path: string, ...args: string[]) =>
      curl("--unix-socket", dir.at("state", "tssync.sock"), `http://x${path}`, ...args);
    const tcp = (path: string, ...args: string[]) => curl(`http://${mirror.address}${path}`, ...args);
    const token = fs.readFileSync(dir.at("state", "token"), "utf8").trim();
    const withToken = ["-H", `Authorization: Bearer ${token}`];
    for (const file of ["tssync.sock", "token"]) expect(fs.statSync(dir.at("state", file)).mode & 0o777).toBe(0o600);

    // The same on both, once allowed.
    for (const status of [socket("/v1/status"), tcp("/v1/status", ...withToken)]) {
      expect(status.status).toBe(200);
      expect(json(status)).toMatchObject({
        roots: [{ path: dir.at("source"), state: "watching", remotes: [{ state: "ok" }] }],
      });
      expect(status.text).not.toContain(token);
    }
    for (const path of ["/v1/status", "/v1/resyncs", "/v1/failures", "/v1/nothing"]) {
      for (const wrong of [[], ["-H", "Authorization: Bearer wrong"], ["-H", `Authorization: Basic ${token}`]]) {
        const refused = tcp(path, ...wrong);
        expect({ path, status: refused.status }).toEqual({ path, status: 401 });
        expect(refused.headers["www-authenticate"]).toStartWith("Bearer");
        expect(refused.headers["content-type"]).toStartWith("application/problem+json");
      }
    }
    expect(tcp("/v1/flush", "-X", "POST").status).toBe(401);
    for (const path of ["/livez", "/readyz", "/healthz", "/v1/version", "/openapi.json"]) {
      expect({ path, status: tcp(path).status }).toEqual({ path, status: 200 });
    }
    const nothing = tcp("/v1/nothing", ...withToken);
    expect({ status: nothing.status, type: nothing.headers["content-type"] }).toEqual({
      status: 404,
      type: expect.stringContaining("application/problem+json"),
    });
    // Pages of others cannot reach it through a browser.
    expect(tcp("/v1/status", ...withToken, "-H", "Host: evil.example").status).toBe(421);
    expect(tcp("/v1/status", ...withToken, "-H", "Origin: http://evil.example").status).toBe(403);

    const description = json(tcp("/openapi.json")) as { openapi: string; paths: Record<string, object> };
    expect(description.openapi).toStartWith("3.1");
    for (const path of ["/v1/status", "/v1/resyncs", "/v1/resyncs/{id}", "/v1/failures", "/v1/flush"]) {
      expect(Object.keys(description.paths)).toContain(path);
    }

    // sersync's -r from a script: started, waited for, done.
    fs.rmSync(dir.at("target", "file"));
    const started = tcp("/v1/resyncs", "-X", "POST", ...withToken, "-H", "Idempotency-Key: deploy-1");
    expect(started.status).toBe(202);
    const { id } = json(started) as { id: string };
    expect(started.headers["location"]).toEndWith(`/v1/resyncs/${id}`);
    const ended = json(tcp(`/v1/resyncs/${id}?wait=60s`, ...withToken));
    expect(ended).toMatchObject({
      id,
      trigger: "api",
      state: "succeeded",
      perRemote: [{ exitCode: 0, files: 1, error: null }],
    });
    expect(fs.readFileSync(dir.at("target", "file"), "utf8")).toBe("1");
    expect(json(tcp("/v1/resyncs", "-X", "POST", ...withToken, "-H", "Idempotency-Key: deploy-1"))).toMatchObject({
      id,
    });

    await buildTree(dir.at("source"), { file: "22" });
    const body = ["-X", "POST", "-H", "Content-Type: application/json", "-d", '{"scope":"synced","timeout":"60s"}'];
    expect(json(tcp("/v1/flush", ...withToken, ...body))).toMatchObject({ cursor: expect.stringContaining("-") });
    expect(fs.readFileSync(dir.at("target", "file"), "utf8")).toBe("22");
    expect(json(socket("/v1/failures"))).toEqual({ items: [], next: null });
    expect(socket("/v1/flush", "-X", "POST", "-H", "Content-Type: application/json", "-d", "{").status).toBe(400);
    expect(socket("/v1/flush", "-X", "POST", "-H", "Content-Type: application/json", "-d", '{"scope":"soon"}').status)
      .toBe(422);
    await mirror.stop();
  },
);
