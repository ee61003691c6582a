import { expect, test } from "bun:test";
import { projectFiles } from "../support/project.ts";

type Packages = Readonly<Record<string, string>>;

function dependencyProblems(packages: Packages, document: string): string[] {
  return Object.entries(packages).flatMap(([name, version]) => [
    ...(/^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+$/.test(version) ? [] : [`${name}: ${version} is not one exact version`]),
    ...(document.includes(`| \`${name}\` `) ? [] : [`${name}: docs/dependencies.md does not tell why`]),
  ]);
}

test("dependencyProblems() sees ranges and packages nobody explains", () => {
  expect(dependencyProblems({ a: "^1.0.0", b: "1.0.0", c: "1.0.0" }, "| `a` | x |\n| `c` | y |")).toEqual([
    "a: ^1.0.0 is not one exact version",
    "b: docs/dependencies.md does not tell why",
  ]);
});

test("every package has one exact version and a reason", () => {
  const files = new Map(projectFiles().map(({ path, text }) => [path, text]));
  const { dependencies, devDependencies } = JSON.parse(files.get("package.json") ?? "") as {
    dependencies: Packages;
    devDependencies: Packages;
  };
  expect(Object.keys(dependencies).length).toBeGreaterThan(3);
  expect(dependencyProblems({ ...dependencies, ...devDependencies }, files.get("docs/dependencies.md") ?? "")).toEqual(
    [],
  );
});
