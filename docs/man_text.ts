/** Man pages: text in roff's language, and what of Markdown our documents use. */

/** Text that roff takes as it is, with nothing at the beginning of a line that it would take for a request. */
export function roffText(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^([.'])/gm, "\\&$1");
}

/** Inline Markdown: code in bold, emphasis in italics, links as their text. */
function roffInline(text: string): string {
  return text.split(/(`[^`]+`)/).map((piece) => {
    if (piece.startsWith("`")) return `\\fB${roffText(piece.slice(1, -1))}\\fR`;
    const linked = piece.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    return roffText(linked).replace(/\*\*([^*]+)\*\*/g, "\\fI$1\\fR");
  }).join("");
}

/** The head of a page; no date, so that the same sources give the same page. */
export function roffHead(name: string, section: number, version: string): string {
  return `.TH ${name.toUpperCase()} ${section} "" "tssync ${version}" "tssync manual"\n.nh\n.ad l\n`;
}

/** Markdown with headings, paragraphs, tables, lists and code blocks as the body of a man page. */
export function roffFromMarkdown(markdown: string): string {
  const blocks = markdown.replace(/<!--.*?-->\n?/gs, "").replace(/([^\n])\n(```)/g, "$1\n\n$2").split(
    /\n{2,}(?![^`]*\n```$)/,
  );
  return joinedCode(blocks).map(roffBlock).filter((block) => block !== "").join("\n");
}

/** A code block with empty lines in it came apart: put together again. */
function joinedCode(blocks: readonly string[]): string[] {
  const joined: string[] = [];
  let open = false;
  for (const block of blocks) {
    if (open) joined[joined.length - 1] += `\n\n${block}`;
    else joined.push(block);
    const fences = block.match(/^```/gm)?.length ?? 0;
    if (fences % 2 === 1) open = !open;
  }
  return joined;
}

function roffBlock(block: string): string {
  const text = block.trim();
  if (text === "") return "";
  const heading = /^(#+) (.*)$/.exec(text);
  if (heading !== null) {
    const title = heading[2]!.replaceAll("`", "");
    return heading[1]!.length <= 2 ? `.SH "${roffText(title)}"` : `.SS "${roffText(title)}"`;
  }
  if (text.startsWith("```")) {
    const code = text.split("\n").slice(1, -1).join("\n");
    return `.PP\n.RS 4\n.nf\n${roffText(code)}\n.fi\n.RE`;
  }
  if (text.startsWith("|")) return text.split("\n").slice(2).map(roffRow).join("\n");
  if (text.startsWith("- ")) {
    return text.split(/\n(?=- )/).map((item) => `.IP "\\(bu" 2\n${roffInline(item.slice(2).replace(/\n\s*/g, "\n"))}`)
      .join("\n");
  }
  return `.PP\n${roffInline(text)}`;
}

/** A row of a table: its first cell with the others below it. */
function roffRow(row: string): string {
  const [first, ...others] = row.replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) =>
    cell.trim().replaceAll("\\|", "|")
  );
  const [meaning, expected, byDefault] = others;
  const more = expected === undefined
    ? ""
    : ` Expected: ${expected}.${byDefault === undefined || byDefault === "–" ? "" : ` Default: ${byDefault}.`}`;
  return `.TP\n${roffInline(first!)}\n${roffInline(`${meaning ?? ""}${more}`)}`;
}
