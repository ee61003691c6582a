import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const TOP = resolve(import.meta.dirname, "../..");

/** The English page of every Chinese one. */
function pairs(): [english: string, chinese: string][] {
  const pages = readdirSync(join(TOP, "docs/zh-CN")).map((
    name,
  ): [string, string] => [`docs/${name}`, `docs/zh-CN/${name}`]);
  return [["README.md", "README.zh-CN.md"], ...pages];
}

/** What does not depend on the language: headings by their level, and code blocks as they are. */
function skeleton(text: string): { headings: string[]; blocks: string[] } {
  const code = /^( *)```.*?^\1```$/gms;
  const blocks = [...text.matchAll(code)].map(([block]) => block);
  const headings = [...text.replace(code, "").matchAll(/^(#+) /gm)].map(([, level]) => level!);
  return { headings, blocks };
}

test("skeleton() sees a heading of another level, a changed block and a missing one", () => {
  const english = "# A\n\n```sh\none # not a heading\n```\n\n## B\n\n```\ntwo\n```\n";
  expect(skeleton(english)).toEqual({
    headings: ["#", "##"],
    blocks: ["```sh\none # not a heading\n```", "```\ntwo\n```"],
  });
  for (
    const other of [english.replace("##", "###"), english.replace("two", "2"), english.replace("```\ntwo\n```", "")]
  ) {
    expect(skeleton(other)).not.toEqual(skeleton(english));
  }
});

test("every Chinese page has the headings and code blocks of its English one", () => {
  const names = pairs().map(([english]) => english);
  for (
    const name of ["README.md", "docs/first-steps.md", "docs/from-sersync.md", "docs/operations.md", "docs/recipes.md"]
  ) {
    expect(names).toContain(name);
  }
  for (const [english, chinese] of pairs()) {
    expect([chinese, existsSync(join(TOP, english))]).toEqual([chinese, true]);
    const [wanted, found] = [english, chinese].map((path) => skeleton(readFileSync(join(TOP, path), "utf8")));
    expect({ chinese, ...found! }).toEqual({ chinese, ...wanted! });
    expect(readFileSync(join(TOP, chinese), "utf8")).toMatch(/\p{Script=Han}/u);
  }
});
