import { expect, test } from "bun:test";
import { ApiUnderTest } from "./api_under_test.ts";

for (
  const [name, sent] of [
    ["no body at all", {}],
    ["an empty body with a content type", { rawBody: "", headers: { "content-type": "application/json" } }],
    ["{}", { body: {} }],
  ] as const
) {
  test(`POST /v1/resyncs with ${name} starts a resync of everything`, async () => {
    const api = new ApiUnderTest();
    const answer = await api.post("/v1/resyncs", { scope: "resync", ...sent });
    expect(answer.status).toBe(202);
    expect(answer.headers.get("location")).toBe("/v1/resyncs/r1");
    expect(answer.body).toMatchObject({ id: "r1", trigger: "api", state: "running", request: {}, finishedAt: null });
    expect(api.control.resyncs[0]?.request).toEqual({});
  });
}

test("POST /v1/resyncs hands every field on, paths as bytes", async () => {
  const api = new ApiUnderTest();
  const answer = await api.post("/v1/resyncs", {
    body: {
      roots: ["www"],
      remotes: ["172.16.1.41::www"],
      paths: ["a/ü", "/leading/slash/", {
        path: "\ufffd",
        pathBase64: Buffer.from("d/\xff", "latin1").toString("base64"),
      }],
      delete: false,
      dryRun: true,
      checksum: true,
    },
  });
  expect(answer.status).toBe(202);
  expect<unknown>(api.control.resyncs[0]?.request).toEqual({
    roots: ["www"],
    remotes: ["172.16.1.41::www"],
    paths: ["a/\xc3\xbc", "leading/slash", "d/\xff"],
    delete: false,
    dryRun: true,
    checksum: true,
  });
  expect(answer.body.request.paths).toEqual([
    "a/ü",
    "leading/slash",
    { path: "d/\ufffd", pathBase64: Buffer.from("d/\xff", "latin1").toString("base64") },
  ]);
});

test("POST /v1/resyncs of a running scope is 409 with the running one's id", async () => {
  const api = new ApiUnderTest();
  await api.post("/v1/resyncs");
  const answer = await api.post("/v1/resyncs");
  expect(answer.status).toBe(409);
  expect(answer.body).toMatchObject({ code: "resync-running", id: "r1" });
});

for (
  const [name, body, status, code, at] of [
    ["an unknown field", { root: ["www"] }, 422, "body-invalid", ""],
    ["a field of the wrong type", { dryRun: "yes" }, 422, "body-invalid", "dryRun"],
    ["no root at all", { roots: [] }, 422, "body-invalid", "roots"],
    ["an array", [], 422, "body-invalid", ""],
    ["an unknown root", { roots: ["nope"] }, 404, "not-found", null],
    ["an unknown remote", { remotes: ["nope"] }, 404, "not-found", null],
    ["a path that leaves the root", { paths: ["a/../../etc"] }, 422, "path-invalid", null],
    ["an encoded path that leaves the root", { paths: [{ pathBase64: btoa("../x") }] }, 422, "path-invalid", null],
    ["a path with NUL", { paths: ["a\0b"] }, 422, "path-invalid", null],
    ["an empty path", { paths: [{}] }, 422, "path-invalid", null],
  ] as const
) {
  test(`POST /v1/resyncs refuses ${name} with ${status} ${code}`, async () => {
    const api = new ApiUnderTest();
    const answer = await api.post("/v1/resyncs", { body });
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    if (at !== null) expect(answer.body.errors[0].at).toBe(at);
    expect(api.control.resyncs).toEqual([]);
  });
}

test("POST /v1/resyncs refuses malformed JSON with 400", async () => {
  const answer = await new ApiUnderTest().post("/v1/resyncs", {
    rawBody: "{",
    headers: { "content-type": "application/json" },
  });
  expect(answer).toMatchObject({ status: 400, body: { code: "request-invalid" } });
});

for (const contentType of ["text/plain", "application/x-www-form-urlencoded"]) {
  test(`POST /v1/resyncs refuses a body of ${contentType} with 415`, async () => {
    const answer = await new ApiUnderTest().post("/v1/resyncs", {
      rawBody: "{}",
      headers: { "content-type": contentType },
    });
    expect(answer).toMatchObject({ status: 415, body: { code: "media-type-unsupported" } });
  });
}

test("POST /v1/resyncs refuses an announced and an unannounced large body with 413", async () => {
  const api = new ApiUnderTest();
  const headers = { "content-type": "application/json" };
  const announced = await api.post("/v1/resyncs", {
    headers: { ...headers, "content-length": "1048577" },
    rawBody: "{}",
  });
  expect(announced).toMatchObject({ status: 413, body: { code: "body-too-large" } });
  const chunk = new Uint8Array(65_536).fill(0x20);
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pulled++;
      controller.enqueue(chunk);
    },
  });
  const unannounced = await api.post("/v1/resyncs", { headers, rawBody: endless });
  expect(unannounced).toMatchObject({ status: 413, body: { code: "body-too-large" } });
  expect(pulled).toBeLessThan(30);
});

