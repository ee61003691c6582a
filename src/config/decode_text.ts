/** The text of a file, or why it cannot be read as text. */
export type DecodedText =
  | { readonly text: string }
  /** `offset`: how many bytes before the trouble; null where it is the file as a whole. */
  | { readonly problem: string; readonly offset: number | null };

/**
 * Reads bytes as text. UTF-8 wins where the bytes are valid UTF-8, whatever the header says: editors write UTF-8 under the
 * ISO-8859-1 header of the shipped file. Otherwise the declared encoding counts.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const marked = MARKS.find(({ mark }) => mark.every((byte, index) => bytes[index] === byte));
  if (marked !== undefined) return decodeAs(bytes.subarray(marked.mark.length), marked.encoding);
  const utf8 = decodeAs(bytes, "utf-8");
  if ("text" in utf8) return utf8;
  const declared = declaredEncoding(bytes);
  if (declared === null || /^utf-?8$/i.test(declared)) {
    const offset = firstInvalidUtf8(bytes);
    return { problem: 'it is not valid UTF-8, and its header declares no other encoding (encoding="…")', offset };
  }
  return decodeAs(bytes, declared);
}

const MARKS = [
  { mark: [0xef, 0xbb, 0xbf], encoding: "utf-8" },
  { mark: [0xff, 0xfe], encoding: "utf-16le" },
  { mark: [0xfe, 0xff], encoding: "utf-16be" },
] as const;

/** The `encoding` of the XML header, which is ASCII in everything that comes without a mark. */
function declaredEncoding(bytes: Uint8Array): string | null {
  const header = /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"']+)["']/.exec(latin1(bytes.subarray(0, 200)));
  return header?.[1] ?? null;
}

function decodeAs(bytes: Uint8Array, encoding: string): DecodedText {
  // The web's decoders read ISO-8859-1 as windows-1252.
  if (/^(iso[-_]?8859-1|latin-?1)$/i.test(encoding)) return { text: latin1(bytes) };
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch {
    return { problem: `its header declares the unknown encoding "${encoding}"; write it in UTF-8`, offset: null };
  }
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return { problem: `it is not valid ${encoding}, which its header declares; write it in UTF-8`, offset: null };
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Where the first character stands that a forgiving reader replaces; one that was written as U+FFFD is as odd. */
function firstInvalidUtf8(bytes: Uint8Array): number {
  const forgiving = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return new TextEncoder().encode(forgiving.slice(0, forgiving.indexOf("\ufffd"))).length;
}
