/** Tokens must not be seen anywhere but where they are shown once. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { startMirror } from "../support/mirror.ts";
import { tempDir } from "../support/temp_dir.ts";
import { buildTree } from "../support/tree.ts";

test("no token is in an answer, the log, the database or a process's arguments", async () => {
  await using dir = await tempDir();
  await buildTree(dir.at("source"), { a: "1" });
  await buildTree(dir.at("target"), {});
  await using mirror = await startMirror(
    ["serve", "--watch", dir.at("source"), "--to", dir.at("target"), "--listen", "127.0.0.1:0", "--log-level", "debug"],
    { stateDir: dir.at("state") },
  );
  const made = await mirror.ask("token", "create", "--scope", "admin", "--name", "probe");
  const secrets = [made.stdout.trim(), readFileSync(dir.at("state", "token"), "utf8").trim()];
  const headers = { authorization: `Bearer ${secrets[0]}` };
  const description = await (await fetch(`http://${mirror.address}/openapi.json`)).json() as {
    paths: Record<string, Record<string, unknown>>;
  };
  const readable = Object.entries(description.paths).filter(([path, methods]) =>
    "get" in methods && !path.includes("{") && !path.endsWith("/ws")
  ).map(([path]) => path);
  expect(readable.length).toBeGreaterThan(10);
  const seen: string[] = [mirror.running.stderr, mirror.running.stdout];
  for (const path of [...readable, "/v1/roots/source", "/v1/nothing"]) {
    seen.push(await (await fetch(`http://${mirror.address}${path}`, { headers })).text());
    // A wrong token is not repeated either.
    seen.push(
      await (await fetch(`http://${mirror.address}${path}`, { headers: { authorization: `Bearer ${secrets[0]}x` } }))
        .text(),
    );
  }
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      seen.push(readFileSync(`/proc/${pid}/cmdline`, "latin1"));
    } catch {
      // It ended meanwhile.
    }
  }
  for (const file of ["tssync.db", "tssync.db-wal"]) seen.push(readFileSync(dir.at("state", file), "latin1"));
  seen.push(mirror.running.stderr);
  for (const secret of secrets) expect(seen.filter((text) => text.includes(secret)).length).toBe(0);
  await mirror.stop();
});
