/** What every route refuses, as a table over all routes of the description: a new route is in it as soon as it is described. */
import { expect, test } from "bun:test";
import { SCOPES } from "../../../api/scope.ts";
import type { Scope } from "../../../api/scope.ts";
import { memoryFailure, memoryHold, memoryRemote, memoryRoot } from "../../support/memory/memory_control.ts";
import { cachePlugins } from "../../support/plugin_configuration.ts";
import { ApiUnderTest } from "./api_under_test.ts";

type Operation = {
  readonly description?: string;
  readonly security?: unknown;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: object;
};
type Route = { readonly method: string; readonly path: string; readonly operation: Operation };

const description = (await new ApiUnderTest().get("/openapi.json", { scope: "none" })).body;
const ROUTES = Object.entries<Record<string, Operation>>(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]): Route => ({ method: method.toUpperCase(), path, operation }))
);
const GUARDED = ROUTES.filter(({ operation }) => operation.security !== undefined);
const OPEN = ["/healthz", "/livez", "/readyz", "/v1/version"];

/** Something that is there, for each kind of thing a path can name. */
const THERE: Readonly<Record<string, string>> = {
  "/v1/roots/{root}": "www",
  "/v1/roots/{root}/remotes/{remote}": "172.16.1.41%3A%3Awww",
  "/v1/resyncs/{id}": "r1",
  "/v1/failures/{id}": "1",
  "/v1/holds/{id}": "h1",
  "/v1/tokens/{id}": "status",
  "/v1/subscriptions/{name}": "s1",
  "/v1/cdn/{provider}": "squid",
  "/v1/webhooks/{id}": "whwas98kwzp9qr",
};

/** The API with one of everything. */
async function furnished(): Promise<ApiUnderTest> {
  const api = new ApiUnderTest();
  api.control.failures = [memoryFailure(1, "a")];
  api.control.holds = [memoryHold("h1")];
  api.control.startResync({}, "api");
  api.control.configuredPlugins = cachePlugins(
    '<cdn provider="squid" endpoint="http://s" base="http://www.example.com"/>',
  );
  expect((await api.send("PUT", "/v1/subscriptions/s1", { body: {} })).status).toBe(201);
  const webhook = await api.post("/v1/webhooks", { body: { url: "https://hooks.example.com/" } });
  expect(webhook.body.id).toBe(THERE["/v1/webhooks/{id}"]!);
  return api;
}

/** The path with everything filled in that it needs. */
function filled({ path, operation }: Route): string {
  const parts = path.split("/");
  const done = parts.map((part, index) => {
    if (!part.startsWith("{")) return part;
    // What nobody told us of is named all the same: what comes before existence must not depend on it.
    return THERE[parts.slice(0, index + 1).join("/")] ?? "x1";
  });
  const query = (operation.parameters ?? []).filter((one) => one.in === "query" && one.required === true)
    .map(({ name }) => `${name}=${name === "root" ? "www" : "a"}`);
  return done.join("/") + (query.length === 0 ? "" : `?${query.join("&")}`);
}

function scopeOf({ operation }: Route): Scope {
  const named = /^Scope: (\w+)\b/.exec(operation.description ?? "")?.[1];
  const scope = SCOPES.find((one) => one === named);
  if (scope === undefined) throw new Error(`The description of a guarded route begins with its scope, found ${named}`);
  return scope;
}

test("createApp() guards every route but those that tell nothing", () => {
  expect(ROUTES.filter((route) => !GUARDED.includes(route)).map(({ path }) => path).toSorted()).toEqual(OPEN);
  expect(GUARDED.length).toBeGreaterThanOrEqual(29);
});

