import { expect, test } from "bun:test";
import { answerText, purgeMeaning } from "../../../src/core/purge_answer.ts";

test("purgeMeaning() takes not cached for done, what only the request itself can change for refused, the rest for retry", () => {
  expect([200, 201, 204].map((status) => purgeMeaning(status))).toEqual(["done", "done", "done"]);
  expect([404, 412].map((status) => purgeMeaning(status, [404, 412]))).toEqual(["done", "done"]);
  for (const status of [301, 401, 403, 405, 408, 412, 425, 429, 500, 502, 503, 504]) {
    expect({ status, meaning: purgeMeaning(status) }).toEqual({ status, meaning: "retry" });
  }
  for (const status of [400, 404, 413, 414, 422]) {
    expect({ status, meaning: purgeMeaning(status) }).toEqual({ status, meaning: "refused" });
  }
});

test("answerText() is one short line without the secrets", () => {
  expect(answerText("no\r\n  key s3cr3t! for you", ["s3cr3t!", ""])).toBe("no key *** for you");
  expect(answerText("x".repeat(1_000)).length).toBeLessThan(310);
});
