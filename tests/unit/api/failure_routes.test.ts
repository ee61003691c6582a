import { expect, test } from "bun:test";
import { memoryFailure } from "../../support/memory/memory_control.ts";
import { ApiUnderTest } from "./api_under_test.ts";

function withFailures(): ApiUnderTest {
  const api = new ApiUnderTest();
  api.control.failures = [
    memoryFailure(1, "a.txt"),
    memoryFailure(2, "b/\xe9.txt", { remote: "other::m" }),
    memoryFailure(3, "c", { root: "logs", lastAtMs: Date.UTC(2026, 10, 20, 12), exitCode: null, operation: "delete" }),
  ];
  return api;
}

const ids = (body: { items: { id: number }[] }) => body.items.map((item) => item.id);

test("GET /v1/failures gives every fact, times as ISO 8601, the exact name where it is not UTF-8", async () => {
  const { status, body } = await withFailures().get("/v1/failures", { scope: "status" });
  expect(status).toBe(200);
  expect(body.next).toBeNull();
  expect(body.items[1]).toEqual({
    id: 2,
    path: "b/\ufffd.txt",
    pathBase64: Buffer.from("b/\xe9.txt", "latin1").toString("base64"),
    root: "www",
    remote: "other::m",
    operation: "send",
    attempts: 3,
    firstAt: "2026-11-20T09:00:00.000Z",
    lastAt: "2026-11-20T09:10:00.000Z",
    nextAt: "2026-11-20T10:10:00.000Z",
    exitCode: 23,
    message: "Permission denied (13)",
  });
  expect(body.items[0].pathBase64).toBeUndefined();
});

for (
  const [query, expected] of [
    ["root=logs", [3]],
    ["remote=other::m", [2]],
    ["remote=other%3A%3Am&root=www", [2]],
    ["root=&remote=", [1, 2, 3]],
    ["since=2026-11-20T11:00:00Z", [3]],
    ["since=2026-11-20T11:00:00%2B00:00", [3]],
    ["since=2026-11-20T13:00:00+02:00", [3]],
    ["root=nobody", []],
  ] as const
) {
  test(`GET /v1/failures?${query} gives ${JSON.stringify(expected)}`, async () => {
    expect(ids((await withFailures().get(`/v1/failures?${query}`)).body)).toEqual([...expected]);
  });
}

test("GET /v1/failures leads through the pages", async () => {
  const api = withFailures();
  const first = (await api.get("/v1/failures?limit=2")).body;
  expect({ ids: ids(first), next: first.next }).toEqual({ ids: [1, 2], next: "2" });
  const second = (await api.get(`/v1/failures?limit=2&after=${first.next}`)).body;
  expect({ ids: ids(second), next: second.next }).toEqual({ ids: [3], next: null });
});

for (const query of ["since=yesterday", "after=x", "limit=-1", "remtoe=x"]) {
  test(`GET /v1/failures refuses ?${query} with 400`, async () => {
    const answer = await withFailures().get(`/v1/failures?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { code: "request-invalid" } });
  });
}

test("GET /v1/failures with Accept: text/x-shellscript gives the fail log's form, names as bytes", async () => {
  const api = withFailures();
  const response = await api.app.request(
    "/v1/failures?root=www",
    { headers: { accept: "text/x-shellscript" } },
    { transport: "unix" },
  );
  expect(response.headers.get("content-type")).toBe("text/x-shellscript");
  expect(Buffer.from(await response.arrayBuffer()).toString("latin1"))
    .toBe("#errno 23\nrsync 'a.txt'\n\n#errno 23\nrsync 'b/\xe9.txt'\n\n");
});

test("POST /v1/failures/retry retries all of them", async () => {
  const api = withFailures();
  expect(await api.post("/v1/failures/retry", { scope: "resync" })).toMatchObject({ status: 202, body: { count: 3 } });
  expect(api.control.retries).toEqual([undefined]);
});

test("POST /v1/failures/{id}/retry retries that one", async () => {
  const api = withFailures();
  expect(await api.post("/v1/failures/2/retry", { scope: "resync" })).toMatchObject({
    status: 202,
    body: { count: 1 },
  });
  expect(api.control.retries).toEqual([2]);
});

for (const id of ["99", "x", "1.5", "-1", "99999999999999999999", "%ff"]) {
  test(`POST /v1/failures/${id}/retry is 404`, async () => {
    const api = withFailures();
    expect(await api.post(`/v1/failures/${id}/retry`)).toMatchObject({ status: 404, body: { code: "not-found" } });
    expect(api.control.retries).toEqual([]);
  });
}
