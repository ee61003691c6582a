import { expect, test } from "bun:test";
import { ApiUnderTest } from "./api_under_test.ts";

const at = (query: Record<string, string>) => `/v1/explain?${new URLSearchParams(query)}`;

test("GET /v1/explain says for each remote how the path stands, and leaves out what is not known", async () => {
  const api = new ApiUnderTest();
  api.control.standings.set("a.tmp", { state: "excluded", rule: ".*\\.tmp", sinceMs: null });
  const excluded = await api.get(at({ root: "www", path: "a.tmp" }), { scope: "status" });
  expect(excluded.status).toBe(200);
  expect(excluded.body).toEqual({
    root: "www",
    path: "a.tmp",
    kind: "file",
    remotes: [{ remote: "172.16.1.41::www", state: "excluded", rule: ".*\\.tmp" }],
  });
  const { body } = await api.get(at({ root: "www", path: "site/a.png" }));
  expect(body.remotes[0]).toEqual({
    remote: "172.16.1.41::www",
    state: "synced",
    since: new Date(api.control.nowMs).toISOString(),
  });
});

test("GET /v1/explain takes a name that is not UTF-8 as pathBase64", async () => {
  const api = new ApiUnderTest();
  const pathBase64 = Buffer.from("d/\xff", "latin1").toString("base64");
  api.control.standings.set("d/\xff", { state: "failed", message: "no" });
  const { body } = await api.get(at({ root: "www", pathBase64 }));
  expect(body).toMatchObject({ path: "d/\ufffd", pathBase64, remotes: [{ state: "failed", message: "no" }] });
});

test("GET /v1/explain refuses an unknown root, a path that leaves it, and a request without a path", async () => {
  const api = new ApiUnderTest();
  expect(await api.get(at({ root: "x", path: "a" }))).toMatchObject({ status: 404, body: { code: "not-found" } });
  for (const path of ["../x", "a/../../x", "a//b", "a\0"]) {
    expect(await api.get(at({ root: "www", path }))).toMatchObject({ status: 422, body: { code: "path-invalid" } });
  }
  expect(await api.get(at({ root: "www" }))).toMatchObject({ status: 400, body: { code: "request-invalid" } });
});
