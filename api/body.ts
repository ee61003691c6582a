import type { Context } from "hono";
import type { z } from "zod";
import { TssyncError } from "../src/core/error.ts";
import type { ApiEnv } from "./connection.ts";

/**
 * Reads a request's JSON body against its schema. No body at all counts as `{}`, whatever the content type says.
 *
 * @throws TssyncError BODY_TOO_LARGE over `bytesMax`, MEDIA_TYPE_UNSUPPORTED for anything but JSON, REQUEST_INVALID for
 * malformed JSON, BODY_INVALID with `errors` for JSON that the schema refuses.
 */
export async function readJsonBody<S extends z.ZodType>(
  c: Context<ApiEnv>,
  schema: S,
  bytesMax: number,
): Promise<z.output<S>> {
  const bytes = await readAtMost(c.req.raw, bytesMax);
  const value: unknown = bytes.length === 0 ? {} : parseJson(bytes, c.req.header("content-type"));
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = issuesOf(result.error);
  throw new TssyncError("BODY_INVALID", `The body is not valid: ${errors.map(issueText).join("; ")}`, { errors });
}

/** One thing that is wrong in a request; `at` is where, as a path of names and indexes joined by dots. */
type RequestIssue = { readonly at: string; readonly message: string };

export function issuesOf(error: z.core.$ZodError): RequestIssue[] {
  return error.issues.map((issue) => ({ at: issue.path.map(String).join("."), message: issue.message }));
}

export function issueText(issue: RequestIssue): string {
  return issue.at === "" ? issue.message : `${issue.at}: ${issue.message}`;
}

async function readAtMost(request: Request, bytesMax: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > bytesMax) throw tooLarge(bytesMax);
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Counted while it is read: a chunked body announces no length.
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > bytesMax) throw tooLarge(bytesMax);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function tooLarge(bytesMax: number): TssyncError {
  return new TssyncError("BODY_TOO_LARGE", `The body is larger than the ${bytesMax} bytes that are taken here`, {
    bytesMax,
  });
}

function parseJson(bytes: Uint8Array, contentType: string | undefined): unknown {
  const essence = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (essence !== "application/json") {
    throw new TssyncError(
      "MEDIA_TYPE_UNSUPPORTED",
      `The body comes as ${
        essence === "" ? "no media type" : essence
      }; send the header \`Content-Type: application/json\``,
    );
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new TssyncError(
      "REQUEST_INVALID",
      `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
