import { existsSync } from "node:fs";

/** How to get a program of a Debian package; null: it is there. */
export function programMissing(program: string, debianPackage: string): string | null {
  const found = (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(`${folder}/${program}`));
  return found ? null : `apt-get install ${debianPackage}`;
}
