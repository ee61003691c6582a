import { expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { Webhook } from "standardwebhooks";
import { startMirror } from "../support/mirror.ts";
import { runTssync } from "../support/executable.ts";
import { type Behaviour, httpAnswer, type RecordingServer, recordingServer } from "../support/recording_server.ts";
import { tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

const SYNCED_ALL = ["tssync.file.synced_all"];
const ALLOW = ["--webhook-allow", "127.0.0.0/8"];
const ACCEPT: Behaviour = { kind: "http", answer: () => httpAnswer(204) };

type Made = { readonly id: string; readonly secret: string };

/** A source with one local remote, and how to ask its daemon. */
async function place() {
  const dir = await tempDir();
  for (const name of ["src", "dst"]) await mkdir(dir.at(name));
  const stateDir = dir.at("state");
  const args = ["serve", "--watch", dir.at("src"), "--to", dir.at("dst"), "--listen", "off", "--initial", "none"];
  const ask = async (method: string, path: string, body?: unknown) => {
    const init = { method, unix: `${stateDir}/tssync.sock` };
    const sent = body === undefined
      ? init
      : { ...init, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const answer = await fetch(`http://x${path}`, sent);
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
  };
  return { dir, src: dir.at("src"), stateDir, args, ask, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}

function verified(request: string, secret: string): { id: string; subject?: string; type: string } {
  const [head, body] = request.split("\r\n\r\n") as [string, string];
  const headers = Object.fromEntries(
    head.split("\r\n").slice(1).map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const event = new Webhook(secret).verify(Buffer.from(body, "latin1"), headers) as { id: string; type: string };
  expect(headers["webhook-id"]).toBe(event.id);
  return event;
}

test("a webhook made through the API gets every file, signed, and the same id again after a failure and after kill -9", async () => {
  await using at = await place();
  let status = 204;
  await using receiver = await recordingServer({ kind: "http", answer: () => httpAnswer(status) });
  const url = `http://127.0.0.1:${receiver.port}/hook`;
  let made: Made;
  {
    await using mirror = await startMirror([...at.args, ...ALLOW], { stateDir: at.stateDir });
    const answer = await at.ask("POST", "/v1/webhooks", { url, types: SYNCED_ALL });
    expect(answer.status).toBe(201);
    made = answer.body as Made;
    await writeFile(`${at.src}/a`, "a");
    await waitUntil("the first event", () => receiver.received.length === 1);
    expect(verified(receiver.received[0]!, made.secret)).toMatchObject({ subject: "a", type: SYNCED_ALL[0]! });
    status = 500;
    await writeFile(`${at.src}/b`, "b");
    await waitUntil("an attempt that failed", () => receiver.received.length === 2);
    await waitUntil("the failure to be stored", async () => {
      const { body } = await at.ask("GET", `/v1/deliveries?plugin=${made.id}&state=waiting`);
      return (body.items as { message: string; nextAt: string }[]).some(({ message }) => message.includes("HTTP 500"));
    });
    mirror.running.child.kill("SIGKILL");
    await mirror.running.ended;
  }
  status = 204;
  await using mirror = await startMirror([...at.args, ...ALLOW], { stateDir: at.stateDir });
  const ids = () =>
    receiver.received.map((request) => verified(request, made.secret)).map(({ id, subject }) => `${subject} ${id}`);
  await waitUntil("the second event to come again", () => {
    const ofB = ids().filter((each) => each.startsWith("b "));
    return ofB.length >= 2 && new Set(ofB).size < ofB.length;
  });
  expect((await at.ask("GET", `/v1/webhooks/${made.id}`)).body).toMatchObject({ state: "enabled", url });
  for (const file of ["tssync.pid"]) {
    expect(await readFile(`${at.stateDir}/${file}`, "utf8")).not.toContain(made.secret);
  }
  expect(mirror.running.stderr).not.toContain(made.secret);
  await mirror.stop();
});

test("410 disables a webhook, 429 is waited for, and a rotated secret signs beside the old one", async () => {
  await using at = await place();
  let answer = () => httpAnswer(410);
  await using receiver = await recordingServer({ kind: "http", answer: () => answer() });
  await using mirror = await startMirror([...at.args, ...ALLOW], { stateDir: at.stateDir });
  const url = `http://127.0.0.1:${receiver.port}/`;
  const made = (await at.ask("POST", "/v1/webhooks", { url, types: SYNCED_ALL })).body as Made;
  await writeFile(`${at.src}/a`, "a");
  await waitUntil(
    "it to be disabled",
    async () => (await at.ask("GET", `/v1/webhooks/${made.id}`)).body.state === "disabled",
  );
  await writeFile(`${at.src}/b`, "b");
  await mirror.flush();
  expect(receiver.received).toHaveLength(1);
  const askedAt: number[] = [];
  answer = () => {
    askedAt.push(performance.now());
    return askedAt.length === 1 ? httpAnswer(429, { "Retry-After": "2" }) : httpAnswer(200);
  };
  const rotated = (await at.ask("POST", `/v1/webhooks/${made.id}/rotate`)).body as Made;
  expect((await at.ask("PATCH", `/v1/webhooks/${made.id}`, { state: "enabled" })).body.state).toBe("enabled");
  await waitUntil("both events", () => askedAt.length >= 3);
  expect(askedAt[2]! - askedAt[0]!).toBeGreaterThanOrEqual(1_900);
  for (const secret of [made.secret, rotated.secret]) {
    expect(verified(receiver.received.at(-1)!, secret).type).toBe(SYNCED_ALL[0]!);
  }
  expect((await at.ask("POST", `/v1/webhooks/${made.id}/test`)).body).toEqual({ delivered: true, message: "HTTP 200" });
  expect(verified(receiver.received.at(-1)!, rotated.secret).type).toBe("tssync.webhook.test");
  await mirror.stop();
});

test("webhooks go nowhere that is not allowed", async () => {
  await using at = await place();
  await using receiver = await recordingServer(ACCEPT);
  await using mirror = await startMirror(at.args, { stateDir: at.stateDir });
  const { port } = receiver;
  for (
    const host of ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "169.254.169.254"]
  ) {
    for (const scheme of ["http", "https"]) {
      const { status, body } = await at.ask("POST", "/v1/webhooks", { url: `${scheme}://${host}:${port}/` });
      expect({ host, scheme, status, code: body.code }).toEqual({
        host,
        scheme,
        status: 422,
        code: "webhook-forbidden",
      });
    }
  }
  expect(receiver.received).toEqual([]);
  await mirror.stop();
});

test("a webhook of the configuration runs, with its secret in the environment or a file", async () => {
  await using at = await place();
  await using receiver = await recordingServer(ACCEPT);
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  await writeFile(at.dir.at("secret"), `${secret}\n`, { mode: 0o600 });
  const file = at.dir.at("confxml.xml");
  const hook = (name: string, place: string) =>
    `<webhook name="${name}" url="http://127.0.0.1:${receiver.port}/${name}" types="tssync.file.synced_all" secret="${place}"/>`;
  await writeFile(
    file,
    `<head><host port="off"/><sersync><localpath watch="${at.src}"><remote path="${
      at.dir.at("dst")
    }"/></localpath></sersync>
     <webhooks allow="127.0.0.0/8">${hook("env", "env:TSSYNC_TEST_SECRET")}${
      hook("file", `file:${at.dir.at("secret")}`)
    }</webhooks></head>`,
  );
  const env = { TSSYNC_TEST_SECRET: secret };
  await using mirror = await startMirror(["serve", "-o", file, "--initial", "none"], { stateDir: at.stateDir, env });
  await writeFile(`${at.src}/a`, "a");
  await waitUntil("both requests", () => receiver.received.length === 2);
  for (const request of receiver.received) expect(verified(request, secret)).toMatchObject({ subject: "a" });
  const listed = (await at.ask("GET", "/v1/webhooks")).body.items as { id: string; origin: string }[];
  expect(listed.map(({ id, origin }) => `${id} ${origin}`)).toEqual(["env configuration", "file configuration"]);
  await mirror.stop();
  const { code, stderr } = await runTssync(["serve", "-o", file, "--state-dir", at.stateDir]);
  expect({ code, told: stderr.includes("the environment has no variable TSSYNC_TEST_SECRET") }).toEqual({
    code: 78,
    told: true,
  });
});

/** What a receiver does, and what becomes of the one event that it is given: its state, and what is told of it. */
const RECEIVERS: Readonly<Record<string, { readonly does: Behaviour; readonly becomes: readonly [string, RegExp] }>> = {
  good: { does: ACCEPT, becomes: ["delivered", /^HTTP 204$/] },
  endless: { does: endless("HTTP/1.1 200 OK\r\n\r\n"), becomes: ["delivered", /^HTTP 200$/] },
  headless: { does: endless("HTTP/1.1 200 OK\r\nX: "), becomes: ["waiting", /./] },
  silent: { does: { kind: "http", answer: () => null }, becomes: ["waiting", /no answer within 15 s|took too long/] },
  broken: { does: { kind: "http", answer: () => httpAnswer(500) }, becomes: ["waiting", /HTTP 500$/] },
  patient: {
    does: { kind: "http", answer: () => httpAnswer(429, { "Retry-After": "3600" }) },
    becomes: ["waiting", /HTTP 429$/],
  },
  gone: { does: { kind: "http", answer: () => httpAnswer(410) }, becomes: ["waiting", /HTTP 410, it wants nothing/] },
  elsewhere: {
    does: { kind: "http", answer: () => httpAnswer(307, { Location: "http://127.0.0.1:1/elsewhere" }) },
    becomes: ["waiting", /HTTP 307, redirects are not followed/],
  },
  down: { does: "down", becomes: ["waiting", /refused|CONNREFUSED/i] },
};

function endless(head: string): Behaviour {
  return { kind: "http", answer: () => [Buffer.from(head), Buffer.alloc(16_384, "x")] };
}

test("receivers that are down, slow, broken, gone, elsewhere or without end harm neither the mirror nor each other", async () => {
  await using at = await place();
  await using stack = new AsyncDisposableStack();
  const servers = new Map<string, RecordingServer>();
  for (const [name, { does }] of Object.entries(RECEIVERS)) {
    servers.set(name, stack.use(await recordingServer(does)));
  }
  const hooks = [...servers].map(([name, { port }]) =>
    `<webhook name="${name}" url="http://127.0.0.1:${port}/" types="tssync.file.synced_all" secret="env:TSSYNC_TEST_SECRET"/>`
  );
  const file = at.dir.at("confxml.xml");
  const root = `<localpath watch="${at.src}"><remote path="${at.dir.at("dst")}"/></localpath>`;
  await writeFile(
    file,
    `<head><host port="off"/><sersync>${root}</sersync><webhooks allow="127.0.0.0/8">${
      hooks.join("")
    }</webhooks></head>`,
  );
  const env = { TSSYNC_TEST_SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}` };
  await using mirror = await startMirror(["serve", "-o", file, "--initial", "none"], { stateDir: at.stateDir, env });
  await writeFile(`${at.src}/a`, "a");
  await mirror.flush();
  expect(await readFile(at.dir.at("dst/a"), "utf8")).toBe("a");
  for (const [name, { becomes: [state, message] }] of Object.entries(RECEIVERS)) {
    const [delivery] = await waitUntil(`${name} to be ${state}`, async () => {
      const { body } = await at.ask("GET", `/v1/deliveries?plugin=${name}&state=${state}`);
      return (body.items as { message: string; lastAt: string; nextAt: string }[]).length > 0 && body.items;
    });
    expect({ name, message: delivery.message }).toEqual({ name, message: expect.stringMatching(message) });
    if (name === "patient") expect(Date.parse(delivery.nextAt) - Date.parse(delivery.lastAt)).toBe(3_600_000);
  }
  await waitUntil("nobody to be listened to any more", () => servers.get("endless")!.open.now === 0);
  const disabled = (await at.ask("GET", "/v1/webhooks")).body.items.filter(({ state }: { state: string }) =>
    state === "disabled"
  );
  expect(disabled.map(({ id }: { id: string }) => id)).toEqual(["gone"]);
  await writeFile(`${at.src}/b`, "b");
  await waitUntil("the good one to hear more", () => servers.get("good")!.received.length === 2);
  await mirror.stop();
});

test("10,000 changes with a receiver that takes 50 ms are kept in the log, not in memory, and the mirror does not wait", async () => {
  await using at = await place();
  await using receiver = await recordingServer({ kind: "http", answer: () => httpAnswer(204), delayMs: 50 });
  await using mirror = await startMirror([...at.args, ...ALLOW], { stateDir: at.stateDir });
  const url = `http://127.0.0.1:${receiver.port}/`;
  const { id } = (await at.ask("POST", "/v1/webhooks", { url, types: SYNCED_ALL })).body as Made;
  for (let index = 0; index < 10_000; index++) await writeFile(`${at.src}/f${index}`, "x");
  await mirror.flush();
  const rssKb = Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${mirror.running.pid}/status`, "utf8"))?.[1]);
  const plugins = (await at.ask("GET", "/v1/status")).body.plugins as { id: string; state: string; unread: number }[];
  // It would need more than two minutes for all of them.
  expect(plugins).toMatchObject([{ id: `webhook/${id}`, state: "ok" }]);
  expect(plugins[0]!.unread).toBeGreaterThan(1_000);
  // Four at once; of each the receiver may hear the end a moment after the next one began.
  expect(receiver.open.most).toBeLessThanOrEqual(8);
  expect(rssKb).toBeLessThan(250_000);
  await mirror.stop();
});
