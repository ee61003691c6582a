/** The secrets of an account: from the environment, or from a file, which systemd may have put there. */
import process from "node:process";
import type { CredentialSource } from "../config/cdn_settings.ts";
import type { ProviderFacts } from "../core/cdn_provider.ts";
import { TssyncError } from "../core/error.ts";
import { readSecret } from "./secret_source.ts";

/** Every field of the provider by its name. Throws CONFIG_INVALID, which names what is missing and where, never what was found. */
export function readCredentials(facts: ProviderFacts, source: CredentialSource): Readonly<Record<string, string>> {
  const { title, credentials } = facts;
  if (credentials.length === 0) return {};
  const prefix = source.from === "environment" ? source.prefix : "";
  const found = source.from === "environment"
    ? Object.fromEntries(credentials.map(({ variable }) => [variable, process.env[prefix + variable]?.trim() ?? ""]))
    : fieldsOf(facts, readSecret({ from: "file", path: source.path }, `the credentials of ${title}`));
  const missing = credentials.filter(({ variable, required }) => required && (found[variable] ?? "") === "")
    .map(({ variable }) => prefix + variable);
  if (missing.length === 0) return found;
  throw new TssyncError(
    "CONFIG_INVALID",
    source.from === "environment"
      ? `Cannot purge ${title}: the environment holds no ${
        missing.join(", ")
      }. Set it, or name a file: credentials="file:PATH".`
      : `Cannot purge ${title}: ${source.path} holds no line ${missing.join("=…, ")}=….`,
  );
}

/** Lines `NAME=value`; blank ones and those that begin with `#` are skipped. A lone secret may stand without its name. */
function fieldsOf({ credentials }: ProviderFacts, text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const others: string[] = [];
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const field = credentials.find(({ variable }) => line.startsWith(`${variable}=`));
    if (field === undefined) others.push(line);
    else found[field.variable] = line.slice(field.variable.length + 1).trim();
  }
  const [only, second] = credentials;
  if (only !== undefined && second === undefined && others.length === 1) found[only.variable] ??= others[0]!;
  return found;
}
