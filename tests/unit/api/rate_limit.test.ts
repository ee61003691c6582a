import { expect, test } from "bun:test";
import { networkOf } from "../../../api/rate_limit.ts";
import { ApiUnderTest } from "./api_under_test.ts";

const FEW = { rates: { perMinute: 3, strangersPerMinute: 2 } };
const from = (address: string) => ({ connection: { transport: "tcp", peer: () => address } } as const);

test("limitRate() refuses one token more than its share with 429, and says when to come back", async () => {
  const api = new ApiUnderTest(FEW);
  const statuses = [];
  for (let count = 0; count < 3; count++) statuses.push((await api.get("/v1/status", { scope: "status" })).status);
  expect(statuses).toEqual([200, 200, 200]);
  const refused = await api.get("/v1/status", { scope: "status" });
  expect(refused).toMatchObject({ status: 429, body: { code: "rate-limited", title: "Too many requests" } });
  expect(refused.headers.get("content-type")).toBe("application/problem+json");
  const seconds = Number(refused.headers.get("retry-after"));
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect(seconds).toBeLessThanOrEqual(60);
  // Another token has its own.
  const other = await api.get("/v1/status", { scope: "events" });
  expect(other.status).toBe(200);
  expect(other.headers.get("ratelimit")).toMatch(/^limit=3, remaining=2, reset=\d+$/);
});

test("limitRate() refuses strangers sooner, by address, and holds up nobody else behind it", async () => {
  const api = new ApiUnderTest(FEW);
  const wrong = { headers: { authorization: "Bearer wrong" }, ...from("10.0.0.1") };
  for (const status of [401, 401, 429, 429]) expect((await api.get("/v1/status", wrong)).status).toBe(status);
  expect((await api.get("/v1/status", from("10.0.0.1"))).status).toBe(200);
  expect((await api.get("/livez", { scope: "none", ...from("10.0.0.1") })).status).toBe(200);
  expect((await api.get("/v1/status", { ...wrong, ...from("10.0.0.2") })).status).toBe(401);
});

test("limitRate() does not believe what a request says of its address", async () => {
  const api = new ApiUnderTest(FEW);
  for (const [index, status] of [401, 401, 429].entries()) {
    const headers = { authorization: "Bearer wrong", "x-forwarded-for": `10.1.1.${index}` };
    expect((await api.get("/v1/status", { headers, ...from("10.0.0.1") })).status).toBe(status);
  }
});

test("limitRate() leaves the unix socket alone", async () => {
  const api = new ApiUnderTest(FEW);
  for (let count = 0; count < 10; count++) {
    expect((await api.get("/v1/status", { scope: "none", connection: { transport: "unix" } })).status).toBe(200);
  }
});

test("networkOf() takes an IPv6 address for its /64", () => {
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:db8::1")).toBe("2001:db8:0:0::/64");
  expect(networkOf("2001:0db8:0:0:ffff::1")).toBe("2001:db8:0:0::/64");
  expect(networkOf("::1")).toBe("0:0:0:0::/64");
  expect(networkOf("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
  expect(networkOf("10.0.0.1")).toBe("10.0.0.1");
  expect(networkOf("::ffff:10.0.0.1")).toBe("::ffff:10.0.0.1");
  expect(networkOf(null)).toBe("unknown");
});
