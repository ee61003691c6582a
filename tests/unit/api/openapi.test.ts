import { expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { ApiUnderTest } from "./api_under_test.ts";

test("createApp() describes itself so that an OpenAPI validator is satisfied", async () => {
  const { body } = await new ApiUnderTest().get("/openapi.json", { scope: "none" });
  const validator = new Validator();
  const { valid, errors } = await validator.validate(body);
  expect(errors ?? []).toEqual([]);
  expect({ valid, version: validator.version }).toEqual({ valid: true, version: "3.1" });
  const broken = await new Validator().validate({ ...body, paths: { "/x": { get: { responses: 1 } } } });
  expect(broken.valid).toBe(false);
});

test("every operation says what it is, and every refusal is a problem document", async () => {
  const { paths } = (await new ApiUnderTest().get("/openapi.json", { scope: "none" })).body;
  type Operation = {
    readonly summary?: string;
    readonly tags?: readonly string[];
    readonly parameters?: readonly { readonly in: string; readonly required?: boolean; readonly name: string }[];
    readonly responses: Record<string, { readonly description: string; readonly content?: object }>;
  };
  for (const [path, methods] of Object.entries<Record<string, Operation>>(paths)) {
    for (const [method, { summary, tags, parameters = [], responses }] of Object.entries(methods)) {
      const name = `${method} ${path}`;
      expect({ name, summary: summary ?? "", tags }).not.toMatchObject({ summary: "" });
      expect({ name, tags: tags?.length }).toEqual({ name, tags: 1 });
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, one]) => one!);
      expect(parameters.filter((one) => one.in === "path").map((one) => one.name).toSorted()).toEqual(
        inPath.toSorted(),
      );
      for (const [status, { content }] of Object.entries(responses)) {
        if (Number(status) < 400) continue;
        expect({ name, status, types: Object.keys(content ?? {}) }).toEqual({
          ...{ name, status },
          types: ["application/problem+json"],
        });
      }
    }
  }
});
