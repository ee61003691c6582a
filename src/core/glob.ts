// Wildcards for paths: `?` and `*` stay within a name, `**` goes across directories, `**/` may be nothing at all.

const STAR = 1;
const STARS = 2;
const STARS_SLASH = 3;
const ANY = 4;

type Token = string | typeof STAR | typeof STARS | typeof STARS_SLASH | typeof ANY;

/** Whether the text holds anything that makes it a pattern. */
export function isGlob(text: string): boolean {
  return /[*?]/.test(text);
}

/** What every match begins with. */
export function literalPrefix(pattern: string): string {
  return pattern.slice(0, Math.max(0, pattern.search(/[*?]|$/)));
}

/** A test whose time grows with pattern times path, whatever the pattern: it comes from outside. */
export function compileGlob(pattern: string): (path: string) => boolean {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (pattern.startsWith("**/", at)) {
      tokens.push(STARS_SLASH);
      at += 2;
    } else if (pattern.startsWith("**", at)) {
      tokens.push(STARS);
      at++;
    } else tokens.push(character === "*" ? STAR : character === "?" ? ANY : character);
  }
  return (path) => matches(tokens, path);
}

/** Walks the pattern once, keeping every place of the path that it may have come to. */
function matches(tokens: readonly Token[], path: string): boolean {
  let here = new Uint8Array(path.length + 1);
  here[0] = 1;
  for (const token of tokens) {
    const next = new Uint8Array(path.length + 1);
    let isBehindAny = 0;
    for (let at = 0; at <= path.length; at++) {
      const before = at === 0 ? "" : path[at - 1]!;
      if (token === STAR) next[at] = here[at]! | (before === "/" || at === 0 ? 0 : next[at - 1]!);
      else if (token === STARS) next[at] = here[at]! | (at === 0 ? 0 : next[at - 1]!);
      else if (token === STARS_SLASH) {
        next[at] = here[at]! | (before === "/" ? isBehindAny : 0);
        isBehindAny |= here[at]!;
      } else if (at > 0 && (token === ANY ? before !== "/" : before === token)) next[at] = here[at - 1]!;
    }
    here = next;
  }
  return here[path.length] === 1;
}
