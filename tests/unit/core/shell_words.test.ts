import { expect, test } from "bun:test";
import fc from "fast-check";
import { splitShellWords } from "../../../src/core/shell_words.ts";

const splits: readonly [text: string, words: readonly string[]][] = [
  ["", []],
  ["  \t\n ", []],
  ["-artuz", ["-artuz"]],
  [" -az  --bwlimit=100 ", ["-az", "--bwlimit=100"]],
  [`-e 'ssh -p 2222'`, ["-e", "ssh -p 2222"]],
  [`-e "ssh -i \\"a b\\""`, ["-e", `ssh -i "a b"`]],
  [`--exclude=a\\ b`, ["--exclude=a b"]],
  [`--exclude='it'\\''s'`, ["--exclude=it's"]],
  [`''`, [""]],
  [`a"b"c`, ["abc"]],
  [`"\\a\\$\\\`"`, ["\\a$`"]],
  [`--exclude=*.log --exclude=[a-z]?`, ["--exclude=*.log", "--exclude=[a-z]?"]],
  ["a~ b#c cost$", ["a~", "b#c", "cost$"]],
  ["--chmod=D750,F640", ["--chmod=D750,F640"]],
];

for (const [text, words] of splits) {
  test(`splitShellWords() splits ${JSON.stringify(text)}`, () => {
    expect(splitShellWords(text)).toEqual({ words });
  });
}

const problems: readonly [text: string, problem: string][] = [
  ["-e 'ssh", "a ' is opened and never closed"],
  [`-e "ssh`, `a " is opened and never closed`],
  ["-az \\", "a backslash at the end has nothing to protect"],
  ["-az; reboot", "a shell would act on ;, and no shell is used here; put it in single quotes if it is meant"],
  ["-az $(id)", "a shell would act on $, and no shell is used here; put it in single quotes if it is meant"],
  [`"$HOME"`, "a shell would act on $, and no shell is used here; put it in single quotes if it is meant"],
  ["`id`", "a shell would act on `, and no shell is used here; put it in single quotes if it is meant"],
  ["> out", "a shell would act on >, and no shell is used here; put it in single quotes if it is meant"],
  ["~/x", "a shell would act on ~, and no shell is used here; put it in single quotes if it is meant"],
  ["-a # all", "a shell would act on #, and no shell is used here; put it in single quotes if it is meant"],
];

for (const [text, problem] of problems) {
  test(`splitShellWords() refuses ${JSON.stringify(text)}`, () => {
    expect(splitShellWords(text)).toEqual({ problem });
  });
}

test("splitShellWords() gives back any words that were quoted, whichever quotes were used", () => {
  const quoteStyles = [
    (word: string) => `'${word.replaceAll("'", `'\\''`)}'`,
    (word: string) => `"${word.replace(/[$`"\\]/g, "\\$&")}"`,
    (word: string) => (word === "" ? "''" : word.replace(/[\s\S]/gu, "\\$&")),
  ];
  const quotedWord = fc.tuple(fc.string({ unit: "grapheme" }), fc.constantFrom(...quoteStyles));
  fc.assert(
    fc.property(fc.array(quotedWord), fc.constantFrom(" ", "\t", "  \n "), (quoted, blank) => {
      const text = quoted.map(([word, quote]) => quote(word)).join(blank);
      expect(splitShellWords(text)).toEqual({ words: quoted.map(([word]) => word) });
    }),
  );
});

test("splitShellWords() answers for any text", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const split = splitShellWords(text);
      expect("words" in split ? Array.isArray(split.words) : split.problem.length > 0).toBe(true);
    }),
  );
});
