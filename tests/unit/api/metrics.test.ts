import { expect, test } from "bun:test";
import { METRIC_PREFIX, METRICS } from "../../../src/core/metric.ts";
import { listen } from "../../../api/listener.ts";
import { waitUntil } from "../../support/wait_until.ts";
import { memoryHold, memoryRemote, memoryRoot } from "../../support/memory/memory_control.ts";
import { ApiUnderTest } from "./api_under_test.ts";

/** One sample's value; labels in the order of the table. */
async function sample(api: ApiUnderTest, name: string): Promise<number | null> {
  const { text } = await api.get("/metrics", { scope: "status" });
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${METRIC_PREFIX}${name} `));
  return line === undefined ? null : Number(line.slice(line.lastIndexOf(" ") + 1));
}

test("GET /metrics is Prometheus' text form and knows every metric of the table", async () => {
  const answer = await new ApiUnderTest().get("/metrics", { scope: "status" });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
  for (const [name, { type, help }] of Object.entries(METRICS)) {
    expect(answer.text).toContain(`# HELP ${METRIC_PREFIX}${name} ${help}\n# TYPE ${METRIC_PREFIX}${name} ${type}\n`);
  }
});

test("collect() says of every root and remote how it stands", async () => {
  const api = new ApiUnderTest();
  api.control.roots = [
    memoryRoot("www", [
      memoryRemote("up", { pending: 7, oldestPendingAtMs: api.control.nowMs - 90_000, failures: 2 }),
      memoryRemote("down", { state: "retrying", reason: "refused" }),
    ], { state: "degraded", watches: 12 }),
  ];
  api.control.holds = [
    memoryHold("h1", { remote: "up" }),
    memoryHold("h2", { remote: "up", state: "approved" }),
  ];
  expect(await sample(api, 'pending_paths{root="www",remote="up"}')).toBe(7);
  expect(await sample(api, 'pending_oldest_seconds{root="www",remote="up"}')).toBe(90);
  expect(await sample(api, 'pending_oldest_seconds{root="www",remote="down"}')).toBe(0);
  expect(await sample(api, 'failures{root="www",remote="up"}')).toBe(2);
  expect(await sample(api, 'remote_up{root="www",remote="up"}')).toBe(1);
  expect(await sample(api, 'remote_up{root="www",remote="down"}')).toBe(0);
  expect(await sample(api, 'holds{root="www",remote="up"}')).toBe(1);
  expect(await sample(api, 'root_state{root="www",state="degraded"}')).toBe(1);
  expect(await sample(api, 'root_state{root="www",state="watching"}')).toBe(0);
  expect(await sample(api, 'watches{root="www"}')).toBe(12);
  expect(await sample(api, "watches_limit")).toBe(65_536);
  expect(await sample(api, "rsync_running")).toBe(1);
  expect(await sample(api, 'last_full_sync_timestamp_seconds{root="www",remote="up"}')).toBe(
    (api.control.nowMs - 60_000) / 1_000,
  );
  expect(await sample(api, 'build_info{version="1.2.3",runtime="test 1",commit="abc"}')).toBe(1);
  // A root that is gone is no longer told of.
  api.control.roots = [];
  expect(await sample(api, 'remote_up{root="www",remote="up"}')).toBeNull();
});

test("collect() says of every plugin what waits and what is left of its quotas, as the status does", async () => {
  const api = new ApiUnderTest();
  api.control.pluginStatus = [{
    id: "edge aliyun",
    name: "edge",
    kind: "cdn",
    receiver: "aliyun",
    state: "ok",
    reason: null,
    cursor: "e-1",
    waiting: 2,
    dead: 0,
    inFlight: 0,
    unread: 3,
    oldestAtMs: api.control.nowMs - 4_000,
    quotas: [{ kind: "url", count: 10_000, everyMs: 86_400_000, remaining: 9_990 }],
  }];
  expect(await sample(api, 'outbox_length{plugin="edge aliyun"}')).toBe(5);
  expect(await sample(api, 'outbox_oldest_seconds{plugin="edge aliyun"}')).toBe(4);
  const labels = '{plugin="edge aliyun",kind="url",seconds="86400"}';
  expect(await sample(api, `purge_quota${labels}`)).toBe(10_000);
  expect(await sample(api, `purge_quota_remaining${labels}`)).toBe(9_990);
  const { body } = await api.get("/v1/status", { scope: "status" });
  expect(body.plugins[0]).toMatchObject({
    oldestSeconds: 4,
    quotas: [{ kind: "url", seconds: 86_400, limit: 10_000, remaining: 9_990 }],
  });
});

test("meterRequests() counts by described route, and makes one of all that is none", async () => {
  const api = new ApiUnderTest();
  for (const id of ["r8", "r9"]) await api.get(`/v1/resyncs/${id}`);
  for (const path of ["/v1/no/such", "/%2e%2e/etc", "/x?y=z"]) await api.get(path);
  await api.get("/v1/status", { scope: "none" });
  const requests = (labels: string) => sample(api, `http_requests_total{${labels}}`);
  expect(await requests('route="/v1/resyncs/{id}",method="GET",status="404"')).toBe(2);
  expect(await requests('route="unmatched",method="GET",status="404"')).toBe(3);
  expect(await sample(api, 'http_request_duration_seconds_count{route="/v1/resyncs/{id}",method="GET"}')).toBe(2);
  const { text } = await api.get("/metrics", { scope: "status" });
  expect(text).not.toContain("/v1/no/such");
});

test("SubscriberMeter.opened() counts who follows, and why they left", async () => {
  const api = new ApiUnderTest();
  const listener = await listen({ transport: "tcp", host: "127.0.0.1", port: 0 }, api.app.fetch);
  try {
    expect(await sample(api, 'subscribers{transport="sse"}')).toBe(0);
    expect(await sample(api, 'subscriber_gone_total{reason="left"}')).toBe(0);
    const abort = new AbortController();
    const answer = await fetch(`http://${listener.address}/v1/events`, {
      headers: { authorization: "Bearer tok-events", accept: "text/event-stream" },
      signal: abort.signal,
    });
    await answer.body!.getReader().read();
    expect(await sample(api, 'subscribers{transport="sse"}')).toBe(1);
    abort.abort();
    let gone: number | null = 0;
    await waitUntil("the stream to be counted as left", async () => {
      gone = await sample(api, 'subscriber_gone_total{reason="left"}');
      return gone === 1;
    });
    expect(await sample(api, 'subscribers{transport="sse"}')).toBe(0);
  } finally {
    await listener.stop();
  }
});
