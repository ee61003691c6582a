import { expect, test } from "bun:test";
import { type ErrorCode, ERRORS, TssyncError } from "../../../src/core/error.ts";

test("ERRORS gives every code an HTTP status of a refusal and an exit code that is not success", () => {
  const codes = Object.entries(ERRORS);
  expect(codes.length).toBeGreaterThan(20);
  for (const [code, { httpStatus, exitCode, retryable }] of codes) {
    expect([code, httpStatus >= 400 && httpStatus < 600, exitCode > 0 && exitCode < 126]).toEqual([code, true, true]);
    // 422 says that the same request can never succeed.
    if (retryable) expect([code, httpStatus]).not.toEqual([code, 422]);
  }
});

test("TssyncError carries its code and facts for machines", () => {
  const code: ErrorCode = "NOT_FOUND";
  const error = new TssyncError(code, "There is no root x.", { root: "x" });
  expect([error.name, error.code, error.message, error.details]).toEqual(["TssyncError", code, "There is no root x.", {
    root: "x",
  }]);
  expect(error).toBeInstanceOf(Error);
});
