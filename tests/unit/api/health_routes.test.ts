import { expect, test } from "bun:test";
import { ApiUnderTest } from "./api_under_test.ts";

test("GET /livez needs no token and says that the process answers", async () => {
  const answer = await new ApiUnderTest().get("/livez", { scope: "none" });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ status: "ok" });
});

for (const path of ["/readyz", "/healthz"]) {
  test(`GET ${path} is 200 while every check is ok`, async () => {
    const answer = await new ApiUnderTest().get(path, { scope: "none" });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ status: "ok" });
  });

  test(`GET ${path} is 503 and names the failing checks, without their messages for strangers`, async () => {
    const api = new ApiUnderTest();
    api.control.checks = [
      { name: "watches", ok: true, message: "placed" },
      { name: "database", ok: false, message: "/secret/place is read-only" },
    ];
    const answer = await api.get(path, { scope: "none" });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(answer.body).toMatchObject({ code: "not-ready", status: 503, checks: [{ name: "database", ok: false }] });
    expect(answer.text).not.toContain("/secret/place");
  });
}

test("GET /readyz?verbose lists every check, with messages for those who hold a token", async () => {
  const api = new ApiUnderTest();
  const stranger = await api.get("/readyz?verbose", { scope: "none" });
  expect(stranger.body.checks).toEqual([
    { name: "configuration", ok: true },
    { name: "watches", ok: true },
    { name: "database", ok: true },
  ]);
  const known = await api.get("/readyz?verbose", { scope: "status" });
  expect(known.body.checks[1]).toEqual({ name: "watches", ok: true, message: "placed" });
});

test("GET /readyz?verbose lists the checks that pass beside the one that fails", async () => {
  const api = new ApiUnderTest();
  api.control.checks = [{ name: "watches", ok: true, message: "" }, { name: "database", ok: false, message: "" }];
  const answer = await api.get("/readyz?verbose", { scope: "none" });
  expect(answer.status).toBe(503);
  expect(answer.body.checks.map((check: { name: string }) => check.name)).toEqual(["watches", "database"]);
});
