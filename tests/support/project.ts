import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SourceFile } from "./source_text.ts";

const TOP = resolve(import.meta.dirname, "../..");

/** Every file of the project that git tracks or would track. Needs git and a clone. */
export function projectFiles(): SourceFile[] {
  const argv = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const names = execFileSync("git", argv, { cwd: TOP, encoding: "utf8" }).split("\0");
  return names
    .filter((path) => path !== "" && existsSync(`${TOP}/${path}`) && lstatSync(`${TOP}/${path}`).isFile())
    .map((path) => ({ path, text: readFileSync(`${TOP}/${path}`, "utf8") }));
}

/** The sources of the product: `main.ts`, `src/` and `api/`. */
export function productSources(): SourceFile[] {
  return projectFiles().filter(({ path }) => /^(main\.tsx?$|src\/|api\/).*$/.test(path) && /\.tsx?$/.test(path));
}
