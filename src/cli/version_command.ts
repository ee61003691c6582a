import type { Command } from "./command.ts";
import { runtimeText } from "./runtime.ts";
import { jsonText } from "./terminal.ts";
import { COMMIT, VERSION } from "./version.ts";

/** `tssync version`. */
export const versionCommand: Command = ({ options }, { terminal }) => {
  const facts = { version: VERSION, commit: COMMIT, runtime: runtimeText() };
  terminal.out(options.has("json") ? jsonText(facts) : `tssync ${VERSION} (${COMMIT}, ${facts.runtime})\n`);
  return Promise.resolve(0);
};
