import { expect, test } from "bun:test";
import { posix } from "node:path";
import { projectFiles } from "../support/project.ts";

/** What may stand in a folder: a pattern for the path below it. Folders of the top level, and `""` for its files. */
const PLACES: Readonly<Record<string, RegExp>> = {
  "": new RegExp(
    "^(main\\.ts|compile\\.sh|(deno|package|tsconfig|knip)\\.json|bun\\.lock|bunfig\\.toml" +
      "|\\.oxlintrc\\.json|\\.editorconfig|\\.gitignore|\\.gitattributes|LICENSE|[A-Z]+(\\.zh-CN)?\\.md)$",
  ),
  ".ci": /^run$/,
  ".github": /./,
  "src": /^((core|config|engine|adapters|cli)\/)?[^/]+\.(ts|sql)$/,
  "api": /^([^/]+\/)?[^/]+\.(tsx?|css|js|svg|html)$/,
  "tests": /^(ok\.ts|soak\.ts|(unit|contract|simulation|e2e|runtime|meta|support|fixtures)\/.+)$/,
  "bench": /^[^/]+\.(ts|md)$/,
  "docs": /\.(md|json|svg|png|ts)$/,
  "examples": /./,
  "packaging": /./,
  "contrib": /./,
  "changelog": /\.md$/,
};

const SAYS_NOTHING = ["utils", "util", "helpers", "helper", "types", "common", "misc", "shared", "index", "mod", "lib"];
const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*(\.test|\.d)?\.[a-z]+$/;

function layoutProblems(paths: readonly string[]): string[] {
  const known = new Set(paths);
  return paths.flatMap((path) => [...placeProblems(path), ...nameProblems(path), ...mirrorProblems(path, known)]);
}

function placeProblems(path: string): string[] {
  const slash = path.indexOf("/");
  const place = PLACES[slash < 0 ? "" : path.slice(0, slash)];
  return place?.test(path.slice(slash + 1)) === true ? [] : [`${path}: a stray file, nothing like it belongs there`];
}

function nameProblems(path: string): string[] {
  if (!/^(main\.ts$|src\/|api\/|tests\/|bench\/)/.test(path) || !/\.(tsx?|sql)$/.test(path)) return [];
  const problems: string[] = [];
  if (!SNAKE_CASE.test(posix.basename(path))) problems.push(`${path}: the name is not snake_case`);
  for (const part of path.replace(/(\.test)?\.[a-z]+$/, "").split("/")) {
    if (SAYS_NOTHING.includes(part)) problems.push(`${path}: the name ${part} says nothing`);
  }
  return problems;
}

/** `tests/unit/core/path.test.ts`, or `path_of_bytes.test.ts`, needs a `src/core/path.ts`. */
function mirrorProblems(path: string, known: ReadonlySet<string>): string[] {
  const [, folder, name] = /^tests\/unit\/(?:(.+)\/)?([^/]+)\.test\.tsx?$/.exec(path) ?? [];
  if (name === undefined) return [];
  const sources = folder === undefined
    ? ["src", "."]
    : folder.startsWith("api") || folder.startsWith("bench")
    ? [folder]
    : folder.startsWith("support")
    ? [`tests/${folder}`, `tests/${folder}/memory`]
    : [`src/${folder}`];
  for (const source of sources) {
    const words = name.split("_");
    for (let count = words.length; count > 0; count--) {
      const file = posix.join(source, words.slice(0, count).join("_"));
      if (known.has(`${file}.ts`) || known.has(`${file}.tsx`)) return [];
    }
  }
  return [`${path}: tests no file that exists; its name must begin with the name of the file it tests`];
}

test("layoutProblems() sees stray files, names that say nothing and tests of nothing", () => {
  const paths = [
    "notes.txt",
    "src/core/a.ts",
    "src/core/deep/b.ts",
    "src/core/utils.ts",
    "api/HelloWorld.ts",
    "out/x.js",
  ];
  expect(layoutProblems([...paths, "tests/unit/core/a_more.test.ts", "tests/unit/core/b.test.ts", "tests/a.test.ts"]))
    .toEqual([
      "notes.txt: a stray file, nothing like it belongs there",
      "src/core/deep/b.ts: a stray file, nothing like it belongs there",
      "src/core/utils.ts: the name utils says nothing",
      "api/HelloWorld.ts: the name is not snake_case",
      "out/x.js: a stray file, nothing like it belongs there",
      "tests/unit/core/b.test.ts: tests no file that exists; its name must begin with the name of the file it tests",
      "tests/a.test.ts: a stray file, nothing like it belongs there",
    ]);
});

test("every file of the project stands where it belongs and has a name that says something", () => {
  const paths = projectFiles().map(({ path }) => path);
  for (const seen of ["package.json", "src/core/path.ts", "tests/meta/layout.test.ts"]) expect(paths).toContain(seen);
  expect(layoutProblems(paths)).toEqual([]);
});
