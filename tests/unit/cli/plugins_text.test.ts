import { expect, test } from "bun:test";
import type { PluginDocument } from "../../../api/status_schema.ts";
import { pluginsText } from "../../../src/cli/plugins_text.ts";

const OK: PluginDocument = {
  id: "edge aliyun",
  name: "edge",
  kind: "cdn",
  receiver: "aliyun",
  state: "ok",
  reason: null,
  cursor: "e-1",
  waiting: 0,
  dead: 0,
  inFlight: 1,
  unread: 4,
  oldestSeconds: null,
  quotas: [{ kind: "url", seconds: 86_400, limit: 10_000, remaining: 9_990 }],
};

test("pluginsText() shows what each plugin has not got, what is left of its quota, and what is in the way", () => {
  const gone: PluginDocument = {
    ...OK,
    id: "webhook/wh1",
    name: "wh1",
    state: "disabled",
    reason: "HTTP 410\x1b[2J",
    dead: 2,
    oldestSeconds: 75,
    quotas: [],
  };
  expect(pluginsText([OK, gone])).toBe(
    `PLUGIN       STATE     UNREAD  WAITING  DEAD  OLDEST
edge aliyun  ok        5       0        0     -
webhook/wh1  disabled  5       0        2     75 s
edge aliyun: 9990 of 10000 left (url, in 24 h)
webhook/wh1: HTTP 410\\x1b[2J
webhook/wh1: what was given up stands at /v1/deliveries?state=dead
webhook/wh1: it delivers nothing until somebody enables it: PATCH /v1/webhooks/wh1
`,
  );
});
