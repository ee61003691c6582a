import { expect, test } from "bun:test";
import { countTests, failedFiles } from "../../support/junit.ts";

test("countTests() takes failures and skipped tests from the number of all tests", () => {
  const report = `<?xml?>\n<testsuites name="bun test" tests="9" assertions="4" failures="2" skipped="1" time="5.0">\n`;
  expect(countTests(report)).toEqual({ passed: 6, failed: 2, skipped: 1 });
});

test("countTests() does not take the line of one suite for the line of all", () => {
  const report = `<testsuites tests="3" failures="0" skipped="0">\n  <testsuite tests="1" failures="1" skipped="0">`;
  expect(countTests(report)).toEqual({ passed: 3, failed: 0, skipped: 0 });
});

test("countTests() finds nothing in an empty report", () => {
  expect(countTests("")).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

test("failedFiles() names each file with a failure once, also when the failure is in a group", () => {
  const report = `<testsuites tests="4" failures="2">
  <testsuite name="a" file="tests/a.test.ts" tests="2" failures="1"><testsuite name="d" file="tests/a.test.ts" failures="1">
  <testsuite name="b" file="tests/b.test.ts" tests="2" failures="0">`;
  expect(failedFiles(report)).toEqual(["tests/a.test.ts"]);
});
