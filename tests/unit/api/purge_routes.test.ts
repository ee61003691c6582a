import { expect, test } from "bun:test";
import { cachePlugins } from "../../support/plugin_configuration.ts";
import { ApiUnderTest } from "./api_under_test.ts";

function apiWithCache(): ApiUnderTest {
  const api = new ApiUnderTest();
  api.control.configuredPlugins = cachePlugins(
    '<cdn provider="nginx" endpoint="http://n" base="http://www.example.com"/>',
  );
  return api;
}

const URLS = { urls: ["http://www.example.com/a", "http://www.example.com/b"] };

test("POST /v1/cdn/{provider}/purge takes it on and says where to look for it", async () => {
  const api = apiWithCache();
  const answer = await api.post("/v1/cdn/nginx/purge", { scope: "resync", body: URLS });
  expect(answer).toMatchObject({ status: 202, body: { provider: "nginx", count: 2, batch: expect.any(String) } });
  const told = api.control.eventLog.read(0, 10);
  expect(told.map(({ type, facts }) => [type, facts["value"]])).toEqual(
    URLS.urls.map((url) => ["tssync.purge.requested", url]),
  );
});

test("POST /v1/cdn/{provider}/purge needs the scope resync, for all roots", async () => {
  const api = apiWithCache();
  expect((await api.post("/v1/cdn/nginx/purge", { scope: "events", body: URLS })).status).toBe(403);
  expect((await api.post("/v1/cdn/nginx/purge", { scope: "other", body: URLS })).status).toBe(403);
  expect((await api.post("/v1/cdn/nginx/purge", { scope: "none", body: URLS })).status).toBe(401);
});

test("POST /v1/cdn/{provider}/purge of a cache that is not configured is 404 before the body is looked at", async () => {
  const answer = await apiWithCache().post("/v1/cdn/akamai/purge", { body: { nonsense: 1 } });
  expect(answer).toMatchObject({ status: 404, body: { code: "not-found" } });
});

const BODIES = [
  {},
  { urls: [] },
  { urls: [""] },
  { urls: "http://www.example.com/a" },
  { tags: ["t"] },
  { urls: ["http://elsewhere.example/"] },
  { paths: ["a"] },
];

for (const body of BODIES) {
  test(`POST /v1/cdn/{provider}/purge refuses ${JSON.stringify(body)} with 422`, async () => {
    const answer = await apiWithCache().post("/v1/cdn/nginx/purge", { body });
    expect(answer).toMatchObject({ status: 422, body: { code: "body-invalid" } });
  });
}
