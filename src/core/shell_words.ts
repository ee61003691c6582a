/** The words of a command line, or why there are none. */
export type ShellWords = { readonly words: readonly string[] } | { readonly problem: string };

/**
 * Splits text into words as a POSIX shell does: blanks, single quotes, double quotes, backslash. Nothing is expanded and
 * nothing is run: what a shell would act on (variables, commands, redirections, a leading `~` or `#`) is a problem, since
 * taking it literally would silently mean something else. Wildcards stay as they are: here nothing matches them to files.
 */
export function splitShellWords(text: string): ShellWords {
  const words: string[] = [];
  /** null between words; "" is a word already, such as the one `''` makes. */
  let word: string | null = null;
  let index = 0;
  while (index < text.length) {
    const character = text.charAt(index);
    if (BLANK.test(character)) {
      if (word !== null) words.push(word);
      word = null;
      index++;
      continue;
    }
    if (word === null && (character === "~" || character === "#")) return actedOn(character);
    const piece = readPiece(text, index);
    if ("problem" in piece) return piece;
    word = (word ?? "") + piece.text;
    index = piece.next;
  }
  if (word !== null) words.push(word);
  return { words };
}

const BLANK = /[ \t\r\n]/;
/** What ends a word or starts something else in a shell when it stands outside quotes. */
const OPERATOR = /[;|&<>()]/;
/** The characters that a backslash takes the meaning from inside double quotes. */
const ESCAPED_IN_DOUBLE_QUOTES = /[$`"\\]/;

type Piece = { readonly text: string; readonly next: number } | { readonly problem: string };

/** One character outside quotes, or one quoted stretch. */
function readPiece(text: string, start: number): Piece {
  const character = text.charAt(start);
  if (character === "'") {
    const end = text.indexOf("'", start + 1);
    return end < 0 ? unclosed("'") : { text: text.slice(start + 1, end), next: end + 1 };
  }
  if (character === '"') return readDoubleQuoted(text, start + 1);
  if (character === "\\") {
    if (start + 1 >= text.length) return { problem: "a backslash at the end has nothing to protect" };
    return { text: text.charAt(start + 1), next: start + 2 };
  }
  if (OPERATOR.test(character) || isExpansion(text, start)) return actedOn(character);
  return { text: character, next: start + 1 };
}

function readDoubleQuoted(text: string, start: number): Piece {
  let inside = "";
  let index = start;
  while (index < text.length) {
    const character = text.charAt(index);
    if (character === '"') return { text: inside, next: index + 1 };
    if (isExpansion(text, index)) return actedOn(character);
    const escapes = character === "\\" && ESCAPED_IN_DOUBLE_QUOTES.test(text.charAt(index + 1));
    inside += escapes ? text.charAt(index + 1) : character;
    index += escapes ? 2 : 1;
  }
  return unclosed('"');
}

/** A `$` that no name, brace or parenthesis follows is itself, in a shell too. */
function isExpansion(text: string, index: number): boolean {
  return text[index] === "`" || (text[index] === "$" && /[A-Za-z0-9_{(@*#?!$-]/.test(text.charAt(index + 1)));
}

function unclosed(quote: string): { readonly problem: string } {
  return { problem: `a ${quote} is opened and never closed` };
}

function actedOn(character: string): { readonly problem: string } {
  return {
    problem: `a shell would act on ${character}, and no shell is used here; put it in single quotes if it is meant`,
  };
}
