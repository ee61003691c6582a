/** How many tests of a run passed, failed and were skipped. */
export type TestCounts = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** Counts from the `<testsuites>` line of a JUnit report; all zero when there is no such line. */
export function countTests(report: string): TestCounts {
  const line = /<testsuites\b[^>]*>/.exec(report)?.[0] ?? "";
  const number = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(line)?.[1] ?? 0);
  const failed = number("failures") + number("errors");
  const skipped = number("skipped");
  return { passed: number("tests") - failed - skipped, failed, skipped };
}
