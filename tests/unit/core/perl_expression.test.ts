import { expect, test } from "bun:test";
import { compilePerlExpression } from "../../../src/core/perl_expression.ts";

/** Expression, texts it matches in full, texts it does not. */
const matches: readonly [expression: string, matching: readonly string[], other: readonly string[]][] = [
  ["(.*)\\.svn", ["a.svn", "/x/y.svn", "line\nbreak.svn"], ["a.svn/", "asvn"]],
  ["^info/*", ["info", "info/", "info//"], ["a/info", "info.txt"]],
  ["^a$", ["a"], ["ab", "a\n"]],
  ["\\Aa\\z", ["a"], ["a\n"]],
  ["a\\Z\\n?", ["a", "a\n"], ["a\n\n"]],
  ["\\`a\\'", ["a"], ["'a'"]],
  ["[[:alpha:]_]+[[:digit:]]", ["ab_1"], ["ab", "1", "é1"]],
  ["[]a]+", ["]a"], ["b"]],
  ["[^]a]", ["b"], ["]", "a"]],
  ["[\\w-]+", ["a-b"], ["a b"]],
  ["[\\w-.]+", ["a-b.c"], ["a,b"]],
  ["[a-c&&[d]+", ["a&[d"], ["e"]],
  ["[\\h]x", [" x", "\tx", "\u00a0x"], ["\nx"]],
  ["\\h+", [" \t"], ["\n"]],
  ["\\H\\V", ["ab"], [" b", "a\n"]],
  ["a\\Rb", ["a\r\nb", "a\nb"], ["ab"]],
  ["\\l\\u", ["aB"], ["Ba"]],
  ["\\<word\\>", ["word"], ["words"]],
  ["\\Q*.[x]\\E+", ["*.[x]]"], ["abc"]],
  ["\\Q*.\\", ["*.\\"], ["*."]],
  ["\\x{4e2d}\\x41\\0101", ["中AA"], ["AAA"]],
  ["中.*", ["中文"], ["文"]],
  ["a.c", ["a😀c", "a\nc"], ["ac"]],
  ["\\_\\-\\@\\ \\i", ["_-@ i"], ["x"]],
  ["\\cA\\t\\e\\a", ["\x01\t\x1b\x07"], ["A"]],
  ["(?i)abc|DEF", ["ABC", "def"], ["abd"]],
  ["(?i:a)b", ["Ab"], ["AB"]],
  ["((?i)a|b)c", ["Ac", "Bc"], ["aC"]],
  ["(?-s:.)", ["a"], ["\n"]],
  ["(?i-s)A.", ["ab"], ["a\n"]],
  ["(?#a comment)a", ["a"], ["(?#a comment)a"]],
  ["(a|b)\\1", ["aa"], ["ab"]],
  ["(a)(b)\\g{-1}\\g1", ["abba"], ["abab"]],
  ["(?<n>a|b)\\k<n>\\g{n}", ["aaa"], ["aba"]],
  ["(?'n'a|b)\\k'n'", ["bb"], ["ab"]],
  ["(?P<n>a|b)(?P=n)", ["bb"], ["ab"]],
  ["a{2}b{1,}c{0,2}d{", ["aabcd{"], ["abd{"]],
  ["a}]", ["a}]"], ["a"]],
  ["a*?b+?c??", ["aab"], ["a"]],
  ["^(?!.*?uploads).*$", ["a/b"], ["a/uploads/b"]],
  [".*(?<!\\.keep)", ["a"], ["a.keep"]],
  ["\\p{Script=Han}+", ["中文"], ["a"]],
  ["\\p{lower}\\pL\\P{L}", ["aé1"], ["AB1"]],
  ["a/b", ["a/b"], ["a"]],
];

for (const [expression, matching, other] of matches) {
  test(`compilePerlExpression() understands ${JSON.stringify(expression)}`, () => {
    const compiled = compilePerlExpression(expression, "full");
    if ("problem" in compiled) throw new Error(compiled.problem);
    expect(matching.filter((text) => !compiled.pattern.test(text))).toEqual([]);
    expect(other.filter((text) => compiled.pattern.test(text))).toEqual([]);
  });
}

const problems: readonly [expression: string, problem: string][] = [
  ["", "it is empty"],
  [
    "*.php",
    '* has nothing before it to repeat (this is a regular expression, not a shell wildcard: "*.php" is written "(.*)\\.php")',
  ],
  ["a|+", "+ has nothing before it to repeat"],
  ["a**", "* has nothing before it to repeat"],
  ["^*", "* has nothing before it to repeat"],
  ["(?=a)*", "* has nothing before it to repeat"],
  ["(a", "a ( is never closed"],
  ["a)", "a ) closes nothing"],
  ["[a", "a [ is never closed"],
  ["[]", "a [ is never closed"],
  ["[a-", "a [ is never closed"],
  ["[z-a]", "the range z-a runs backwards"],
  ["[[:^alpha:]]", "[:^alpha:] has no counterpart here"],
  ["[[:alhpa:]]", "[:alhpa:] has no counterpart here"],
  ["[[=a=]]", "[=a=] has no counterpart here"],
  ["a\\", "a backslash stands at the end"],
  ["a{3,2}", "{3,2} counts downwards"],
  ["a{,3}", "{,n} is read differently by different programs; write {0,n}"],
  ["a++", "the possessive ++ has no counterpart here; write +"],
  ["(?>a)", "(?>…) has no counterpart here"],
  ["(?R)", "(?R…) has no counterpart here"],
  ["(*SKIP)", "(*…) has no counterpart here"],
  ["(?x) a b", "the switch x in (?x) has no counterpart here"],
  ["a(?i)b", "(?i) stands in the middle; write (?i:…) around what it is for"],
  ["(a)\\2", "\\2 refers to a group that is not there"],
  ["\\k<n>", 'it refers to a group "n" that is not there'],
  ["\\u4e2d", "\\u is an upper-case letter in this syntax; write \\x{4e2d} for that character"],
  ["\\K", "\\K has no counterpart here"],
  ["\\x{110000}", "\\x{110000} is no character"],
  ["\\p{Nonsense}", "it is not a valid regular expression"],
];

for (const [expression, problem] of problems) {
  test(`compilePerlExpression() says why it cannot use ${JSON.stringify(expression)}`, () => {
    expect(compilePerlExpression(expression, "full")).toEqual({ problem });
  });
}

test("compilePerlExpression() finds a match anywhere where a search is asked for", () => {
  const compiled = compilePerlExpression("site([/a-z]*)/img", "search");
  if ("problem" in compiled) throw new Error(compiled.problem);
  expect(compiled.pattern.exec("/data/site/a/img/x")?.[1]).toBe("/a");
});
