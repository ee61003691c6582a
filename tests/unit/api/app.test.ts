import { expect, test } from "bun:test";
import { problemCode } from "../../../api/problem.ts";
import { ERRORS } from "../../../src/core/error.ts";
import { ApiUnderTest } from "./api_under_test.ts";

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
