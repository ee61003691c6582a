import { createRoute, z } from "@hono/zod-openapi";
import { isoTime } from "../src/core/event.ts";
import { ROOT } from "../src/core/path.ts";
import type { Control, ManifestEntry } from "../src/engine/control.ts";
import type { Log } from "../src/ports.ts";
import { requireScope } from "./authentication.ts";
import { connectionOf } from "./connection.ts";
import { refusals, routeGroup, TOKEN_NEEDED } from "./openapi.ts";
import { pathFields, pathFieldsSchema, pathQuery, readPathQuery } from "./path_text.ts";
import { timeSchema } from "./time_text.ts";

/** One write; also what waits in the process for a slow reader. */
const CHUNK_BYTES = 64 * 1024;
const CURSOR_HEADER = "tssync-cursor";

const entrySchema = pathFieldsSchema.extend({
  type: z.enum(["file", "directory", "symlink", "other"]),
  size: z.int().optional().meta({ description: "Not of directories" }),
  mtime: timeSchema.optional(),
  mode: z.string().optional().meta({ description: "Permission bits in octal", example: "0644" }),
  hash: z.string().optional().meta({ description: "Of files, with `checksum`", example: "sha256:9f86d0…" }),
  error: z.string().optional().meta({
    description: "The system's code of why this entry, or what is in this directory, could not be read",
  }),
}).openapi("ManifestEntry");

const manifestRoute = createRoute({
  operationId: "readManifest",
  method: "get",
  path: "/v1/roots/{root}/manifest",
  tags: ["events"],
  summary: "What the root holds now, one JSON document a line, and where the events go on from there",
  description:
    "Scope: events. Everything the mirror would send, parents before what is in them. It is read while it is sent: " +
    "what changes meanwhile is told by the events behind the cursor. An answer that breaks off is not whole.",
  security: TOKEN_NEEDED,
  middleware: [requireScope("events")] as const,
  request: {
    params: z.object({ root: z.string().meta({ example: "www" }) }),
    query: z.strictObject({
      ...pathQuery,
      path: pathQuery.path.meta({ description: "This entry and all below it alone; default: everything" }),
      checksum: z.enum(["true", "false", "1", "0"]).optional().meta({
        description: "Read every file and give its hash",
      }),
    }),
  },
  responses: {
    200: {
      description: "One entry a line",
      headers: z.object({
        [CURSOR_HEADER]: z.string().meta({ description: "Taken before the first entry was looked at" }),
      }),
      content: { "application/jsonl": { schema: entrySchema } },
    },
    ...refusals(404, 422),
  },
});

/** `/v1/roots/{root}/manifest`. */
export function manifestRoutes(control: Control, log: Log) {
  return routeGroup().openapi(manifestRoute, (c) => {
    const { checksum, path, pathBase64 } = c.req.valid("query");
    const gone = new AbortController();
    c.req.raw.signal.addEventListener("abort", () => gone.abort(), { once: true });
    const { cursor, entries } = control.manifest(c.req.valid("param").root, {
      path: path === undefined && pathBase64 === undefined ? ROOT : readPathQuery({ path, pathBase64 }),
      checksum: checksum === "true" || checksum === "1",
      signal: gone.signal,
    });
    connectionOf(c.env).keepOpen?.();
    c.header(CURSOR_HEADER, cursor);
    return c.body(lines(entries, gone, log), 200, { "content-type": "application/jsonl" }) as never;
  });
}

const encoder = new TextEncoder();

/** Asks for entries as fast as the reader takes them. */
function lines(
  entries: AsyncGenerator<ManifestEntry, void>,
  gone: AbortController,
  log: Log,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        let text = "";
        while (text.length < CHUNK_BYTES) {
          const next = await entries.next();
          if (next.done === true) {
            if (text !== "") controller.enqueue(encoder.encode(text));
            return controller.close();
          }
          text += `${JSON.stringify(entryDocument(next.value))}\n`;
        }
        controller.enqueue(encoder.encode(text));
      } catch (error) {
        if (!gone.signal.aborted) log.write("warning", `a manifest broke off: ${(error as Error).message}`);
        // Told in the log; the runtime would print an error a second time.
        controller.error(undefined);
      }
    },
    async cancel() {
      gone.abort();
      await entries.return();
    },
  }, { highWaterMark: 0 });
}

function entryDocument(
  { path, kind, size, mtimeMs, mode, sha256, error }: ManifestEntry,
): z.output<typeof entrySchema> {
  return {
    ...pathFields(path),
    type: kind,
    ...(size === null ? {} : { size }),
    ...(mtimeMs === null ? {} : { mtime: isoTime(mtimeMs) }),
    ...(mode === null ? {} : { mode: (mode & 0o7777).toString(8).padStart(4, "0") }),
    ...(sha256 === null ? {} : { hash: `sha256:${sha256}` }),
    ...(error === null ? {} : { error }),
  };
}
