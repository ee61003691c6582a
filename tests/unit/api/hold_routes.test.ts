import { expect, test } from "bun:test";
import { memoryHold } from "../../support/memory/memory_control.ts";
import { ApiUnderTest } from "./api_under_test.ts";

function withHolds(): ApiUnderTest {
  const api = new ApiUnderTest();
  api.control.holds = [
    memoryHold("h3", { origin: "changes", count: 2, examples: ["a\xff/b", "\xc3\xb6\n"] }),
    memoryHold("h2"),
    memoryHold("h1", { state: "rejected", decidedAtMs: Date.UTC(2026, 10, 20, 10) }),
  ];
  return api;
}

const ids = (body: { items: { id: string }[] }) => body.items.map((item) => item.id);

test("GET /v1/holds gives every fact, the exact name where it is not UTF-8", async () => {
  const { status, body } = await withHolds().get("/v1/holds", { scope: "status" });
  expect(status).toBe(200);
  expect(body.next).toBeNull();
  expect(body.items[0]).toEqual({
    id: "h3",
    root: "www",
    remote: "172.16.1.41::www",
    origin: "changes",
    createdAt: "2026-11-20T09:00:00.000Z",
    count: 2,
    examples: [{ path: "a\ufffd/b", pathBase64: Buffer.from("a\xff/b", "latin1").toString("base64") }, "ö\n"],
    state: "waiting",
    decidedAt: null,
  });
  expect(body.items[1].examples).toEqual(["old/a"]);
  expect(body.items[2]).toMatchObject({ id: "h1", state: "rejected", decidedAt: "2026-11-20T10:00:00.000Z" });
});

test("GET /v1/holds leads through the pages", async () => {
  const api = withHolds();
  const first = (await api.get("/v1/holds?limit=2")).body;
  expect({ ids: ids(first), next: first.next }).toEqual({ ids: ["h3", "h2"], next: "h2" });
  const second = (await api.get("/v1/holds?limit=2&after=h2")).body;
  expect({ ids: ids(second), next: second.next }).toEqual({ ids: ["h1"], next: null });
  expect((await api.get("/v1/holds?after=h9")).status).toBe(404);
  expect((await api.get("/v1/holds?state=waiting")).status).toBe(400);
});

for (const [decision, state] of [["approve", "approved"], ["reject", "rejected"]] as const) {
  test(`POST /v1/holds/{id}/${decision} decides it once; the second time is 409`, async () => {
    const api = withHolds();
    expect(await api.post(`/v1/holds/h2/${decision}`)).toMatchObject({
      status: 200,
      body: { id: "h2", state, decidedAt: expect.any(String) },
    });
    expect(api.control.holds[1]?.state).toBe(state);
    for (const again of ["approve", "reject"]) {
      expect(await api.post(`/v1/holds/h2/${again}`)).toMatchObject({ status: 409, body: { code: "hold-decided" } });
    }
  });

  test(`POST /v1/holds/{id}/${decision} is 404 for one that does not exist`, async () => {
    for (const id of ["h9", "%ff", "__proto__"]) {
      expect(await withHolds().post(`/v1/holds/${id}/${decision}`)).toMatchObject({
        status: 404,
        body: { code: "not-found" },
      });
    }
  });
}
