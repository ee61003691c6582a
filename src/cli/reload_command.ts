import { differenceText } from "../config/difference_text.ts";
import { Client } from "./client.ts";
import { clientTarget } from "./client_target.ts";
import type { Command } from "./command.ts";
import { jsonText } from "./terminal.ts";

/** `tssync reload`. */
export const reloadCommand: Command = async ({ options }, surroundings) => {
  const answer = await new Client(clientTarget(options, surroundings)).reload();
  surroundings.terminal.out(options.has("json") ? jsonText(answer) : `${differenceText(answer)}\n`);
  return 0;
};
