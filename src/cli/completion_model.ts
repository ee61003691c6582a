/** What can stand where on the command line, for the completions of all shells. */
import { COMMAND_NAMES, COMMANDS } from "./command_table.ts";
import type { CommandName, CommandSpec } from "./command_table.ts";
import type { Option } from "./option.ts";

/** What completes a value or an operand. */
export type Completion =
  | { readonly kind: "files" | "directories" | "nothing" }
  | { readonly kind: "choices"; readonly choices: readonly string[] };

export type CompletedCommand = {
  readonly name: CommandName;
  readonly brief: string;
  readonly options: readonly Option[];
  readonly operand: Completion;
};

/** Words of options' values that mean something on the disk. */
const ON_DISK: Readonly<Record<string, "files" | "directories">> = {
  FILE: "files",
  DIR: "directories",
  "URL|SOCKET": "files",
};

/** Every command with all options it can have. */
export function completedCommands(): CompletedCommand[] {
  return COMMAND_NAMES.map((name) => {
    const spec: CommandSpec = COMMANDS[name];
    const more = spec.variant?.options.filter(({ name }) => !spec.options.some((option) => option.name === name)) ?? [];
    return { name, brief: spec.brief, options: [...spec.options, ...more], operand: operandCompletion(spec.operands) };
  });
}

export function valueCompletion(value: string): Completion {
  const kind = ON_DISK[value];
  if (kind !== undefined) return { kind };
  return choicesOf(value) ?? { kind: "nothing" };
}

function operandCompletion(operands: string): Completion {
  const first = operands.split(" ")[0]!;
  if (first === "[COMMAND]") return { kind: "choices", choices: COMMAND_NAMES };
  if (/^\[?FILE/.test(first)) return { kind: "files" };
  return choicesOf(first) ?? { kind: "nothing" };
}

/** `seen|synced` names them all; in `HOST:PORT|off` only one of them is a word. */
function choicesOf(text: string): Completion | null {
  const choices = text.split("|").filter((word) => /^[a-z]+$/.test(word));
  return choices.length > 0 && text.includes("|") ? { kind: "choices", choices } : null;
}
