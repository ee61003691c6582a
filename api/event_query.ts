/** What a subscriber may ask for: the same words in a query, a subscribe frame and a named subscription. */
import { z } from "@hono/zod-openapi";
import { EVENT_TYPE_NAMES } from "../src/core/event.ts";
import { type EventFilter, typesNamed } from "../src/core/event_filter.ts";

const WORD_MAX = 255;
const PATTERN_MAX = 1_024;

const typeName = z.string().max(WORD_MAX).refine((name) => typesNamed(name).length > 0, {
  error: (issue) =>
    `${JSON.stringify(issue.input)} is no type of event; known are ${
      EVENT_TYPE_NAMES.join(", ")
    }, and beginnings of them that end with *`,
});

const idText = z.string().min(1).max(WORD_MAX);
const pathText = z.string().min(1).max(PATTERN_MAX).meta({
  description: "What the path begins with, or a pattern with *, ** and ?",
});

export const cursorText = z.string().min(1).max(WORD_MAX);

/** In a query. */
export const filterQuery = {
  types: z.string().max(PATTERN_MAX).transform((text) =>
    text.split(",").map((name) => name.trim()).filter((name) => name !== "")
  )
    .pipe(z.array(typeName)).optional().meta({
      type: "string",
      description: "Types, separated by commas; tssync.file.* is all that begin so",
      example: "tssync.file.synced_all",
    }),
  root: idText.optional(),
  remote: idText.optional(),
  path: pathText.optional(),
};

/** In JSON. */
export const filterFields = {
  types: z.array(typeName).max(100).optional(),
  root: idText.optional(),
  remote: idText.optional(),
  path: pathText.optional(),
};

type Asked = { readonly [Name in keyof EventFilter]?: EventFilter[Name] | undefined };

export function filterOf({ types, root, remote, path }: Asked): EventFilter {
  return { types: types ?? [], root: root ?? null, remote: remote ?? null, path: path ?? null };
}
