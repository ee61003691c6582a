import { completedCommands, valueCompletion } from "./completion_model.ts";
import type { Completion } from "./completion_model.ts";
import type { Option } from "./option.ts";

/** The completion script for fish. */
export function fishCompletion(): string {
  const commands = completedCommands();
  const lines = commands.flatMap(({ name, brief, options, operand }) => [
    `complete -c tssync -n __fish_use_subcommand -a ${name} -d ${quoted(brief)}`,
    ...options.map((option) => `complete -c tssync -n ${behind(name)} ${optionWords(option)}`),
    ...(operand.kind === "nothing" ? [] : [`complete -c tssync -n ${behind(name)} ${words(operand)}`]),
  ]);
  return `# fish completion for tssync; written by "tssync completion fish"
complete -c tssync -f
${lines.join("\n")}
`;
}

function behind(command: string): string {
  return quoted(`__fish_seen_subcommand_from ${command}`);
}

function optionWords({ name, short, value, brief }: Option): string {
  const letter = short === undefined ? "" : ` -s ${short}`;
  const argument = value === undefined ? "" : ` -r ${words(valueCompletion(value))}`;
  return `-l ${name}${letter}${argument} -d ${quoted(brief)}`.replaceAll("  ", " ");
}

function words(completion: Completion): string {
  switch (completion.kind) {
    case "files":
      return "-F";
    case "directories":
      return "-a '(__fish_complete_directories)'";
    case "choices":
      return `-a ${quoted(completion.choices.join(" "))}`;
    case "nothing":
      return "";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
