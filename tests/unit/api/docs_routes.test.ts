import { expect, test } from "bun:test";
import { ApiUnderTest } from "./api_under_test.ts";

const open = { scope: "none" } as const;

test("GET /docs is a page whose policy lets it load nothing from elsewhere", async () => {
  const page = await new ApiUnderTest().get("/docs", open);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toBe("text/html; charset=UTF-8");
  const policy = page.headers.get("content-security-policy")!;
  expect(policy).toStartWith("default-src 'none'; script-src 'self'; connect-src 'self'");
  expect(policy).not.toMatch(/\*|https?:|unsafe-eval|script-src[^;]*unsafe/);
  // What the page names lies on the same server and needs no token.
  const named = [...page.text.matchAll(/(?:src|href|spec-url)="([^"]*)"/g)].map(([, where]) => where!);
  expect(named).toEqual(["data:,", "/docs/rapidoc.js", "/openapi.json"]);
  for (const where of named.filter((one) => one.startsWith("/"))) {
    expect((await new ApiUnderTest().get(where, open)).status).toBe(200);
  }
  expect(page.text).not.toMatch(/<script>|\son\w+=/);
});

test("GET /docs/rapidoc.js is RapiDoc, as a script", async () => {
  const script = await new ApiUnderTest().get("/docs/rapidoc.js", open);
  expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(script.text.length).toBeGreaterThan(500_000);
  expect(script.text).toContain("rapi-doc");
});
