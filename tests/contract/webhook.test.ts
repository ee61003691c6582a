import { expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { type CloudEvent, HTTP } from "cloudevents";
import { addressGuard } from "../../src/adapters/address_guard.ts";
import { callHttp } from "../../src/adapters/http_call.ts";
import { openPluginFactory } from "../../src/adapters/plugin_factory.ts";
import type { WebhookSettings } from "../../src/config/plugin_settings.ts";
import { pluginEvent } from "../../src/core/plugin_event.ts";
import { type Behaviour, httpAnswer, recordingServer } from "../support/recording_server.ts";
import { pluginConfiguration } from "./plugin_worlds.ts";

const SECRET = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;
const OLD_SECRET = `whsec_${btoa("fedcba9876543210fedcba9876543210")}`;
const { signal } = new AbortController();

function eventOf(seq: number) {
  return pluginEvent(
    {
      type: "tssync.root.halted",
      atMs: Date.now(),
      root: "www",
      remote: null,
      batch: null,
      items: null,
      facts: { reason: "gone ö" },
      epoch: "k3v9qx2a",
      firstSeq: seq,
    },
    0,
    { node: "web01", rootPath: null },
  );
}

async function webhookOf(port: number, more: Partial<WebhookSettings> = {}, allow = ["127.0.0.0/8"]) {
  const settings: WebhookSettings = {
    kind: "webhook",
    url: `http://127.0.0.1:${port}/hook?x=1`,
    types: [],
    roots: [],
    secret: { from: "text", text: SECRET },
    previous: null,
    batchMax: 1,
    batchWaitMs: 1_000,
    ...more,
  };
  const [plugin] = await openPluginFactory({ webhookAllow: () => allow }).open(pluginConfiguration(settings));
  return plugin!;
}

const ACCEPT: Behaviour = { kind: "http", answer: () => httpAnswer(200) };

function parsed(request: string) {
  const [head, body] = request.split("\r\n\r\n") as [string, string];
  const [line, ...rest] = head.split("\r\n");
  const headers = Object.fromEntries(rest.map((each) => {
    const colon = each.indexOf(":");
    return [each.slice(0, colon).toLowerCase(), each.slice(colon + 1).trim()];
  }));
  return { line, headers, body: Buffer.from(body, "latin1").toString("utf8") };
}

test("deliver() sends a request that the library of the receivers verifies, with a CloudEvent that theirs reads", async () => {
  await using server = await recordingServer(ACCEPT);
  const plugin = await webhookOf(server.port);
  const event = eventOf(1);
  expect(await plugin.deliver([event], signal)).toEqual([{ outcome: "delivered", message: "HTTP 200" }]);
  const { line, headers, body } = parsed(server.received[0]!);
  expect(line).toBe("POST /hook?x=1 HTTP/1.1");
  expect(headers["webhook-id"]).toBe(event.id);
  expect(new Webhook(SECRET).verify(body, headers)).toEqual(event.envelope);
  const read = HTTP.toEvent({ headers, body }) as CloudEvent;
  expect({ id: read.id, type: read.type }).toEqual({ id: event.id, type: event.type });
  expect(() => new Webhook(OLD_SECRET).verify(body, headers)).toThrow();
});

test("deliver() signs with the secret before as well, until its time is over", async () => {
  await using server = await recordingServer(ACCEPT);
  for (const [untilMs, count] of [[Date.now() + 60_000, 2], [Date.now() - 1, 1]] as const) {
    const plugin = await webhookOf(server.port, { previous: { secret: { from: "text", text: OLD_SECRET }, untilMs } });
    await plugin.deliver([eventOf(1)], signal);
    const { headers, body } = parsed(server.received.at(-1)!);
    expect(headers["webhook-signature"]!.split(" ")).toHaveLength(count);
    expect(() => new Webhook(SECRET).verify(body, headers)).not.toThrow();
    if (count === 2) expect(() => new Webhook(OLD_SECRET).verify(body, headers)).not.toThrow();
  }
});

test("deliver() sends a batch as an array, with one answer for all", async () => {
  await using server = await recordingServer(ACCEPT);
  const plugin = await webhookOf(server.port, { batchMax: 10 });
  const events = [eventOf(1), eventOf(2)];
  expect(await plugin.deliver(events, signal)).toMatchObject([{ outcome: "delivered" }, { outcome: "delivered" }]);
  const { headers, body } = parsed(server.received[0]!);
  expect(headers["content-type"]).toStartWith("application/cloudevents-batch+json");
  expect(headers["webhook-id"]).not.toContain(".");
  expect(new Webhook(SECRET).verify(body, headers)).toEqual(events.map(({ envelope }) => envelope));
});

for (
  const [status, headers, expected] of [
    [500, {}, { outcome: "retry", afterMs: null }],
    [404, {}, { outcome: "retry", afterMs: null }],
    [429, { "Retry-After": "7" }, { outcome: "retry", afterMs: 7_000 }],
    [503, { "Retry-After": "2" }, { outcome: "retry", afterMs: 2_000 }],
    [410, {}, { outcome: "gone" }],
  ] as const
) {
  test(`deliver() takes ${status} with ${JSON.stringify(headers)} for ${JSON.stringify(expected)}`, async () => {
    await using server = await recordingServer({ kind: "http", answer: () => httpAnswer(status, headers) });
    const plugin = await webhookOf(server.port);
    expect(await plugin.deliver([eventOf(1)], signal)).toMatchObject([expected]);
  });
}

test("deliver() does not follow a redirect", async () => {
  await using target = await recordingServer(ACCEPT);
  const location = `http://127.0.0.1:${target.port}/`;
  await using server = await recordingServer({ kind: "http", answer: () => httpAnswer(302, { Location: location }) });
  const plugin = await webhookOf(server.port);
  expect(await plugin.deliver([eventOf(1)], signal)).toMatchObject([
    { outcome: "retry", message: expect.stringContaining("redirects are not followed") },
  ]);
  expect(target.received).toEqual([]);
});

for (const [how, head] of [["an answer", "HTTP/1.1 200 OK\r\n\r\n"], ["a head", "HTTP/1.1 200 OK\r\nX: "]] as const) {
  test(`deliver() listens to no more than some KB of ${how} without end`, async () => {
    const more = Buffer.alloc(16_384, "x");
    await using server = await recordingServer({ kind: "http", answer: () => [Buffer.from(head), more] });
    const plugin = await webhookOf(server.port);
    const [answer] = await plugin.deliver([eventOf(1)], signal);
    expect(answer!.outcome).toBe(how === "an answer" ? "delivered" : "retry");
  });
}

test("deliver() contacts nobody who is not allowed, by address and by name", async () => {
  await using server = await recordingServer(ACCEPT);
  for (const host of ["127.0.0.1", "localhost", "[::1]", "2130706433", "[::ffff:127.0.0.1]"]) {
    const plugin = await webhookOf(server.port, { url: `http://${host}:${server.port}/` }, []);
    expect(await plugin.deliver([eventOf(1)], signal)).toMatchObject([
      { outcome: "retry", message: expect.stringContaining("not an address of the public internet") },
    ]);
  }
  expect(server.received).toEqual([]);
  const allowed = await webhookOf(server.port, { url: `http://localhost:${server.port}/` }, ["127.0.0.0/8", "::1"]);
  expect(await allowed.deliver([eventOf(1)], signal)).toMatchObject([{ outcome: "delivered" }]);
});

for (
  const [where, address] of [["loopback", "127.0.0.2"], ["private", "10.1.2.3"], ["link-local", "169.254.169.254"]]
) {
  test(`a name that turns to a ${where} address between the look and the call, or before a retry, is not followed`, async () => {
    await using server = await recordingServer(ACCEPT);
    const url = new URL(`http://hooks.example.com:${server.port}/`);
    let addresses = ["127.0.0.1"];
    const resolved: string[] = [];
    const guard = addressGuard(["127.0.0.1"], async () => {
      resolved.push(addresses.join());
      return addresses.map((each) => ({ address: each, family: 4 }));
    });
    const call = () =>
      callHttp({ method: "POST", url, headers: {}, body: "x", lookup: guard.lookup(url) }, signal).then(
        ({ status }) => `HTTP ${status}`,
        (error: Error) => error.message,
      );
    expect(await guard.refusal(url)).toBeNull();
    expect(await call()).toBe("HTTP 200");
    // It was looked at, and is another one when it is called.
    expect(await guard.refusal(url)).toBeNull();
    addresses = ["127.0.0.1", address!];
    expect(await call()).toContain(`${address} is not an address of the public internet`);
    // The retry looks anew, both times.
    addresses = [address!];
    expect(await guard.refusal(url)).toContain(address!);
    expect(await call()).toContain(`${address} is not an address of the public internet`);
    expect(resolved).toHaveLength(6);
    expect(server.received).toHaveLength(1);
  });
}

for (const secret of ["hunter2", "whsec_", `whsec_${btoa("short")}`, "whsec_not base64!"]) {
  test(`open() refuses ${JSON.stringify(secret)} as a secret without repeating it`, async () => {
    const message = await webhookOf(1, { secret: { from: "text", text: secret } }).then(
      () => "",
      (error: Error) => error.message,
    );
    expect(message).toContain('Cannot use the secret of the webhook "webhook"');
    if (secret !== "whsec_") expect(message).not.toContain(secret.replace("whsec_", ""));
  });
}
