import { XMLParser, XMLValidator } from "fast-xml-parser";
import { decodeText } from "./decode_text.ts";

/** Line and column, counted from 1. */
export type Position = { readonly line: number; readonly column: number };

/** One element as it stands in the file. */
export type XmlElement = {
  readonly name: string;
  readonly position: Position;
  readonly attributes: ReadonlyMap<string, XmlAttribute>;
  readonly children: readonly XmlElement[];
  /** What stands between its children, without blanks at the ends; empty in every element this program knows. */
  readonly text: string;
};

export type XmlAttribute = { readonly value: string; readonly position: Position };

/** What could be read of the file. */
export type XmlReading = {
  /** null: it cannot be read as XML, and `problems` says why. */
  readonly root: XmlElement | null;
  /** Also where there is a root: what is wrong with single attributes. */
  readonly problems: readonly XmlProblem[];
};

export type XmlProblem = { readonly position: Position | null; readonly message: string };

/** A configuration is some kilobytes; a file beyond this is a mistake, such as a log given by accident. */
const BYTES_MAX = 1024 * 1024;

/** The file itself, `head` and four levels more are in use. */
const NESTING_MAX = 32;

/** Reads XML into a tree in which every element and attribute knows its place. DTDs and entities of one's own are refused. */
export function readXml(bytes: Uint8Array): XmlReading {
  if (bytes.length > BYTES_MAX) {
    return failed(null, `it has ${bytes.length} bytes; a configuration has at most ${BYTES_MAX}`);
  }
  const decoded = decodeText(bytes);
  if ("problem" in decoded) {
    return failed(decoded.offset === null ? null : positionInBytes(bytes, decoded.offset), decoded.problem);
  }
  const source: Source = { text: decoded.text, lineStarts: findLineStarts(decoded.text) };

  const nul = source.text.indexOf("\0");
  if (nul >= 0) return failed(positionAt(source, nul), "a NUL character cannot stand in XML");
  const dtd = findDoctype(source.text);
  if (dtd !== null) return failed(positionAt(source, dtd), "<!DOCTYPE> is refused: no entities are defined here");
  const validity = XMLValidator.validate(source.text);
  if (validity !== true) {
    return failed(validatorPosition(validity.err), `it is not well-formed XML: ${worded(validity.err.msg)}`);
  }
  return buildTree(source);
}

type Source = { readonly text: string; readonly lineStarts: readonly number[] };

/** Declared as the object type `Symbol`, it is a symbol. */
const METADATA = XMLParser.getMetaDataSymbol() as unknown as symbol;

/** fast-xml-parser's node where order is preserved: one key is the element's name, `:@` holds the attributes. */
type RawNode = Readonly<Record<PropertyKey, unknown>>;

function buildTree(source: Source): XmlReading {
  const problems: XmlProblem[] = [];
  const parser = new XMLParser({
    preserveOrder: true,
    captureMetaData: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    // References are resolved below, where the place of a bad one is known.
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: NESTING_MAX,
    onDangerousProperty: (name) => name,
  });
  let nodes: readonly RawNode[];
  try {
    nodes = parser.parse(source.text) as readonly RawNode[];
  } catch (error) {
    return failed(null, `it is not well-formed XML: ${worded(error instanceof Error ? error.message : String(error))}`);
  }
  const elements = nodes.filter((node) => elementName(node) !== null).map((node) =>
    buildElement(node, source, problems)
  );
  const [root, second] = elements;
  if (root === undefined) return failed(null, "it holds no element");
  if (second !== undefined) {
    problems.push({
      position: second.position,
      message: `a second outermost element <${second.name}>; there can be one`,
    });
  }
  return { root, problems };
}

function buildElement(node: RawNode, source: Source, problems: XmlProblem[]): XmlElement {
  const name = elementName(node) ?? "";
  const start = (node[METADATA] as { readonly startIndex?: number } | undefined)?.startIndex ?? 0;
  const content = Array.isArray(node[name]) ? node[name] as readonly RawNode[] : [];
  const attributes = new Map<string, XmlAttribute>();
  const places = findAttributes(source.text, start);
  for (const [attribute, raw] of Object.entries(node[":@"] ?? {})) {
    const position = positionAt(source, places.get(attribute) ?? start);
    const value = resolveReferences(String(raw).replace(/\r\n|[\t\r\n]/g, " "));
    if ("unknown" in value) {
      problems.push({ position, message: `<${name} ${attribute}="…">: the entity ${value.unknown} is not known` });
    } else attributes.set(attribute, { value: value.text, position });
  }
  return {
    name,
    position: positionAt(source, start),
    attributes,
    children: content.filter((child) => elementName(child) !== null).map((child) =>
      buildElement(child, source, problems)
    ),
    text: content.map((child) => (typeof child["#text"] === "string" ? child["#text"] : "")).join("").trim(),
  };
}

function elementName(node: RawNode): string | null {
  return Object.keys(node).find((key) => key !== ":@" && key !== "#text") ?? null;
}

/** Where each attribute of the tag that begins at `start` stands. */
function findAttributes(text: string, start: number): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const attribute = /\s*([^\s=<>/"']+)\s*=\s*(?:"[^"]*"|'[^']*')/y;
  attribute.lastIndex = start + (/^<[^\s/>]+/.exec(text.slice(start, start + 300))?.[0].length ?? 0);
  for (let found = attribute.exec(text); found !== null; found = attribute.exec(text)) {
    const name = found[1] ?? "";
    places.set(name, found.index + found[0].indexOf(name));
  }
  return places;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Resolves `&amp;` and `&#20013;`. A `&` that begins nothing is itself: URLs in configurations are full of them. */
function resolveReferences(raw: string): { readonly text: string } | { readonly unknown: string } {
  let unknown: string | null = null;
  const text = raw.replace(
    /&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|([A-Za-z_][\w.-]*));/g,
    (written, decimal, hexadecimal, name) => {
      if (typeof name === "string") {
        const character = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
        if (character === undefined) unknown ??= written;
        return character ?? "";
      }
      const code = typeof decimal === "string" ? Number(decimal) : Number.parseInt(String(hexadecimal), 16);
      if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) unknown ??= written;
      return unknown === null ? String.fromCodePoint(code) : "";
    },
  );
  return unknown === null ? { text } : { unknown };
}

/** Where a document type is declared, outside comments; null where none is. */
function findDoctype(text: string): number | null {
  const markup = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<!DOCTYPE/gi;
  for (const found of text.matchAll(markup)) if (/^<!DOCTYPE/i.test(found[0])) return found.index;
  return null;
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let index = text.indexOf("\n"); index >= 0; index = text.indexOf("\n", index + 1)) starts.push(index + 1);
  return starts;
}

function positionAt(source: Source, index: number): Position {
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((source.lineStarts[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: index - (source.lineStarts[low] ?? 0) + 1 };
}

function positionInBytes(bytes: Uint8Array, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (let index = 0; index < offset; index++) {
    if (bytes[index] !== 0x0a) continue;
    line++;
    lineStart = index + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/** The validator's place; for an empty file it names none. */
function validatorPosition(error: { readonly line: number; readonly col?: number }): Position {
  return { line: error.line, column: error.col ?? 1 };
}

/** A library's sentence as the end of one of ours. */
function worded(message: string): string {
  return message.replace(/\.\s*$/, "").replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

function failed(position: Position | null, message: string): XmlReading {
  return { root: null, problems: [{ position, message }] };
}
