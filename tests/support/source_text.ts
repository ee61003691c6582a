/** A file of the project: the path from its top, and the text. */
export type SourceFile = { readonly path: string; readonly text: string };

/** A `/` after one of these begins a regular expression, else it divides. */
const BEFORE_REGEXP = /(?:^|[=(,:;!&|?{}[+\n]|=>|\breturn|\bcase|\btypeof)\s*$/;

/** TypeScript without its comments; line numbers stay. */
export function withoutComments(text: string): string {
  return scan(text, { keepStrings: true });
}

/** TypeScript without comments and without the content of strings and regular expressions; line numbers stay. */
export function codeOnly(text: string): string {
  return scan(text, { keepStrings: false });
}

/** What a file imports or re-exports, types included, as it is written there. */
export function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const patterns = [
    /(?:^|[;}\n])\s*(?:import|export)\b[^;'"()=]*?\bfrom\s*["']([^"']+)["']/g,
    /(?:^|[;}\n])\s*import\s*["']([^"']+)["']/g,
    /\bimport\s*\(\s*["']([^"']+)["']/g,
    /\brequire\s*\(\s*["']([^"']+)["']/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1]!));
}

/** One line `path:line: message` for every place of the code where the pattern matches. */
export function placesOf(pattern: RegExp, { path, text }: SourceFile, message: string): string[] {
  const places: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (pattern.test(line)) places.push(`${path}:${index + 1}: ${message}: ${line.trim()}`);
  }
  return places;
}

function scan(text: string, { keepStrings }: { keepStrings: boolean }): string {
  let out = "";
  let at = 0;
  // Open template literals: how many braces are open within the `${…}` of each.
  const templates: number[] = [];
  const blank = (part: string) => part.replace(/[^\n]/g, " ");
  const take = (end: number, keep: boolean) => {
    const part = text.slice(at, end);
    out += keep ? part : blank(part);
    at = end;
  };
  const takeTemplate = () => {
    let end = at;
    while (end < text.length && text[end] !== "`" && !text.startsWith("${", end)) end += text[end] === "\\" ? 2 : 1;
    take(end, keepStrings);
    if (text[at] === "`") take(at + 1, true);
    else if (at < text.length) {
      templates.push(0);
      take(at + 2, true);
    }
  };
  while (at < text.length) {
    const character = text[at]!;
    if (text.startsWith("//", at)) take(endOr(text.indexOf("\n", at), text), false);
    else if (text.startsWith("/*", at)) take(endOr(text.indexOf("*/", at + 2) + 2, text, 1), false);
    else if (character === '"' || character === "'") {
      const end = endOfString(text, at);
      take(at + 1, true);
      take(end - 1, keepStrings);
      take(end, true);
    } else if (character === "`") {
      take(at + 1, true);
      takeTemplate();
    } else if (character === "/" && BEFORE_REGEXP.test(out.slice(-40))) take(endOfRegExp(text, at), keepStrings);
    else if (templates.length > 0 && character === "}" && templates.at(-1) === 0) {
      templates.pop();
      take(at + 1, true);
      takeTemplate();
    } else {
      if (templates.length > 0 && character === "{") templates[templates.length - 1]! += 1;
      if (templates.length > 0 && character === "}") templates[templates.length - 1]! -= 1;
      take(at + 1, true);
    }
  }
  return out;
}

function endOr(end: number, text: string, notFound = -1): number {
  return end <= notFound ? text.length : end;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== text[start] && text[at] !== "\n") at += text[at] === "\\" ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function endOfRegExp(text: string, start: number): number {
  let at = start + 1;
  let inClass = false;
  for (; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "[") inClass = true;
    else if (text[at] === "]") inClass = false;
    else if (text[at] === "/" && !inClass) return at + 1;
  }
  return at;
}
