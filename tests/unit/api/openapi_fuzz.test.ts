import { expect, test } from "bun:test";
import fc from "fast-check";
import { memoryFailure, memoryHold } from "../../support/memory/memory_control.ts";
import { ApiUnderTest } from "./api_under_test.ts";

/** The part of JSON Schema that the description uses. */
type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly example?: unknown;
};
type Parameter = { readonly name: string; readonly in: "query" | "path" | "header"; readonly schema: Schema };
type Operation = {
  readonly operationId?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
  readonly responses: Record<string, unknown>;
};
type Description = {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema> };
};

const description: Description = (await new ApiUnderTest().get("/openapi.json", { scope: "none" })).body;
const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation }))
);

const WORDS = [
  "",
  "0",
  "60s",
  "1ms",
  "www",
  "r1",
  "1",
  "2026-11-20T09:00:00Z",
  "../x",
  "\0",
  "%",
  "é\u{1f600}",
  "__proto__",
];
const words = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 20 }));

/** Values that fit a schema, more or less. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return valuesOf(description.components.schemas[schema.$ref.split("/").at(-1)!]!);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valuesOf));
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "object":
      return fc.record(
        Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, value]) => [name, roughly(value)])),
        { requiredKeys: [] },
      );
    case "array":
      return fc.array(valuesOf(schema.items!), { maxLength: 3 });
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return fc.oneof(fc.integer(), fc.double());
    default:
      return words;
  }
}

/** Mostly what is asked for, sometimes anything. */
function roughly(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: valuesOf(schema), weight: 5 }, { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 });
}

function requestsTo({ method, path, operation }: (typeof operations)[number]) {
  const body = operation.requestBody?.content["application/json"]?.schema;
  return fc.record({
    path: fc.tuple(...path.split("/").map((part) => part.startsWith("{") ? words : fc.constant(part))).map((parts) =>
      parts.map(encodeURIComponent).join("/")
    ),
    query: fc.array(
      fc.tuple(
        fc.constantFrom(
          "x",
          ...(operation.parameters ?? []).filter((one) => one.in === "query").map((one) => one.name),
        ),
        words,
      ),
      { maxLength: 3 },
    ),
    key: fc.option(fc.constantFrom("k", "", " ", "long".repeat(99)), { nil: undefined }),
    body: body === undefined ? fc.constant(undefined) : fc.option(roughly(body), { nil: undefined }),
    method: fc.constant(method),
  });
}

test("createApp() describes itself as OpenAPI 3.1 with a name for every operation", () => {
  expect(description.openapi).toBe("3.1.0");
  const names = operations.map(({ operation }) => operation.operationId);
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(names.length);
  expect(operations.length).toBeGreaterThanOrEqual(22);
});

/** What is not answered in JSON. */
const OTHER_TYPES: Readonly<Record<string, string>> = {
  "/metrics": "text/plain; version=0.0.4; charset=utf-8",
  "/v1/roots/{root}/manifest": "application/jsonl",
};

for (const target of operations) {
  test(`${target.method} ${target.path} answers whatever is asked of it with a status it describes`, async () => {
    const described = [...Object.keys(target.operation.responses), "404", "405"];
    await fc.assert(
      fc.asyncProperty(requestsTo(target), async (request) => {
        const api = new ApiUnderTest();
        api.control.failures = [memoryFailure(1, "a\xff")];
        api.control.holds = [memoryHold("1", { examples: ["a\xff"] }), memoryHold("r1", { state: "approved" })];
        api.control.eventLog.append({
          ...{ type: "tssync.watch.overflow", root: "www", remote: null, batch: null, items: null, facts: {} },
        });
        api.control.eventLog.commit();
        api.control.finishResync(api.control.startResync({ dryRun: true }, "api").id);
        const query = new URLSearchParams(request.query).toString();
        const answer = await api.send(request.method, `${request.path}?${query}`, {
          ...(request.body === undefined ? {} : { body: request.body }),
          headers: request.key === undefined ? {} : { "idempotency-key": request.key },
        });
        expect(described).toContain(String(answer.status));
        expect(answer.status).toBeLessThan(500);
        const isEmpty = answer.status === 204;
        const ours = OTHER_TYPES[target.path] ?? "application/json";
        const type = isEmpty ? null : answer.status < 400 ? ours : "application/problem+json";
        expect(answer.headers.get("content-type")).toBe(type);
        expect(api.troubles).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
}