test("POST /v1/resyncs gives the same id for the same Idempotency-Key, also after the run ended", async () => {
  const api = new ApiUnderTest();
  const headers = { "idempotency-key": "deploy-7" };
  expect((await api.post("/v1/resyncs", { headers })).body.id).toBe("r1");
  const running = await api.post("/v1/resyncs", { headers });
  expect(running).toMatchObject({ status: 202, body: { id: "r1", state: "running" } });
  api.control.finishResync("r1");
  const ended = await api.post("/v1/resyncs", { headers });
  expect(ended).toMatchObject({ status: 202, body: { id: "r1", state: "succeeded" } });
  expect(ended.headers.get("location")).toBe("/v1/resyncs/r1");
  expect((await api.post("/v1/resyncs", { headers: { "idempotency-key": "deploy-8" } })).body.id).toBe("r2");
});

test("POST /v1/resyncs refuses an Idempotency-Key that stands for another body", async () => {
  const api = new ApiUnderTest();
  const headers = { "idempotency-key": "deploy-7" };
  await api.post("/v1/resyncs", { headers, body: { dryRun: true } });
  const answer = await api.post("/v1/resyncs", { headers, body: { dryRun: false } });
  expect(answer).toMatchObject({ status: 422, body: { code: "idempotency-key-reused", id: "r1" } });
});

test("GET /v1/resyncs lists the newest first and leads through the pages", async () => {
  const api = new ApiUnderTest();
  for (let count = 0; count < 3; count++) {
    api.control.startResync({}, "cron");
    api.control.finishResync(`r${count + 1}`);
  }
  const first = (await api.get("/v1/resyncs?limit=2")).body;
  expect(first.items.map((item: { id: string }) => item.id)).toEqual(["r3", "r2"]);
  expect(first.next).toBe("r2");
  const second = (await api.get(`/v1/resyncs?limit=2&after=${first.next}`)).body;
  expect(second.items.map((item: { id: string }) => item.id)).toEqual(["r1"]);
  expect(second.next).toBeNull();
});

for (const query of ["limit=0", "limit=1001", "limit=x", "limit=1.5", "after=", "unknown=1"]) {
  test(`GET /v1/resyncs refuses ?${query} with 400`, async () => {
    const answer = await new ApiUnderTest().get(`/v1/resyncs?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { code: "request-invalid" } });
  });
}

test("GET /v1/resyncs/{id} shows what each remote's rsync did, and the differences of a dry run", async () => {
  const api = new ApiUnderTest();
  api.control.startResync({ dryRun: true }, "api");
  const perRemote = [
    { remote: "h::m", root: "www", exitCode: 23, files: 5, bytes: 10, deletes: 1, seconds: 0.25, error: "denied" },
  ];
  const differences = [{ root: "www", remote: "h::m", path: "\xff", change: "delete" }];
  api.control.finishResync("r1", { state: "failed", perRemote, differences });
  const { body } = await api.get("/v1/resyncs/r1", { scope: "status" });
  expect(body).toMatchObject({ state: "failed", perRemote, finishedAt: "2026-11-20T09:15:02.113Z" });
  expect(body.differences).toEqual([
    { root: "www", remote: "h::m", path: "\ufffd", pathBase64: "/w==", change: "delete" },
  ]);
});

test("GET /v1/resyncs/{id}?wait= answers when the resync ends, and tells the server that it may take long", async () => {
  const api = new ApiUnderTest();
  api.control.startResync({}, "api");
  let kept = 0;
  const waiting = api.get("/v1/resyncs/r1?wait=60s", {
    connection: { transport: "unix", keepOpen: () => void kept++ },
  });
  while (api.control.waiting === 0) await Promise.resolve();
  api.control.finishResync("r1");
  expect((await waiting).body.state).toBe("succeeded");
  expect(kept).toBe(1);
});

test("GET /v1/resyncs/{id}?wait= answers with the running resync when the time is over", async () => {
  const api = new ApiUnderTest();
  api.control.startResync({}, "api");
  expect((await api.get("/v1/resyncs/r1?wait=1ms")).body.state).toBe("running");
});

for (const wait of ["", "-1s", "1d", "11m", "abc", "1 s"]) {
  test(`GET /v1/resyncs/{id} refuses ?wait=${wait} with 400`, async () => {
    const api = new ApiUnderTest();
    api.control.startResync({}, "api");
    const answer = await api.get(`/v1/resyncs/r1?wait=${encodeURIComponent(wait)}`);
    expect(answer).toMatchObject({ status: 400, body: { code: "request-invalid" } });
  });
}

test("GET /v1/resyncs/{id} of an unknown id is 404 before the query is looked at", async () => {
  const answer = await new ApiUnderTest().get("/v1/resyncs/nope?wait=abc");
  expect(answer).toMatchObject({ status: 404, body: { code: "not-found" } });
});

test("DELETE /v1/resyncs/{id} cancels a running one, and is 409 when it has ended", async () => {
  const api = new ApiUnderTest();
  api.control.startResync({}, "api");
  expect((await api.send("DELETE", "/v1/resyncs/r1", { scope: "status" })).status).toBe(403);
  const cancelled = await api.send("DELETE", "/v1/resyncs/r1", { scope: "resync" });
  expect(cancelled).toMatchObject({ status: 202, body: { id: "r1", state: "cancelled" } });
  const again = await api.send("DELETE", "/v1/resyncs/r1");
  expect(again).toMatchObject({ status: 409, body: { code: "resync-finished", id: "r1" } });
  expect((await api.send("DELETE", "/v1/resyncs/nope")).status).toBe(404);
});
