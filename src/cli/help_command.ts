import { TssyncError } from "../core/error.ts";
import { nearestName } from "../core/nearest_name.ts";
import type { Command } from "./command.ts";
import { COMMAND_NAMES, COMMANDS, isCommandName } from "./command_table.ts";
import { commandText, overviewText } from "./help_text.ts";
import { jsonText } from "./terminal.ts";

/** `tssync help [COMMAND]`. */
export const helpCommand: Command = ({ options, operands }, { terminal }) => {
  const [name] = operands;
  if (name === undefined) {
    terminal.out(options.has("json") ? jsonText({ commands: COMMANDS }) : overviewText());
  } else if (isCommandName(name)) {
    terminal.out(options.has("json") ? jsonText({ [name]: COMMANDS[name] }) : commandText(name));
  } else {
    const nearest = nearestName(name, COMMAND_NAMES);
    throw new TssyncError(
      "USAGE",
      `There is no command ${JSON.stringify(name)}. ${
        nearest === null ? `There are: ${COMMAND_NAMES.join(", ")}` : `Did you mean ${nearest}?`
      }`,
    );
  }
  return Promise.resolve(0);
};
