import { expect, test } from "bun:test";
import { Parser } from "@asyncapi/parser";
import { asyncApiDocument } from "../../../api/asyncapi.ts";
import { EVENT_TYPE_NAMES } from "../../../src/core/event.ts";
import { ApiUnderTest } from "./api_under_test.ts";

/** 0 is an error, 1 a warning, the rest is advice. */
const WARNING = 1;

/** Every `$ref` of a document. */
function refsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => key === "$ref" ? [String(inner)] : refsIn(inner));
}

function resolved(document: unknown, ref: string): unknown {
  return ref.slice(2).split("/").reduce<unknown>(
    (at, part) => (at as Record<string, unknown> | undefined)?.[part],
    document,
  );
}

test("GET /asyncapi.json is AsyncAPI 3.0 and needs no token", async () => {
  const answer = await new ApiUnderTest().get("/asyncapi.json", { scope: "none" });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual(JSON.parse(JSON.stringify(asyncApiDocument("1.2.3"))));
  expect(answer.body).toMatchObject({ asyncapi: "3.0.0", info: { title: "tssync events", version: "1.2.3" } });
});

test("asyncApiDocument() satisfies the parser of AsyncAPI", async () => {
  const problems = async (document: object) =>
    (await new Parser().validate(JSON.parse(JSON.stringify(document)))).filter(({ severity }) => severity <= WARNING)
      // 3.1 adds nothing that is used here, and fewer tools know it.
      .filter(({ code }) => code !== "asyncapi-latest-version").map(({ message, path }) => ({ message, path }));
  const document = asyncApiDocument("1.2.3");
  expect(await problems(document)).toEqual([]);
  expect(await problems({ ...document, operations: { shouted: { action: "shout" } } })).not.toEqual([]);
});

test("asyncApiDocument() refers only to what it holds, and uses every message", () => {
  const document = asyncApiDocument("1");
  const refs = refsIn(document);
  expect(refs.length).toBeGreaterThan(20);
  for (const ref of refs) expect({ ref, found: resolved(document, ref) !== undefined }).toEqual({ ref, found: true });
  for (const name of Object.keys(document.components.messages)) {
    expect(refs).toContain(`#/components/messages/${name}`);
    expect(refs.some((ref) => ref.startsWith("#/channels/") && ref.endsWith(`/messages/${name}`))).toBe(true);
  }
});

test("asyncApiDocument() describes frames by the schemas that read them, and names every type of event", () => {
  const document = asyncApiDocument("1");
  expect(document.components.messages["subscribe"]!.payload).toMatchObject({
    type: "object",
    properties: { op: { const: "subscribe" }, after: { type: "string" }, types: { type: "array" } },
    additionalProperties: false,
  });
  expect(document.components.messages["event"]!.payload).toMatchObject({
    properties: { specversion: { const: "1.0" }, id: { type: "string" } },
  });
  for (const type of EVENT_TYPE_NAMES) expect(document.info.description).toContain(type);
});
