/** Writes the documents that are made from the sources: `bun run docs`. */
import { writeFileSync } from "node:fs";
import { configurationDocument } from "../src/config/document.ts";

writeFileSync(new URL("configuration.md", import.meta.url), configurationDocument());
