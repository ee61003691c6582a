import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { TlsTexts } from "../../api/listener.ts";
import type { TlsFiles } from "../config/configuration.ts";
import { TssyncError } from "../core/error.ts";

/**
 * Reads certificate and key, and holds them against each other: a server told of it only in its own words.
 *
 * @throws TssyncError LISTEN_REFUSED naming the file, what was found and the cure.
 */
export function readTlsFiles({ certFile, keyFile }: TlsFiles): TlsTexts {
  const cert = readText(certFile, "certificate");
  const key = readText(keyFile, "private key");
  const leaf = attempt(certFile, "it holds no certificate in PEM form", () => new X509Certificate(cert));
  const wanted = "it holds no private key in PEM form, or one that is locked with a passphrase";
  const privateKey = attempt(keyFile, wanted, () => createPrivateKey(key));
  if (!leaf.checkPrivateKey(privateKey)) {
    throw refusal(keyFile, `it is not the key of the first certificate in ${certFile}`);
  }
  return { cert, key };
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw refusal(path, `the ${what} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function attempt<T>(path: string, problem: string, read: () => T): T {
  try {
    return read();
  } catch {
    // What the library says may repeat parts of the file.
    throw refusal(path, problem);
  }
}

function refusal(path: string, found: string): TssyncError {
  return new TssyncError("LISTEN_REFUSED", `Cannot serve the API over https with ${path}: ${found}`, { path });
}
