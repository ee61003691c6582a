import { expect, test } from "bun:test";
import { scopeCovers, SCOPES } from "../../../api/scope.ts";
import { findToken, tokenRecord } from "../../../api/tokens.ts";

test("findToken() finds the record of a token and only of that", () => {
  const records = [tokenRecord("one", "first", "status"), tokenRecord("two", "second", "admin")];
  expect(findToken(records, "one")?.name).toBe("first");
  expect(findToken(records, "two")?.name).toBe("second");
  for (const wrong of ["", "on", "onee", "One"]) expect(findToken(records, wrong)).toBeNull();
  expect(findToken([], "one")).toBeNull();
});

test("tokenRecord() keeps nothing of the token itself", () => {
  expect(JSON.stringify(tokenRecord("topsecret", "n", "admin"))).not.toContain("topsecret");
});

test("scopeCovers() lets each scope do what those before it may", () => {
  for (const [strength, held] of SCOPES.entries()) {
    for (const [need, wanted] of SCOPES.entries()) expect(scopeCovers(held, wanted)).toBe(strength >= need);
  }
});
