import { completedCommands, valueCompletion } from "./completion_model.ts";
import type { CompletedCommand, Completion } from "./completion_model.ts";
import type { Option } from "./option.ts";

/** The completion script for zsh, to be put into a directory of `$fpath` as `_tssync`. */
export function zshCompletion(): string {
  const commands = completedCommands();
  return `#compdef tssync
# zsh completion for tssync; written by "tssync completion zsh"
_tssync() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    local -a commands=(
${commands.map(({ name, brief }) => `      ${quoted(`${name}:${brief}`)}`).join("\n")}
    )
    _describe -t commands 'tssync command' commands
    return
  fi
  local command=$words[2]
  if [[ $command == -* ]]; then
    command=serve
  else
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${commands.map(commandCase).join("\n")}
  esac
}
_tssync "$@"
`;
}

function commandCase({ name, options, operand }: CompletedCommand): string {
  const specs = [...options.map(optionSpec), ...operandSpec(operand)];
  return [`    ${name})`, `      _arguments -s -S \\`, `        ${specs.join(" \\\n        ")}`, "      ;;"].join("\n");
}

function optionSpec({ name, short, value, repeatable, brief }: Option): string {
  const once = repeatable === true ? "*" : "";
  const behind = `[${brief.replace(/[\\[\]:]/g, "\\$&")}]${
    value === undefined ? "" : `:${value.replaceAll(":", "\\:")}:${action(valueCompletion(value))}`
  }`;
  if (short === undefined) return quoted(`${once}--${name}${value === undefined ? "" : "="}${behind}`);
  const long = `--${name}${value === undefined ? "" : "="}`;
  const letter = `-${short}${value === undefined ? "" : "+"}`;
  return once === ""
    ? `${quoted(`(-${short} --${name})`)}{${letter},${long}}${quoted(behind)}`
    : `${quoted("*")}{${letter},${long}}${quoted(behind)}`;
}

function operandSpec(operand: Completion): string[] {
  return operand.kind === "nothing" ? [] : [quoted(`*:operand:${action(operand)}`)];
}

function action(completion: Completion): string {
  switch (completion.kind) {
    case "files":
      return "_files";
    case "directories":
      return "_files -/";
    case "choices":
      return `(${completion.choices.join(" ")})`;
    case "nothing":
      return " ";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
