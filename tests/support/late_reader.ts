/** Reads its whole stdin into a file, but only once another file is there: `late_reader.ts GO OUT`. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { waitUntil } from "./wait_until.ts";

const [go, out] = process.argv.slice(2) as [string, string];
await waitUntil(go, () => existsSync(go));
writeFileSync(`${out}.new`, readFileSync(0));
writeFileSync(out, "");
