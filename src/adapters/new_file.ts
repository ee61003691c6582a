import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { TssyncError } from "../core/error.ts";

/** A file that is to be made, and must not be there yet. */
export type NewFile = { readonly path: string; readonly text: string; readonly mode: number };

/** Writes all of them or none: one that is there already is never overwritten. Throws CONFIG_INVALID naming those, or what the disk says. */
export function writeNewFiles(files: readonly NewFile[]): void {
  const there = files.filter(({ path }) => existsSync(path)).map(({ path }) => path);
  if (there.length > 0) {
    throw new TssyncError(
      "CONFIG_INVALID",
      `Cannot write ${
        there.join(" and ")
      }: already there, and nothing is overwritten. Move it away, or name another place`,
    );
  }
  for (const { path, text, mode } of files) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      // wx: whoever makes it between the look and here keeps it.
      writeFileSync(path, text, { mode, flag: "wx" });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new TssyncError(
        "CONFIG_INVALID",
        `Cannot write ${path}: ${code ?? String(error)}. Choose another place with -o`,
      );
    }
  }
}
