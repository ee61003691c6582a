/** Writes what is made from the sources: `bun run docs`. */
import { writeFileSync } from "node:fs";
import { configurationDocument } from "../src/config/document.ts";
import { clientTypes } from "./client_types.ts";

writeFileSync(new URL("configuration.md", import.meta.url), configurationDocument());
writeFileSync(new URL("../examples/typescript/tssync_api.ts", import.meta.url), await clientTypes());
