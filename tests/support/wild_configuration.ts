import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const FOLDER = resolve(import.meta.dirname, "../fixtures/configs");

/** Configurations as sersync's users have them. */
export const WILD_CONFIGURATIONS = ["shipped-default", "nfs-backup", "upload-backup"] as const;
export type WildConfiguration = (typeof WILD_CONFIGURATIONS)[number];

/** What stands elsewhere on another machine: paths, addresses and ports, and nothing else. */
export type Surroundings = {
  readonly roots: readonly { readonly watch: string; readonly modules: readonly string[] }[];
  /** Where all modules are served on 127.0.0.1. */
  readonly port: number;
  readonly passwordFile: string;
  readonly failLog: string;
  readonly apiPort: number;
};

/** The file with these surroundings put in. Throws when it has no place for one of them. */
export function wildConfiguration(name: WildConfiguration, surroundings: Surroundings): string {
  const { roots, port, passwordFile, failLog, apiPort } = surroundings;
  const localpaths = roots.map(({ watch, modules }) =>
    `<localpath watch="${watch}">\n${
      modules.map((module) => `            <remote ip="127.0.0.1" name="${module}"/>\n`).join("")
    }        </localpath>`
  );
  const changes: readonly (readonly [RegExp, string])[] = [
    // The first block: those of plugins follow it.
    [/<localpath watch=[\s\S]*?<\/localpath>/, localpaths.join("\n        ")],
    [/<userDefinedPort start="false" port="874"\/>/, `<userDefinedPort start="true" port="${port}"/>`],
    [/passwordfile="[^"]*"/, `passwordfile="${passwordFile}"`],
    [/<failLog path="[^"]*"/, `<failLog path="${failLog}"`],
    [/<host hostip="localhost" port="8008">/, `<host hostip="localhost" port="${apiPort}">`],
  ];
  let text = readFileSync(`${FOLDER}/${name}.xml`, "utf8");
  for (const [place, replacement] of changes) {
    if (!place.test(text)) throw new Error(`${name}.xml has nothing like ${place}`);
    text = text.replace(place, () => replacement);
  }
  return text;
}
