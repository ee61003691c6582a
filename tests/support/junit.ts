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

/** The test files of a JUnit report in which a test failed, each once. */
export function failedFiles(report: string): string[] {
  const files = new Set<string>();
  for (const [line] of report.matchAll(/<testsuite\b[^>]*>/g)) {
    const file = /\bfile="([^"]*)"/.exec(line)?.[1];
    if (file !== undefined && /\bfailures="[1-9]/.test(line)) files.add(file);
  }
  return [...files];
}
