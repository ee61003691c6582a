import { chmodSync, closeSync, fstatSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { newToken } from "../../api/tokens.ts";
import { TssyncError } from "../core/error.ts";

/**
 * The token in the state directory, scope admin, made at the first start. The file is for its owner alone; one that others may
 * read is closed to them.
 *
 * @throws TssyncError STATE_UNUSABLE when it can be neither read nor made, or holds no token.
 */
export function readOrMakeToken(path: string): string {
  try {
    const made = newToken();
    writeFileSync(path, `${made}\n`, { flag: "wx", mode: 0o600 });
    return made;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw unusable(path, error);
  }
  return readToken(path);
}

function readToken(path: string): string {
  let token: string;
  try {
    const fd = openSync(path, "r");
    const mode = fstatSync(fd).mode;
    token = readFileSync(fd, "utf8").trim();
    closeSync(fd);
    if ((mode & 0o077) !== 0) chmodSync(path, 0o600);
  } catch (error) {
    throw unusable(path, error);
  }
  // A shorter one could be guessed; an empty file would let everybody in.
  if (!/^[\w.~+/=-]{20,}$/.test(token)) {
    throw new TssyncError(
      "STATE_UNUSABLE",
      `The file ${path} holds no token: remove it, and the next start makes a new one`,
    );
  }
  return token;
}

function unusable(path: string, error: unknown): TssyncError {
  const found = error instanceof Error ? error.message : String(error);
  return new TssyncError("STATE_UNUSABLE", `Cannot read or make the token file ${path}: ${found}`);
}
