import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { TssyncError } from "../core/error.ts";
import type { OptionValues } from "./parse_arguments.ts";
import { statePaths } from "./state_paths.ts";
import type { Surroundings } from "./terminal.ts";

/** Where a daemon's API is, and with what token. */
export type ClientTarget = {
  readonly where: { readonly socketPath: string } | { readonly url: URL };
  readonly token: string | null;
  /** PEM of what signs certificates that are trusted; null: the usual. */
  readonly ca: string | null;
};

/**
 * From `--api`, `--ca-file`, `--token-file`, TSSYNC_TOKEN and the state directory. A token goes only where the user said: none is taken
 * from the state directory for a URL.
 *
 * @throws TssyncError USAGE for an address or a token file that cannot be read.
 */
export function clientTarget(options: OptionValues, surroundings: Surroundings): ClientTarget {
  return {
    where: whereOf(options, surroundings),
    token: tokenOf(options, surroundings),
    ca: caOf(options, surroundings),
  };
}

function whereOf(options: OptionValues, { env, cwd }: Surroundings): ClientTarget["where"] {
  const api = options.text("api");
  if (api === null) return { socketPath: statePaths(options.text("state-dir"), { env, cwd }).socket };
  if (/^https?:\/\//i.test(api)) {
    if (URL.canParse(api)) return { url: new URL(api) };
  } else if (/^(?:[\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/i.test(api) && URL.canParse(`http://${api}`)) {
    return { url: new URL(`http://${api}`) };
  } else if (!/^\w+:\/\//.test(api)) {
    return { socketPath: resolve(cwd, api.replace(/^unix:/, "")) };
  }
  throw new TssyncError(
    "USAGE",
    `--api ${JSON.stringify(api)} is neither a URL (http://HOST:PORT), nor HOST:PORT, nor the path of a socket`,
  );
}

function tokenOf(options: OptionValues, { env, cwd }: Surroundings): string | null {
  const file = options.text("token-file");
  const token = file === null ? env["TSSYNC_TOKEN"] : readTokenFile(resolve(cwd, file));
  const trimmed = token?.trim() ?? "";
  if (trimmed === "") return null;
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new TssyncError("USAGE", `The token in ${file ?? "TSSYNC_TOKEN"} holds characters that no token has`);
  }
  return trimmed;
}

function caOf(options: OptionValues, { cwd }: Surroundings): string | null {
  const file = options.text("ca-file");
  if (file === null) return null;
  const path = resolve(cwd, file);
  try {
    const text = readFileSync(path, "utf8");
    if (/-----BEGIN (?:TRUSTED )?CERTIFICATE-----/.test(text)) return text;
  } catch (error) {
    throw new TssyncError("USAGE", `Cannot read the CA file ${path}: ${messageOf(error)}`);
  }
  throw new TssyncError("USAGE", `The CA file ${path} holds no certificate in PEM form`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function readTokenFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new TssyncError(
      "USAGE",
      `Cannot read the token file ${path}: ${messageOf(error)}`,
    );
  }
}
