import { expect, test } from "bun:test";
import { projectFiles } from "../support/project.ts";
import type { SourceFile } from "../support/source_text.ts";

/** Most files have 40 to 150 lines. One that is longer than the first limit is named, one longer than the second refused. Tables of tests may be longer. */
const LINES = { named: 300, productMax: 400, testMax: 700 } as const;

function longerThan(lines: number, files: readonly SourceFile[]): string[] {
  return files
    .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .filter((file) => file.lines > lines)
    .map((file) => `${file.path}: ${file.lines} lines`);
}

test("longerThan() counts lines", () => {
  const files = [{ path: "a.ts", text: "\n".repeat(400) }, { path: "b.ts", text: "\n".repeat(401) }];
  expect(longerThan(LINES.productMax, files)).toEqual(["b.ts: 401 lines"]);
});

test("no source is so long that nobody reads it", () => {
  const sources = projectFiles().filter(({ path }) =>
    /^(main\.ts|(src|api|tests|bench|docs)\/.*\.(ts|tsx|sql))$/.test(path)
  );
  expect(sources.length).toBeGreaterThan(30);
  const long = longerThan(LINES.named, sources);
  if (long.length > 0) console.warn(`Longer than ${LINES.named} lines:\n  ${long.join("\n  ")}`);
  expect(longerThan(LINES.testMax, sources)).toEqual([]);
  expect(longerThan(LINES.productMax, sources.filter(({ path }) => !path.startsWith("tests/")))).toEqual([]);
});
