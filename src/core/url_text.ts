/** Bytes as part of a URL or of a form: one `%XX` for each byte that is not plainly allowed. */
import { textToBytes } from "./path.ts";

/** One value of a form or a query; `path` is in byte form. */
export function encodeBytes(path: string): string {
  return encode(path, /[^A-Za-z0-9._~-]/g);
}

/** The same, with slashes and colons as they are: a plain URL stays a plain URL. */
export function encodeUrlBytes(url: string): string {
  return encode(url, /[^A-Za-z0-9._~/:-]/g);
}

/** Text of a configuration as one value of a query. */
export function encodeText(text: string): string {
  return encodeBytes(textToBytes(text));
}

function encode(bytes: string, others: RegExp): string {
  return bytes.replace(
    others,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
