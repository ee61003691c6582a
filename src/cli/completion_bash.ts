import { completedCommands, valueCompletion } from "./completion_model.ts";
import type { Completion } from "./completion_model.ts";
import type { Option } from "./option.ts";

/** The completion script for bash; needs nothing but bash. */
export function bashCompletion(): string {
  const commands = completedCommands();
  const values = commands.flatMap(({ name, options }) =>
    options.filter((option) => option.value !== undefined).map((option) =>
      `    ${written(option).map((text) => `'${name} ${text}'`).join(" | ")}) ${
        reply(valueCompletion(option.value!))
      } return ;;`
    )
  );
  return `# bash completion for tssync; written by "tssync completion bash"
_tssync() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  # Bash takes --option=value for three words.
  if [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if [[ $cur == = ]]; then cur=; fi
  if [[ $COMP_CWORD -eq 1 && $cur != -* ]]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(" ")}' -- "$cur"))
    return
  fi
  if [[ $command == -* ]]; then command=serve; fi
  case "$command $prev" in
${values.join("\n")}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${
    commands.map(({ name, options }) =>
      `      ${name}) COMPREPLY=($(compgen -W '${allWritten(options)}' -- "$cur")) ;;`
    ).join("\n")
  }
    esac
    return
  fi
  case $command in
${commands.map(({ name, operand }) => `    ${name}) ${reply(operand)} ;;`).join("\n")}
  esac
}
complete -F _tssync tssync
`;
}

function written({ name, short }: Option): string[] {
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
}

function allWritten(options: readonly Option[]): string {
  return options.flatMap(written).join(" ");
}

function reply(completion: Completion): string {
  switch (completion.kind) {
    case "files":
      return 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur");';
    case "directories":
      return 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur");';
    case "choices":
      return `COMPREPLY=($(compgen -W '${completion.choices.join(" ")}' -- "$cur"));`;
    case "nothing":
      return ":;";
  }
}
