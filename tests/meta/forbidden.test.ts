import { expect, test } from "bun:test";
import { productSources, projectFiles } from "../support/project.ts";
import { codeOnly, placesOf, type SourceFile, withoutComments } from "../support/source_text.ts";

/** The only files that know which runtime they run under. */
const RUNTIME_FILES = [
  "src/adapters/libc_bun.ts",
  "src/adapters/libc_deno.ts",
  "api/server_bun.ts",
  "api/server_deno.ts",
];

function codeProblems(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const code = { path: file.path, text: codeOnly(file.text) };
    const withStrings = { path: file.path, text: withoutComments(file.text) };
    const problems = [
      ...placesOf(/\bshell\s*:(?!\s*false\b)|(?<![.\w])exec(?:Sync)?\s*\(/, code, "starts a shell"),
      ...placesOf(
        /\b(?:import|export)\b.*\bexec(?:Sync)?\b.*child_process/,
        withStrings,
        "imports what starts a shell",
      ),
      ...placesOf(
        /\b(?:spawn|execFile)\w*\(\s*["'`](?:\/bin\/|\/usr\/bin\/)?(?:ba|da|z|k)?sh["'`]/,
        withStrings,
        "starts a shell by its name",
      ),
      ...placesOf(/\bas any\b|:\s*any\b|<any\b/, code, "gives up the types"),
    ];
    if (!file.path.endsWith(".d.ts")) problems.push(...placesOf(/\bexport\s+default\b/, code, "exports by default"));
    problems.push(...placesOf(/^\s*export\s+(?:type\s+)?(?:\*|\{[^}]*\})\s*(?:as \w+\s*)?from\b/, code, "re-exports"));
    if (!RUNTIME_FILES.includes(file.path)) {
      problems.push(...placesOf(/(?<![.\w])(?:Bun|Deno)\b|\bglobalThis\.(?:Bun|Deno)\b/, code, "names a runtime"));
      problems.push(...placesOf(/["']bun:/, withStrings, "imports from a runtime"));
    }
    return problems;
  });
}

// Put together from pieces, so that this file does not hold what it looks for.
const EVERYWHERE: readonly (readonly [RegExp, string])[] = [
  [
    new RegExp(["(^|[^\\w./-])/(work/", "(?:main|shared)\\b|(?:root(?!/\\.ssh/)|tmp/", "brief)/)"].join("")),
    "names a path of one machine",
  ],
  [new RegExp(["registry\\.", "npm|npm", "mirror|yarn", "pkg\\.com"].join("")), "names a registry"],
  [new RegExp(["@ts-", "(?:ignore|nocheck)"].join("")), "silences the compiler"],
  [new RegExp(["[<]{7} |[>]", "{7} "].join("")), "holds a merge conflict"],
];

function textProblems(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => EVERYWHERE.flatMap(([pattern, message]) => placesOf(pattern, file, message)));
}

test("codeProblems() sees shells, default exports, re-exports, runtimes and any", () => {
  const text = [
    'spawn("x", { shell: true });',
    'import { exec } from "node:child_process";',
    'spawn("/bin/sh", ["-c", line]);',
    "export default 1;",
    'export { a } from "./a.ts";',
    'export * from "./a.ts";',
    "Bun.file(1);",
    'const a = typeof Deno === "undefined";',
    'import { dlopen } from "bun:ffi";',
    "const b = c as any;",
  ];
  const problems = codeProblems([{ path: "src/adapters/a.ts", text: text.join("\n") }]);
  const linesFound = new Set(problems.map((problem) => Number(problem.split(":")[1])));
  expect([...linesFound].sort((a, b) => a - b)).toEqual(text.map((_line, index) => index + 1));
});

test("codeProblems() leaves innocent code alone", () => {
  const text =
    'const a = pattern.exec(line);\nconst b = "Bun.serve";\n// Deno.serve\nspawn("ssh", ["-p", "22"], { shell: false });\n';
  expect(codeProblems([{ path: "src/adapters/a.ts", text }])).toEqual([]);
  expect(codeProblems([{ path: "api/server_bun.ts", text: "Bun.serve({});\n" }])).toEqual([]);
});

test("textProblems() sees paths of one machine, registries and silenced compilers", () => {
  const text = ["cd /wo" + "rk/main", "https://registry." + "npmjs.org/x", "// @ts-" + "ignore", "<<<<" + "<<< HEAD"];
  expect(textProblems([{ path: "a.md", text: text.join("\n") }]).length).toBe(4);
  expect(textProblems([{ path: "a.md", text: "docs/work/x, /var/lib/tssync, ./root/x" }])).toEqual([]);
});

test("no product source starts a shell, exports by default, re-exports or names a runtime where it may not", () => {
  const files = productSources();
  expect(files.length).toBeGreaterThan(30);
  expect(codeProblems(files)).toEqual([]);
});

test("no file names a path of one machine or a registry, or silences the compiler", () => {
  const files = projectFiles();
  expect(files.map(({ path }) => path)).toContain("bun.lock");
  expect(textProblems(files)).toEqual([]);
});
