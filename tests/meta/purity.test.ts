import { expect, test } from "bun:test";
import { productSources } from "../support/project.ts";
import { codeOnly, importsOf, placesOf, type SourceFile } from "../support/source_text.ts";

/** Clock, chance, world: what a function of values does not touch. */
const IMPURE = new RegExp(
  [
    String.raw`\bDate\.now\b`,
    String.raw`\bnew Date\(\s*\)`,
    String.raw`\bMath\.random\b`,
    String.raw`\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|fetch)\s*\(`,
    String.raw`(?<![.\w])(?:process|console|performance|crypto|globalThis|Bun|Deno)\s*[.[]`,
    String.raw`\b(?:async|await)\s`,
  ].join("|"),
);

/** The engine has a Clock, a Log and a Random of its own in the ports. */
const PAST_THE_PORTS = new RegExp(
  [
    String.raw`\bDate\.now\b`,
    String.raw`\bnew Date\(\s*\)`,
    String.raw`\bMath\.random\b`,
    String.raw`(?<![.\w])(?:setTimeout|setInterval|setImmediate|fetch)\s*\(`,
    String.raw`(?<![.\w])(?:console|performance|crypto|Bun|Deno)\s*[.[]`,
    // A started rsync may be called process there: only what the runtime's own has.
    String.raw`(?<![.\w])process\.(?:env|exit|argv|cwd|hrtime|kill|nextTick|std\w+|memoryUsage|uptime|versions)\b`,
  ].join("|"),
);

function purityProblems(files: readonly SourceFile[]): string[] {
  const problems: string[] = [];
  for (const { path, text } of files) {
    const isCore = path.startsWith("src/core/");
    if (!isCore && !path.startsWith("src/engine/")) continue;
    for (const name of importsOf(text)) {
      if (/^(node|bun):/.test(name)) problems.push(`${path}: imports ${name}`);
    }
    const code = { path, text: codeOnly(text) };
    problems.push(...placesOf(isCore ? IMPURE : PAST_THE_PORTS, code, isCore ? "is not pure" : "goes past the ports"));
  }
  return problems;
}

test("purityProblems() sees clock, chance, I/O and modules of the runtime", () => {
  const impure = [
    "const a = Date.now();",
    "const b = new Date();",
    "const c = Math.random();",
    "setTimeout(f, 1);",
    "process.exit(1);",
    'console["log"](1);',
    "void fetch(url);",
    "async function d() {}",
  ];
  const text = `${impure.join("\n")}\nimport { x } from "node:fs";\n`;
  const problems = purityProblems([{ path: "src/core/a.ts", text }]);
  expect(problems.length).toBe(impure.length + 1);
  expect(problems[0]).toBe("src/core/a.ts: imports node:fs");
  for (const [index] of impure.entries()) expect(problems[index + 1]).toStartWith(`src/core/a.ts:${index + 1}: `);

  const past = purityProblems([{
    path: "src/engine/a.ts",
    text: "x(Date.now());\nsetTimeout(f, 1);\nclock.setTimeout(1);",
  }]);
  expect(past.length).toBe(2);
});

test("purityProblems() leaves comments, strings and values that are passed in alone", () => {
  const text =
    `// Date.now() is not called\nconst a = "process.exit(1)";\nconst b = new Date(nowMs);\nclock.performance.x();\n`;
  expect(purityProblems([{ path: "src/core/a.ts", text }])).toEqual([]);
});

test("the core is pure, and the engine touches the world only through the ports", () => {
  const files = productSources();
  for (const room of ["src/core/", "src/engine/"]) {
    expect(files.filter(({ path }) => path.startsWith(room)).length).toBeGreaterThan(3);
  }
  expect(purityProblems(files)).toEqual([]);
});
