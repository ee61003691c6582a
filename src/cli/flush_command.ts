import { Client } from "./client.ts";
import { clientTarget } from "./client_target.ts";
import type { Command } from "./command.ts";
import { jsonText } from "./terminal.ts";

/** `tssync flush`. */
export const flushCommand: Command = async ({ options }, surroundings) => {
  const roots = options.texts("root");
  const scope = options.text("scope");
  const timeout = options.text("timeout");
  const answer = await new Client(clientTarget(options, surroundings)).flush({
    ...(roots.length === 0 ? {} : { roots }),
    ...(scope === null ? {} : { scope }),
    ...(timeout === null ? {} : { timeout }),
  });
  if (options.has("json")) surroundings.terminal.out(jsonText(answer));
  return 0;
};
