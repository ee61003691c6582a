import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { TssyncError } from "../core/error.ts";

/** A file that is to be made, and must not be there yet. */
export type NewFile = {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** SHA-256 of what may stand there all the same, and is replaced. */
  readonly replaces?: string;
};

/** Writes all of them or none: what somebody has written is never overwritten. Throws CONFIG_INVALID naming it, or what the disk says. */
export function writeNewFiles(files: readonly NewFile[]): void {
  const there = files.filter((file) => existsSync(file.path) && !isReplaceable(file)).map(({ path }) => path);
  if (there.length > 0) {
    throw new TssyncError(
      "CONFIG_INVALID",
      `Cannot write ${
        there.join(" and ")
      }: already there, and nothing is overwritten. Move it away, or name another place`,
    );
  }
  for (const file of files) {
    const { path, text, mode } = file;
    try {
      if (isReplaceable(file)) rmSync(path);
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

function isReplaceable({ path, replaces }: NewFile): boolean {
  if (replaces === undefined || !existsSync(path)) return false;
  return createHash("sha256").update(readFileSync(path)).digest("hex") === replaces;
}
