import { z } from "zod";
import { TssyncError } from "../src/core/error.ts";
import { isValidUtf8, parseRelPath, pathToBytes, pathToText, textToBytes } from "../src/core/path.ts";
import type { RelPath } from "../src/core/path.ts";

/** How a path stands in an answer: text for people, and the exact bytes where the text cannot say them. */
export type PathFields = { readonly path: string; readonly pathBase64?: string };

export function pathFields(path: string): PathFields {
  const text = pathToText(path);
  return isValidUtf8(path)
    ? { path: text }
    : { path: text, pathBase64: Buffer.from(pathToBytes(path)).toString("base64") };
}

/** A path in a list of paths: its text, or both fields where the text is not exact. */
export function pathItem(path: string): string | PathFields {
  return isValidUtf8(path) ? pathToText(path) : pathFields(path);
}

export const pathFieldsSchema = z.object({
  path: z.string().meta({ description: "Relative to the root, no leading slash; bytes that are not UTF-8 are U+FFFD" }),
  pathBase64: z.base64().optional().meta({ description: "The exact path, only where it is not valid UTF-8" }),
});

export const pathItemSchema = z.union([z.string(), pathFieldsSchema]);

/** A path in a request: text, or an item of an answer sent back; `pathBase64` wins. */
export const pathInputSchema = z.union([
  z.string().min(1).max(8192),
  z.strictObject({ path: z.string().max(8192).optional(), pathBase64: z.base64().max(16384).optional() }),
]);

/** A path in a query: as text, or exactly. */
export const pathQuery = {
  path: z.string().min(1).max(8192).optional().meta({ description: "Relative to the root; `.` is the root itself" }),
  pathBase64: z.base64().min(1).max(16384).optional().meta({ description: "The same, exactly; it wins" }),
};

type PathQuery = { readonly path?: string | undefined; readonly pathBase64?: string | undefined };

/** @throws TssyncError REQUEST_INVALID where neither is given, PATH_INVALID as `readPath` does. */
export function readPathQuery({ path, pathBase64 }: PathQuery): RelPath {
  if (pathBase64 !== undefined) return readPath({ pathBase64 });
  if (path !== undefined) return readPath(path);
  throw new TssyncError("REQUEST_INVALID", "The request names no path: expected `path` or `pathBase64`");
}

/** @throws TssyncError PATH_INVALID for a path that leaves the root or that no entry can have. */
export function readPath(input: z.output<typeof pathInputSchema>): RelPath {
  const bytes = typeof input === "string"
    ? textToBytes(input)
    : input.pathBase64 !== undefined
    ? Buffer.from(input.pathBase64, "base64").toString("latin1")
    : textToBytes(input.path ?? "");
  const path = bytes === "" ? null : parseRelPath(bytes);
  if (path === null) {
    throw new TssyncError(
      "PATH_INVALID",
      `The path ${
        JSON.stringify(pathToText(bytes))
      } is not valid: expected one relative to the root, without "..", empty parts or NUL`,
      { path: pathToText(bytes) },
    );
  }
  return path;
}
