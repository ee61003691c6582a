import { expect, test } from "bun:test";
import { z } from "zod";
import { EXAMPLES } from "../../../api/examples.ts";
import { ApiUnderTest } from "./api_under_test.ts";

type Media = { readonly schema: Record<string, unknown>; readonly example?: unknown };
type Holder = { readonly content?: Record<string, Media> };
type Operation = { readonly requestBody?: Holder; readonly responses: Record<string, Holder> };
type Description = {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Record<string, unknown>> };
};

const { paths, components }: Description = (await new ApiUnderTest().get("/openapi.json", { scope: "none" })).body;

/** Every body of a request and every good answer in JSON, with its place. */
const media = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { requestBody, responses }]) => {
    const holders: [string, Holder | undefined][] = [["request", requestBody], ...Object.entries(responses)];
    return holders.filter(([what]) => what === "request" || what.startsWith("2")).flatMap(([what, holder]) =>
      Object.entries(holder?.content ?? {}).filter(([type]) => type === "application/json").map(([, one]) => ({
        place: `${method} ${path} ${what}`,
        ...one,
      }))
    );
  })
);

/** The schema with all that it refers to; an unknown field in an example is a slip. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const { $ref, ...rest } = schema as Record<string, unknown>;
  if (typeof $ref === "string") return closed(components.schemas[$ref.split("/").at(-1)!]);
  const inner = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, closed(value)]));
  return inner["type"] === "object" && inner["properties"] !== undefined && inner["additionalProperties"] === undefined
    ? { ...inner, additionalProperties: false }
    : inner;
}

function problemsOf({ schema, example }: Media): string {
  const result = z.fromJSONSchema(closed(schema) as never).safeParse(example);
  return result.success ? "" : z.prettifyError(result.error);
}

test("addExamples() shows every body of a request and every answer with a fixed form", () => {
  expect(media.length).toBeGreaterThan(40);
  const bare = media.filter(({ example }) => example === undefined).map(({ place }) => place);
  // What the configuration looks like depends on it alone.
  expect(bare).toEqual(["get /v1/config 200"]);
});

test("every example is what its schema takes, and every one is used", () => {
  for (const { place, schema, example } of media) {
    if (example === undefined) continue;
    expect({ place, problems: problemsOf({ schema, example }) }).toEqual({ place, problems: "" });
  }
  const wrong = media.find(({ place }) => place === "post /v1/flush request")!;
  expect(problemsOf({ schema: wrong.schema, example: { scope: "arrived" } })).toContain("scope");
  const used = new Set(
    JSON.stringify(Object.values(paths)).matchAll(/#\/components\/schemas\/(\w+)/g).map(([, name]) => name!),
  );
  for (const name of Object.keys(EXAMPLES)) expect({ name, isUsed: used.has(name) }).toEqual({ name, isUsed: true });
});
