import { expect, test } from "bun:test";
import { TssyncError } from "../../../src/core/error.ts";
import { ApiUnderTest } from "./api_under_test.ts";

test("POST /v1/flush without a body waits 30 s for everything on all remotes", async () => {
  const api = new ApiUnderTest();
  const answer = await api.post("/v1/flush", { scope: "events" });
  expect(answer).toMatchObject({ status: 200, body: { cursor: "k3v9qx2a-000000000184213" } });
  expect(api.control.flushes).toEqual([{ scope: "synced", timeoutMs: 30_000 }]);
});

test("POST /v1/flush hands roots, scope and timeout on, and tells the server that it may take long", async () => {
  const api = new ApiUnderTest();
  let kept = 0;
  const answer = await api.post("/v1/flush", {
    body: { roots: ["www"], scope: "seen", timeout: "1.5m" },
    connection: { transport: "unix", keepOpen: () => void kept++ },
  });
  expect(answer.status).toBe(200);
  expect(api.control.flushes).toEqual([{ roots: ["www"], scope: "seen", timeoutMs: 90_000 }]);
  expect(kept).toBe(1);
});

test("POST /v1/flush that times out is 504 with the remotes and some of the paths, as text", async () => {
  const api = new ApiUnderTest();
  api.control.flushError = new TssyncError("FLUSH_TIMEOUT", "Not on all remotes after 30 s", {
    remotes: ["172.16.1.41::www"],
    paths: ["a/\xc3\xbc", "b\xff"],
  });
  const answer = await api.post("/v1/flush");
  expect(answer.status).toBe(504);
  expect(answer.body).toMatchObject({
    code: "flush-timeout",
    remotes: ["172.16.1.41::www"],
    paths: ["a/ü", { path: "b\ufffd", pathBase64: Buffer.from("b\xff", "latin1").toString("base64") }],
  });
});

test("POST /v1/flush of an unknown root is 404", async () => {
  const answer = await new ApiUnderTest().post("/v1/flush", { body: { roots: ["nope"] } });
  expect(answer).toMatchObject({ status: 404, body: { code: "not-found" } });
});

for (const body of [{ scope: "all" }, { timeout: 30 }, { timeout: "2h" }, { timeout: "soon" }, { wait: "1s" }]) {
  test(`POST /v1/flush refuses ${JSON.stringify(body)} with 422`, async () => {
    const answer = await new ApiUnderTest().post("/v1/flush", { body });
    expect(answer).toMatchObject({ status: 422, body: { code: "body-invalid" } });
  });
}

test("POST /v1/flush while the daemon stops is 503 with Retry-After", async () => {
  const api = new ApiUnderTest();
  api.control.flushError = new TssyncError("STOPPING", "The daemon is stopping");
  const answer = await api.post("/v1/flush");
  expect(answer).toMatchObject({ status: 503, body: { code: "stopping" } });
  expect(answer.headers.get("retry-after")).toBe("1");
});
