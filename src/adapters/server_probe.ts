/** Facts about the receiving side's configuration, where it lies on this machine. */
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import type { ModuleFacts, SecretsFacts, ServerFacts } from "../core/doctor_server.ts";
import { isForeign } from "./host_probe.ts";
import { readRsyncdConf, type RsyncdModule } from "../core/rsyncd_conf.ts";

export function probeServer(file: string): ServerFacts {
  try {
    const modules = readRsyncdConf(readFileSync(file, "utf8")).map((module): ModuleFacts => ({
      ...module,
      pathTrouble: pathTrouble(module),
      secrets: secretsOf(module.settings.get("secrets file")),
    }));
    return { file, trouble: null, modules };
  } catch (error) {
    return { file, trouble: `it cannot be read: ${codeOf(error)}`, modules: [] };
  }
}

function pathTrouble({ settings }: RsyncdModule): string | null {
  const path = settings.get("path");
  if (path === undefined || path === "") return "it names no path";
  try {
    if (!statSync(path).isDirectory()) return `${path} is no directory`;
    accessSync(path, constants.R_OK | constants.X_OK);
    return null;
  } catch (error) {
    return `${path}: ${codeOf(error)}`;
  }
}

function secretsOf(path: string | undefined): SecretsFacts | null {
  if (path === undefined || path === "") return null;
  try {
    const lines = readFileSync(path, "latin1").split("\n");
    const badLines = lines.flatMap((line, index) =>
      line.trim() === "" || line.startsWith("#") || /^[^:]+:.+/.test(line) ? [] : [index + 1]
    );
    return { path, trouble: null, mode: statSync(path).mode & 0o7777, isForeign: isForeign(path), badLines };
  } catch (error) {
    return { path, trouble: `it cannot be read: ${codeOf(error)}`, mode: 0o600, isForeign: false, badLines: [] };
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
