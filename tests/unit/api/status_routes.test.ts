import { expect, test } from "bun:test";
import { memoryRemote, memoryRoot } from "../../support/memory/memory_control.ts";
import { ApiUnderTest } from "./api_under_test.ts";

test("GET /v1/version needs no token and names version, runtime, node and epoch", async () => {
  const answer = await new ApiUnderTest().get("/v1/version", { scope: "none" });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ version: "1.2.3", commit: "abc", runtime: "test 1", node: "web01", epoch: "k3v9qx2a" });
});

test("GET /v1/status gives times as ISO 8601 and the age of the oldest change in seconds", async () => {
  const api = new ApiUnderTest();
  const { nowMs } = api.control;
  api.control.roots = [memoryRoot("www", [
    memoryRemote("h::m", {
      state: "retrying",
      reason: "connection refused",
      pending: 3,
      oldestPendingAtMs: nowMs - 2_500,
      inFlight: 1,
      failures: 2,
      lastSyncedAtMs: nowMs - 60_000,
      watermarkMs: nowMs - 3_000,
    }),
  ])];
  const { status, body } = await api.get("/v1/status", { scope: "status" });
  expect(status).toBe(200);
  expect(body).toEqual({
    node: "web01",
    startedAt: "2026-11-20T08:15:02.113Z",
    epoch: "k3v9qx2a",
    cursor: "k3v9qx2a-000000000184213",
    roots: [{
      id: "www",
      path: "/data/www",
      state: "watching",
      reason: null,
      watches: 12,
      remotes: [{
        id: "h::m",
        address: "h::m",
        state: "retrying",
        reason: "connection refused",
        pending: 3,
        oldestPendingSeconds: 2.5,
        inFlight: 1,
        failures: 2,
        lastSyncedAt: "2026-11-20T09:14:02.113Z",
        watermark: "2026-11-20T09:14:59.113Z",
      }],
    }],
    plugins: [],
    lastReload: { at: "2026-11-20T08:15:02.113Z", ok: true, problems: [] },
  });
});

test("GET /v1/status has null for what has not happened yet", async () => {
  const { body } = await new ApiUnderTest().get("/v1/status");
  expect(body.roots[0].remotes[0]).toMatchObject({ oldestPendingSeconds: null, lastSyncedAt: null, watermark: null });
});

test("GET /v1/status never shows a negative age when the clock was set back", async () => {
  const api = new ApiUnderTest();
  api.control.roots = [memoryRoot("www", [memoryRemote("h::m", { oldestPendingAtMs: api.control.nowMs + 5_000 })])];
  expect((await api.get("/v1/status")).body.roots[0].remotes[0].oldestPendingSeconds).toBe(0);
});

test("GET /v1/status gives a root whose path is not UTF-8 exactly as base64", async () => {
  const api = new ApiUnderTest();
  api.control.roots = [memoryRoot("x", [], { path: "/data/\xff" })];
  const root = (await api.get("/v1/status")).body.roots[0];
  expect(root.path).toBe("/data/\ufffd");
  expect(Buffer.from(root.pathBase64, "base64").toString("latin1")).toBe("/data/\xff");
});
