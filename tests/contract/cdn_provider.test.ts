import { afterAll, beforeAll, expect, test } from "bun:test";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { ANSWER_BYTES_MAX } from "../../src/adapters/cdn_request.ts";
import { openCdnProvider } from "../../src/adapters/cdn_provider.ts";
import { CDN_PROVIDER_NAMES } from "../../src/core/cdn_provider.ts";
import { cacheSettings, cdnUnderTest, PREFIX, SECRETS } from "./cdn_worlds.ts";

const never = new AbortController().signal;

beforeAll(() => {
  for (const [name, value] of Object.entries(SECRETS)) process.env[PREFIX + name] = value;
});

afterAll(() => {
  for (const name of Object.keys(SECRETS)) delete process.env[PREFIX + name];
});

function expectNoSecret(text: string): void {
  for (const [name, secret] of Object.entries(SECRETS)) {
    if (secret !== "") expect({ name, isTold: text.includes(secret) }).toEqual({ name, isTold: false });
  }
}

for (const name of CDN_PROVIDER_NAMES) {
  test(`${name}: purge() asks in the vendor's form, with a signature that holds, and takes its yes for one`, async () => {
    await using cdn = await cdnUnderTest(name);
    const batches = cdn.batches();
    expect(batches.length).toBeGreaterThan(0);
    for (const batch of batches) {
      const result = await cdn.provider.purge(batch, never);
      expect(cdn.problems).toEqual([]);
      expect({ kind: batch.kind, refused: result.refused }).toEqual({ kind: batch.kind, refused: [] });
      expect(result.status).toBeGreaterThanOrEqual(200);
    }
    expect(cdn.requests).toHaveLength(batches.length);
  });

  test(`${name}: preview() shows the request that purge() makes, without a secret, and contacts nobody`, async () => {
    await using cdn = await cdnUnderTest(name);
    for (const batch of cdn.batches()) {
      const before = cdn.requests.length;
      const text = await cdn.provider.preview(batch);
      expect(cdn.requests).toHaveLength(before);
      expectNoSecret(text);
      expectNoSecret(decodeURIComponent(text));
      await cdn.provider.purge(batch, never);
      const { method, target, body } = cdn.requests.at(-1)!;
      const masked = (sent: string) =>
        Object.values(SECRETS).filter((secret) => secret !== "").flatMap((secret) => [
          secret,
          encodeURIComponent(secret),
          new URLSearchParams({ "": secret }).toString().slice(1),
        ]).reduce((rest, secret) => rest.replaceAll(secret, "***"), sent);
      expect(text.split("\n")[0]).toStartWith(`${method} `);
      expect(text.split("\n")[0]).toContain(masked(target));
      expect(text).toContain(masked(body));
      expect(text).not.toMatch(/^\S*(authorization|signature)\S*: (?!\*\*\*$)/im);
    }
  });

  test(`${name}: purge() tells what may be tried again, and how long the account wants to be left alone`, async () => {
    await using cdn = await cdnUnderTest(name);
    cdn.answerWith(cdn.vendor.tooMuch);
    const [batch] = cdn.batches();
    const result = await cdn.provider.purge(batch!, never);
    expect(result.refused.map(({ value, retryable }) => ({ value, retryable }))).toEqual(
      batch!.values.map((value) => ({ value, retryable: true })),
    );
    expect(result.pauseMs).toBeGreaterThan(0);
    const { "Retry-After": retryAfter } = cdn.vendor.tooMuch.headers ?? {};
    if (retryAfter !== undefined) expect(result.pauseMs).toBe(Number(retryAfter) * 1_000);
  });

  test(`${name}: purge() tells what will never be taken`, async () => {
    await using cdn = await cdnUnderTest(name);
    if (cdn.vendor.refused === null) return;
    cdn.answerWith(cdn.vendor.refused);
    const [batch] = cdn.batches();
    const { refused } = await cdn.provider.purge(batch!, never);
    expect(refused.map(({ retryable }) => retryable)).toEqual(batch!.values.map(() => false));
  });

  test(`${name}: purge() takes trouble of the server, a login that fails and a redirect for what may pass`, async () => {
    await using cdn = await cdnUnderTest(name);
    const [batch] = cdn.batches();
    for (const status of [401, 403, 500, 502, 503, 302]) {
      cdn.answerWith({ status, headers: { Location: `${cdn.endpoint}/elsewhere` } });
      const before = cdn.requests.length;
      const { refused } = await cdn.provider.purge(batch!, never);
      expect({ status, retryable: refused.map(({ retryable }) => retryable) }).toEqual({
        status,
        retryable: batch!.values.map(() => true),
      });
      expect(cdn.requests.length).toBe(before + 1);
    }
  });

  test(`${name}: purge() tells no secret, whatever the answer holds`, async () => {
    await using cdn = await cdnUnderTest(name);
    const [batch] = cdn.batches();
    const all = Object.values(SECRETS).filter((secret) => secret !== "").join(" ");
    const echoes = [
      JSON.stringify({ success: false, errors: [{ code: 1, message: all }], Message: all, msg: all, detail: all }),
      JSON.stringify({ status: "error", description: all, error_message: all, title: all, message: all }),
      JSON.stringify({ Code: all, Message: all }),
      JSON.stringify({ Response: { Error: { Code: all, Message: all } } }),
      `<Code>${all}</Code><Message>${all}</Message>`,
      all,
    ];
    for (const body of echoes) {
      for (const status of [200, 400, 500]) {
        cdn.answerWith({ status, headers: { whatsup: "failed" }, body });
        expectNoSecretOfIts(name, JSON.stringify(await cdn.provider.purge(batch!, never)));
      }
    }
  });

  test(`${name}: purge() without an answer says so, and may be tried again`, async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => void server.close(resolve));
    const provider = await openCdnProvider(cacheSettings(name, `http://127.0.0.1:${port}`));
    const batch = { id: "b", kind: "url", values: ["http://www.example.com/a"] } as const;
    const { refused, status } = await provider.purge(batch, never);
    expect(status).toBeNull();
    expect(refused).toMatchObject([{ retryable: true, message: expect.stringContaining(`127.0.0.1:${port}`) }]);
    expectNoSecret(JSON.stringify(refused));
  });
}

/** Of other accounts it knows nothing. */
function expectNoSecretOfIts(name: string, text: string): void {
  const words = { cloudfront: "AWS_", tencent: "TENCENT", aliyun: "ALIBABA" } as Readonly<Record<string, string>>;
  const start = words[name] ?? name.replace(/2$/, "").toUpperCase();
  for (const [variable, secret] of Object.entries(SECRETS)) {
    if (variable.startsWith(start) && secret !== "") expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
  }
}

test("purge() ends at an abort, and listens to no endless answer", async () => {
  let mode: "silent" | "endless" = "silent";
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {
      if (mode === "silent") return;
      socket.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
      const flood = () => {
        while (!socket.destroyed && socket.write("x".repeat(ANSWER_BYTES_MAX / 4)));
      };
      socket.on("drain", flood);
      flood();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const provider = await openCdnProvider(cacheSettings("varnish", `http://127.0.0.1:${port}`));
  const batch = { id: "b", kind: "url", values: ["http://www.example.com/a"] } as const;

  const abort = new AbortController();
  const waiting = provider.purge(batch, abort.signal);
  abort.abort();
  expect((await waiting).refused).toMatchObject([{ retryable: true }]);
  expect((await provider.purge(batch, abort.signal)).refused).toMatchObject([{ retryable: true }]);

  mode = "endless";
  expect((await provider.purge(batch, never)).refused).toEqual([]);
  server.close();
});
