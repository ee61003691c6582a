import { expect, test } from "bun:test";
import { chinacache, chinacache2 } from "../../../src/adapters/cdn_chinacache.ts";
import type { CdnAnswer } from "../../../src/adapters/cdn_request.ts";
import type { PurgeBatch } from "../../../src/core/purge.ts";

const URLS: PurgeBatch = { id: "b", kind: "url", values: ["http://e/a", "http://e/b"] };
const DIRECTORIES: PurgeBatch = { id: "b", kind: "directory", values: ["http://e/d/"] };

function answer(status: number, body = "", headers: Readonly<Record<string, string>> = {}): CdnAnswer {
  return { status, body, header: (name) => headers[name] ?? null };
}

test("chinacache.result() takes the header or the counts for a yes, and nothing else", () => {
  const refused = (batch: PurgeBatch, given: CdnAnswer) => chinacache.result(batch, given, 0).refused.length;
  expect(refused(URLS, answer(200, "", { whatsup: 'content="succeed"' }))).toBe(0);
  expect(refused(URLS, answer(200, "<result><url>2</url><dir>0</dir></result>"))).toBe(0);
  expect(refused(DIRECTORIES, answer(200, "<result><url>0</url><dir>1</dir></result>"))).toBe(0);
  expect(refused(URLS, answer(200, "<result><url>1</url><dir>0</dir></result>"))).toBe(2);
  expect(refused(URLS, answer(200, "<result>failed</result>"))).toBe(2);
  expect(refused(URLS, answer(200))).toBe(2);
  expect(refused(URLS, answer(200, "", { whatsup: 'content="username or password error"' }))).toBe(2);
});

test("chinacache.result() knows the quota of each kind", () => {
  const exceeded = { urlexceed: "3000", whatsup: 'content="succeed"' };
  expect(chinacache.result(URLS, answer(200, "", exceeded), 0)).toMatchObject({
    refused: [{ retryable: true }, { retryable: true }],
    pauseMs: 600_000,
  });
  expect(chinacache.result(DIRECTORIES, answer(200, "", exceeded), 0).refused).toEqual([]);
});

test("chinacache2.result() refuses what the answer calls invalid, and that alone", () => {
  const partly = JSON.stringify({ r_id: "r1", invalids: [{ u_id: "1", url: "http://e/b" }] });
  expect(chinacache2.result(URLS, answer(201, partly), 0)).toMatchObject({
    refused: [{ value: "http://e/b", retryable: false }],
    reference: "r1",
  });
  const unnamed = JSON.stringify({ r_id: "r1", invalids: [{ u_id: "1" }] });
  expect(chinacache2.result(URLS, answer(201, unnamed), 0).refused).toHaveLength(2);
  expect(chinacache2.result(URLS, answer(200, JSON.stringify({ r_id: "r1" })), 0).refused).toEqual([]);
  expect(chinacache2.result(URLS, answer(200, "<html>"), 0).refused).toMatchObject([{ retryable: true }, {}]);
});
