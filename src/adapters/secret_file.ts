import { readFileSync } from "node:fs";
import { TssyncError } from "../core/error.ts";

/** The first line of a file that holds a password. Throws CONFIG_INVALID, without what is in it. */
export function readSecretFile(path: string): string {
  try {
    const [first = ""] = readFileSync(path, "latin1").split("\n");
    if (first !== "") return first;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TssyncError(
      "CONFIG_INVALID",
      `Cannot read ${path}: ${code ?? String(error)}. Mend it, or name another file`,
    );
  }
  throw new TssyncError(
    "CONFIG_INVALID",
    `Cannot use ${path}: its first line is empty. Remove it, and a password is made`,
  );
}