for (const route of GUARDED) {
  const { method, operation } = route;
  const scope = scopeOf(route);
  const path = filled(route);
  const name = `${method} ${route.path}`;

  test(`${name} without a token is 401 and says how to authenticate`, async () => {
    const answer = await new ApiUnderTest().send(method, path, { scope: "none" });
    expect(answer).toMatchObject({ status: 401, body: { code: "unauthorised", status: 401 } });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="tssync"');
  });

  test(`${name} with anything but a known token is 401`, async () => {
    const api = new ApiUnderTest();
    for (const authorization of ["Bearer wrong", "Bearer", "Basic dG9rLWFkbWlu", "tok-admin", "Bearer tok-admin x"]) {
      const answer = await api.send(method, path, { headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, body: { code: "unauthorised" } });
      expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="tssync", error="invalid_token"');
    }
  });

  for (const weaker of SCOPES.slice(0, SCOPES.indexOf(scope))) {
    test(`${name} with a token of scope ${weaker} is 403, whatever else is wrong`, async () => {
      const sent = operation.requestBody === undefined ? {} : { rawBody: "{" };
      const answer = await new ApiUnderTest().send(method, path, { scope: weaker, ...sent });
      expect(answer).toMatchObject({ status: 403, body: { code: "forbidden", scope } });
    });
  }

  test(`${name} for a foreign host is 421, from a foreign page 403, before the token is looked at`, async () => {
    const api = new ApiUnderTest();
    const refused = await api.send(method, path, { scope: "none", headers: { host: "evil.example" } });
    expect(refused).toMatchObject({ status: 421, body: { code: "host-unknown" } });
    for (const origin of ["http://evil.example", "null", "http://localhost:1", "file://localhost"]) {
      const answer = await api.send(method, path, { scope: "none", headers: { host: "localhost:8008", origin } });
      expect(answer).toMatchObject({ status: 403, body: { code: "origin-foreign" } });
    }
  });

  test(`${name} with a token for another root does and tells nothing of this one`, async () => {
    const api = await furnished();
    api.control.roots = [
      memoryRoot("www", [memoryRemote("172.16.1.41::www")], { reason: "secret" }),
      memoryRoot("other", [memoryRemote("backup::other")]),
    ];
    const before = JSON.stringify([
      api.control.roots,
      api.control.holds,
      api.control.resyncs,
      api.tokens.list().length,
    ]);
    const answer = await api.send(method, path, {
      scope: "other",
      ...(operation.requestBody === undefined ? {} : { body: {} }),
    });
    expect(answer.status).toBeLessThan(500);
    expect(answer.text).not.toContain("172.16.1.41");
    expect(answer.text).not.toContain("/data/www");
    expect(answer.text).not.toContain("secret");
    const ours = [
      ...api.control.retries.filter((id) => id === 1 || id === undefined),
      ...api.control.flushes.filter(({ roots }) => roots?.join() !== "other"),
    ];
    expect(ours).toEqual([]);
    api.control.resyncs = api.control.resyncs.filter(({ request }) => request.roots?.join() !== "other");
    expect(JSON.stringify([api.control.roots, api.control.holds, api.control.resyncs, api.tokens.list().length])).toBe(
      before,
    );
  });

  if (operation.requestBody === undefined) continue;

  test(`${name} refuses a body that is too large, no JSON, or not what is expected`, async () => {
    const api = await furnished();
    const tooLarge = await api.send(method, path, {
      rawBody: "x".repeat((1 << 20) + 1),
      headers: { "content-type": "application/json" },
    });
    expect(tooLarge).toMatchObject({ status: 413, body: { code: "body-too-large" } });
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1 << 16)),
    });
    const endless = await api.send(method, path, { rawBody: stream, headers: { "content-type": "application/json" } });
    expect(endless).toMatchObject({ status: 413, body: { code: "body-too-large" } });
    const noJson = await api.send(method, path, {
      rawBody: "a=1",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(noJson).toMatchObject({ status: 415, body: { code: "media-type-unsupported" } });
    for (const rawBody of ["{", '{"a":', "\u0000", "nul"]) {
      const malformed = await api.send(method, path, { rawBody, headers: { "content-type": "application/json" } });
      expect(malformed).toMatchObject({ status: 400, body: { code: "request-invalid" } });
    }
    for (const body of [[], null, 1, "x", { unheardOf: true }]) {
      expect(await api.send(method, path, { body })).toMatchObject({ status: 422, body: { code: "body-invalid" } });
    }
    for (const answer of [tooLarge, endless, noJson]) {
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    }
  });
}

/** Paths that leave the root, or that no entry can have. */
const OUTSIDE = ["../x", "a/../../x", "..", "/../etc/passwd", "a//b", "a/./b", "a\0b"];

const takesPath = GUARDED.filter(({ operation }) => operation.parameters?.some(({ name }) => name === "pathBase64"));

for (const route of takesPath) {
  test(`${route.method} ${route.path} refuses a path that leaves the root`, async () => {
    const api = await furnished();
    for (const path of OUTSIDE) {
      const where = new URL(filled(route), "http://localhost");
      for (const [name, value] of [["path", path], ["pathBase64", Buffer.from(path).toString("base64")]] as const) {
        where.searchParams.delete("path");
        where.searchParams.delete("pathBase64");
        where.searchParams.set(name, value);
        const answer = await api.send(route.method, where.pathname + where.search);
        expect({ path, answer }).toMatchObject({ path, answer: { status: 422, body: { code: "path-invalid" } } });
      }
    }
  });
}

test("POST /v1/resyncs refuses a path that leaves the root", async () => {
  const api = new ApiUnderTest();
  for (const path of OUTSIDE) {
    for (const written of [path, { path }, { pathBase64: Buffer.from(path).toString("base64") }]) {
      const answer = await api.post("/v1/resyncs", { body: { paths: [written] } });
      expect({ path, answer }).toMatchObject({ path, answer: { status: 422, body: { code: "path-invalid" } } });
    }
  }
  expect(api.control.resyncs).toEqual([]);
});
