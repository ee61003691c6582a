import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isCommandName } from "../../src/cli/command_table.ts";
import { parseArguments } from "../../src/cli/parse_arguments.ts";
import { compileFilter } from "../../src/core/filter.ts";
import type { RelPath } from "../../src/core/path.ts";
import { splitShellWords } from "../../src/core/shell_words.ts";

const TOP = resolve(import.meta.dirname, "../..");

/** Written by hand; `docs/configuration.md` has a test of its own. */
const DOCUMENTS = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/architecture.md",
  "docs/from-sersync.md",
  "docs/api.md",
  "docs/cdn.md",
  "docs/operations.md",
  "docs/recipes.md",
  "README.zh-CN.md",
  "docs/zh-CN/from-sersync.md",
  "docs/zh-CN/operations.md",
  "docs/zh-CN/recipes.md",
];

function documentOf(path: string): string {
  return readFileSync(join(TOP, path), "utf8");
}

/** Lines of shell blocks as commands: continued lines joined, comments cut off. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/^ *```sh\n(.*?)^ *```$/gms)].flatMap(([, block]) =>
    block!.replaceAll("\\\n", " ").split("\n").map((line) => line.replace(/(^|\s)#.*$/, "").trim())
  ).filter((line) => line !== "");
}

function documentProblems(path: string, text: string): string[] {
  const problems: string[] = [];
  for (const [, target] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
    if (/^https?:/.test(target!)) continue;
    if (!existsSync(join(TOP, dirname(path), target!))) {
      problems.push(`${path}: links to ${target}, which is not there`);
    }
  }
  for (const [, name] of text.matchAll(/`((?:src|api|tests|docs|bench)\/[\w./-]*\w|[a-z]+\.(?:ts|sh|json))`/g)) {
    if (!existsSync(join(TOP, name!))) problems.push(`${path}: names ${name}, which is not there`);
  }
  for (const [, command] of text.matchAll(/`tssync ([a-z]+)/g)) {
    if (!isCommandName(command!)) problems.push(`${path}: names tssync ${command}, which is no command`);
  }
  for (const command of commandsIn(text)) {
    if (!command.startsWith("tssync ")) continue;
    const split = splitShellWords(command);
    try {
      if ("words" in split) parseArguments(split.words.slice(1));
    } catch (error) {
      problems.push(`${path}: ${command}: ${(error as Error).message}`);
    }
  }
  return problems;
}

test("documentProblems() sees links, files, commands and options that are not there", () => {
  const text = "[a](nothing.md) [b](../README.md#top) `src/core/nothing.ts` `main.ts` `tssync fly` `tssync status`\n" +
    "```sh\ntssync serve --wach DIR # not --watch\ntssync status \\\n  --json\n./compile.sh\n```\n";
  expect(documentProblems("docs/a.md", text)).toEqual([
    "docs/a.md: links to nothing.md, which is not there",
    "docs/a.md: names src/core/nothing.ts, which is not there",
    "docs/a.md: names tssync fly, which is no command",
    expect.stringContaining("Did you mean --watch?"),
  ]);
});

test("the documents name only files, commands and options that exist", () => {
  expect(DOCUMENTS.flatMap((path) => documentProblems(path, documentOf(path)))).toEqual([]);
  expect(commandsIn(documentOf("README.md")).filter((command) => command.startsWith("tssync ")).length).toBeGreaterThan(
    4,
  );
  for (const [, name] of documentOf("README.md").matchAll(/^\.\/compile\.sh (\w+)/gm)) {
    expect(documentOf("compile.sh")).toContain(`    ${name})\n`);
  }
});

test("the filter lines of docs/from-sersync.md exclude what sersync left out, and files like others not", () => {
  const [, block] = /```xml\n(<filter.*?)```/s.exec(documentOf("docs/from-sersync.md")) ?? [];
  const expressions = [...block!.matchAll(/expression="([^"]+)"/g)].map(([, expression]) => expression!);
  expect(expressions).toHaveLength(3);
  const filter = compileFilter(expressions);
  const excluded = (path: string) => filter.excludedBy(path as RelPath, "other") !== null;
  for (const path of [".hidden", "a/.hidden", "a~", "sub/dir/a~", "4913", "sub/4913", ".git/config"]) {
    expect({ path, excluded: excluded(path) }).toEqual({ path, excluded: true });
  }
  for (const path of ["a", "sub/a.b", "a~b", "14913", "4913.txt", "sub/x.~y"]) {
    expect({ path, excluded: excluded(path) }).toEqual({ path, excluded: false });
  }
  const keeping = compileFilter([String.raw`(.*/)?\.(?!git(/|$))[^/]*`]);
  expect(documentOf("docs/from-sersync.md")).toContain(String.raw`(.*/)?\.(?!git(/|$))[^/]*`);
  expect(keeping.excludedBy("sub/.git/config" as RelPath, "other")).toBeNull();
  expect(keeping.excludedBy("sub/.gitignore" as RelPath, "other")).not.toBeNull();
});
