import { TssyncError } from "../core/error.ts";
import { nearestName } from "../core/nearest_name.ts";
import type { Command } from "./command.ts";
import { bashCompletion } from "./completion_bash.ts";
import { fishCompletion } from "./completion_fish.ts";
import { zshCompletion } from "./completion_zsh.ts";
import { jsonText } from "./terminal.ts";

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `tssync completion bash|zsh|fish`. */
export const completionCommand: Command = ({ options, operands }, { terminal }) => {
  const [shell] = operands;
  const script = Object.entries(SCRIPTS).find(([name]) => name === shell)?.[1];
  if (script === undefined) {
    const nearest = shell === undefined ? null : nearestName(shell, Object.keys(SCRIPTS));
    throw new TssyncError(
      "USAGE",
      `tssync completion ${shell ?? ""}: expected bash, zsh or fish${
        nearest === null ? "" : `. Did you mean ${nearest}?`
      }`,
    );
  }
  terminal.out(options.has("json") ? jsonText({ shell, script: script() }) : script());
  return Promise.resolve(0);
};
