import { expect, test } from "bun:test";
import { problemCode } from "../../../api/problem.ts";
import type { Scope } from "../../../api/scope.ts";
import { ERRORS } from "../../../src/core/error.ts";
import { ApiUnderTest } from "./api_under_test.ts";

const GUARDED: readonly (readonly [method: string, path: string, scope: Scope])[] = [
  ["GET", "/v1/status", "status"],
  ["POST", "/v1/resyncs", "resync"],
  ["GET", "/v1/resyncs", "status"],
  ["GET", "/v1/resyncs/r1", "status"],
  ["GET", "/v1/failures", "status"],
  ["POST", "/v1/failures/retry", "resync"],
  ["POST", "/v1/failures/1/retry", "resync"],
  ["POST", "/v1/flush", "events"],
  ["GET", "/v1/roots", "status"],
  ["GET", "/v1/roots/www", "status"],
  ["POST", "/v1/roots/www/pause", "admin"],
  ["POST", "/v1/roots/www/resume", "admin"],
  ["POST", "/v1/roots/www/remotes/172.16.1.41%3A%3Awww/pause", "admin"],
  ["POST", "/v1/roots/www/remotes/172.16.1.41%3A%3Awww/resume", "admin"],
  ["GET", "/v1/holds", "status"],
  ["POST", "/v1/holds/h1/approve", "admin"],
  ["POST", "/v1/holds/h1/reject", "admin"],
  ["GET", "/v1/config", "admin"],
  ["GET", "/v1/events", "events"],
  ["GET", "/v1/events/ws", "events"],
  ["POST", "/v1/tickets", "events"],
  ["GET", "/v1/subscriptions/s1", "events"],
  ["PUT", "/v1/subscriptions/s1", "events"],
  ["DELETE", "/v1/subscriptions/s1", "events"],
  ["GET", "/v1/subscriptions/s1/events", "events"],
  ["POST", "/v1/subscriptions/s1/ack", "events"],
];
const WEAKER = { status: "none", events: "status", resync: "events", admin: "resync" } as const;

test("createApp() has no guarded route that this table forgets", async () => {
  const { paths } = (await new ApiUnderTest().get("/openapi.json")).body;
  const described = Object.entries<Record<string, { security?: unknown }>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).filter(([, route]) => route.security !== undefined)
      .map(([method]) => `${method.toUpperCase()} ${path}`)
  );
  const known = GUARDED.map(([method, path]) =>
    `${method} ${
      path.replace(/\/(?:r1|h1|1)(?=\/|$)/, "/{id}").replace("/s1", "/{name}").replace("/www", "/{root}").replace(
        /\/172[^/]+/,
        "/{remote}",
      )
    }`
  );
  expect(described.toSorted()).toEqual(known.toSorted());
});

for (const [method, path, scope] of GUARDED) {
  test(`${method} ${path} without a token is 401 and says how to authenticate`, async () => {
    const answer = await new ApiUnderTest().send(method, path, { scope: "none" });
    expect(answer).toMatchObject({ status: 401, body: { code: "unauthorised", status: 401 } });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="tssync"');
  });

  for (const authorization of ["Bearer wrong", "Bearer", "Basic dG9rLWFkbWlu", "tok-admin", "Bearer tok-admin x"]) {
    test(`${method} ${path} with "${authorization}" is 401`, async () => {
      const answer = await new ApiUnderTest().send(method, path, { headers: { authorization } });
      expect(answer).toMatchObject({ status: 401, body: { code: "unauthorised" } });
      expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="tssync", error="invalid_token"');
    });
  }

  if (WEAKER[scope] !== "none") {
    test(`${method} ${path} with a token of scope ${WEAKER[scope]} is 403, whatever else is wrong`, async () => {
      const answer = await new ApiUnderTest().send(method, path, {
        scope: WEAKER[scope],
        ...(method === "POST" ? { rawBody: "{" } : {}),
      });
      expect(answer).toMatchObject({ status: 403, body: { code: "forbidden", scope } });
    });
  }

  test(`${method} ${path} for a foreign host is 421 before the token is looked at`, async () => {
    const answer = await new ApiUnderTest().send(method, path, { scope: "none", headers: { host: "evil.example" } });
    expect(answer).toMatchObject({ status: 421, body: { code: "host-unknown" } });
  });

  for (const origin of ["http://evil.example", "null", "http://localhost:1", "file://localhost"]) {
    test(`${method} ${path} from a page of ${origin} is 403 before the token is looked at`, async () => {
      const headers = { host: "localhost:8008", origin };
      const answer = await new ApiUnderTest().send(method, path, { scope: "none", headers });
      expect(answer).toMatchObject({ status: 403, body: { code: "origin-foreign" } });
    });
  }
}

for (
  const host of ["localhost", "LOCALHOST:8008", "127.0.0.1:9", "[::1]:8008", "mirror.example", "mirror.example:80"]
) {
  test(`createApp() takes requests for the host ${host}, and from its own pages`, async () => {
    const api = new ApiUnderTest();
    expect((await api.get("/livez", { headers: { host } })).status).toBe(200);
    const origin = `http://${host.toLowerCase()}`;
    expect((await api.get("/v1/status", { headers: { host, origin } })).status).toBe(200);
  });
}

test("createApp() needs neither token nor known host on the unix socket", async () => {
  const connection = { transport: "unix" } as const;
  const answer = await new ApiUnderTest().get("/v1/status", { scope: "none", headers: { host: "x" }, connection });
  expect(answer.status).toBe(200);
});

test("createApp() holds the rules of TCP when the server says nothing of the connection", async () => {
  const { app } = new ApiUnderTest();
  expect((await app.request("/v1/status")).status).toBe(401);
  expect((await app.request("http://evil.example/livez")).status).toBe(421);
});

test("createApp() is 401 for a path that does not exist, and 404 for those who may know", async () => {
  const api = new ApiUnderTest();
  expect((await api.get("/v1/nothing", { scope: "none" })).status).toBe(401);
  expect(await api.get("/v1/nothing", { scope: "status" })).toMatchObject({ status: 404, body: { code: "not-found" } });
});

test("createApp() answers a wrong method with 405 and what is allowed", async () => {
  const answer = await new ApiUnderTest().send("DELETE", "/v1/resyncs");
  expect(answer).toMatchObject({ status: 405, body: { code: "method-not-allowed" } });
  expect(answer.headers.get("allow")).toBe("GET, POST");
});

test("createApp() hides the cause of an unexpected error and logs it", async () => {
  const api = new ApiUnderTest();
  api.control.status = () => {
    throw new Error("secret inside");
  };
  const answer = await api.get("/v1/status");
  expect(answer).toMatchObject({ status: 500, body: { code: "internal" } });
  expect(answer.text).not.toContain("secret inside");
  expect(answer.text).not.toContain(".ts:");
  expect(api.logged).toEqual(["GET /v1/status failed inside: secret inside", "where it failed"]);
});

test("createApp() forbids caching and sniffing on every answer, refusals included", async () => {
  const api = new ApiUnderTest();
  for (const path of ["/livez", "/v1/status", "/v1/nothing"]) {
    const { headers } = await api.get(path, { scope: path === "/v1/status" ? "none" : "admin" });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("problemCode() gives every error code its own stable name", () => {
  const codes = Object.keys(ERRORS).map((code) => problemCode(code as keyof typeof ERRORS));
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
});
