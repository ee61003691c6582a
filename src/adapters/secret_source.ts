/** Reads secrets where the configuration says they are. */
import { readFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import process from "node:process";
import type { SecretSource } from "../config/plugin_settings.ts";
import { TssyncError } from "../core/error.ts";

/** A key or a password; a file beyond it is a mistake. */
const SECRET_CHARACTERS_MAX = 64 * 1024;

/**
 * The secret, without blanks at its ends. `purpose` completes "Cannot read … ".
 *
 * Throws CONFIG_INVALID, which names the place and never the content.
 */
export function readSecret(source: SecretSource, purpose: string): string {
  const { text, place } = found(source, purpose);
  const secret = text.trim();
  if (secret === "") throw unreadable(purpose, `${place} is empty`);
  if (secret.length > SECRET_CHARACTERS_MAX) {
    throw unreadable(purpose, `${place} has ${secret.length} characters, at most ${SECRET_CHARACTERS_MAX} are taken`);
  }
  return secret;
}

function found(source: SecretSource, purpose: string): { readonly text: string; readonly place: string } {
  if (source.from === "text") return { text: source.text, place: "the configuration" };
  if (source.from === "environment") {
    const text = process.env[source.variable];
    if (text === undefined) throw unreadable(purpose, `the environment has no variable ${source.variable}`);
    return { text, place: `the environment's ${source.variable}` };
  }
  const places = placesOf(source.path);
  for (const path of places) {
    try {
      return { text: readFileSync(path, "utf8"), place: path };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" || path === places.at(-1)) {
        throw unreadable(purpose, `${code === "ENOENT" ? places.join(", ") : path}: ${code}`);
      }
    }
  }
  throw unreadable(purpose, source.path);
}

function placesOf(path: string): readonly string[] {
  const directory = process.env["CREDENTIALS_DIRECTORY"];
  return isAbsolute(path) || directory === undefined ? [resolve(path)] : [join(directory, path), resolve(path)];
}

function unreadable(purpose: string, what: string): TssyncError {
  return new TssyncError("CONFIG_INVALID", `Cannot read ${purpose}: ${what}.`);
}
