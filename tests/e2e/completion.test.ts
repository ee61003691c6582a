import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { COMMAND_NAMES, COMMANDS } from "../../src/cli/command_table.ts";
import { runTssync } from "../support/executable.ts";
import { tempDir } from "../support/temp_dir.ts";

/** A line as far as it is typed, and what must (not) be among the completions of its last word. */
const LINES: readonly (readonly [line: string, has: readonly string[], not: readonly string[]])[] = [
  ["tssync st", ["status"], ["serve"]],
  ["tssync ", COMMAND_NAMES, []],
  ["tssync serve --wa", ["--watch"], ["--to"]],
  ["tssync flush --scope ", ["seen", "synced"], ["serve"]],
  ["tssync serve --log-level w", ["warning"], ["info"]],
  ["tssync help f", ["failures", "flush"], ["serve"]],
  ["tssync completion ", ["bash", "zsh", "fish"], []],
  ["tssync check -o con", ["confxml.xml"], ["status"]],
  ["tssync watch --st", ["--stats"], ["--monitor"]],
];

async function script(shell: string): Promise<string> {
  const { code, stdout } = await runTssync(["completion", shell]);
  expect(code).toBe(0);
  return stdout;
}

function output(program: string, args: readonly string[], cwd: string, input = ""): string {
  const { stdout, stderr, status } = spawnSync(program, args, { cwd, encoding: "utf8", input });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}

function expectWords(words: readonly string[], has: readonly string[], not: readonly string[]): void {
  for (const word of has) expect(words).toContain(word);
  for (const word of not) expect(words).not.toContain(word);
}

test("tssync completion bash completes commands, options, values and files in bash", async () => {
  await using dir = await tempDir();
  writeFileSync(dir.at("confxml.xml"), "");
  writeFileSync(dir.at("tssync.bash"), await script("bash"));
  for (const [line, has, not] of LINES) {
    const words = line.split(" ");
    const program = `source ./tssync.bash; COMP_WORDS=("$@"); COMP_CWORD=${words.length - 1}; _tssync; ` +
      'printf "%s\\n" "${COMPREPLY[@]}"';
    const found = output("bash", ["--noprofile", "--norc", "-c", program, "bash", ...words], dir.path).split("\n");
    expectWords(found.map((word) => word.trim()), has, not);
  }
  const equals =
    'source ./tssync.bash; COMP_WORDS=(tssync flush --scope = sy); COMP_CWORD=4; _tssync; echo "${COMPREPLY[@]}"';
  expect(output("bash", ["--noprofile", "--norc", "-c", equals], dir.path)).toBe("synced\n");
});

test("tssync completion fish completes commands, options, values and files in fish", async () => {
  await using dir = await tempDir();
  writeFileSync(dir.at("confxml.xml"), "");
  writeFileSync(dir.at("tssync.fish"), await script("fish"));
  for (const [line, has, not] of LINES) {
    const program = "source ./tssync.fish; complete -C $argv[1]";
    const found = output("fish", ["--no-config", "-c", program, line], dir.path).split("\n");
    expectWords(found.map((word) => word.split("\t")[0]!), has, not);
  }
});

const TYPED_MAX = 5;

/** Types into a zsh of its own with the completion loaded, and prints what its completion adds. */
const ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT= ; fpath=($PWD/functions \\$fpath); autoload -U compinit; compinit -u -D; zstyle ':completion:*' list-prompt ''; zstyle ':completion:*' menu no; setopt no_list_beep; LISTMAX=10000; print READY''NOW"
zpty -r -m shell all '*READYNOW*'
compadds='compadd() { local -a hits; builtin compadd -A hits "$@"; print -rl -- "<<"$^hits">>"; builtin compadd "$@"; }'
zpty -w shell "$compadds; print READY''TWO"
zpty -r -m shell all '*READYTWO*'
for line in "$@"; do
  zpty -n -w shell "$line"$'\\t'
  zpty -n -w shell $'\\C-u\\C-u'"print DO''NE"$'\\n'
  zpty -r -m shell all '*DONE*'
  print -r -- "$all"
  print -r -- '-- next line --'
done
`;

test("tssync completion zsh completes commands, options, values and files in zsh", async () => {
  await using dir = await tempDir();
  mkdirSync(dir.at("functions"));
  writeFileSync(dir.at("confxml.xml"), "");
  writeFileSync(dir.at("functions/_tssync"), await script("zsh"));
  const lines = LINES.map(([line]) => line);
  const wordsOf = (text: string) => [...text.matchAll(/<<(.*?)>>/g)].map(([, word]) => word!.replace(/=$/, ""));
  const complete = () =>
    output("zsh", ["-f", "-c", ZSH, "zsh", ...lines], dir.path).split("-- next line --").map(wordsOf);
  const isWhole = (shown: string[][]) =>
    LINES.every(([, has], index) => has.every((word) => shown[index]!.includes(word)));
  let shown = complete();
  // zsh gives up completing when the next key is there already: on a busy machine it is typed again.
  for (let tries = 1; tries < TYPED_MAX && !isWhole(shown); tries++) shown = complete();
  for (const [index, [, has, not]] of LINES.entries()) expectWords(shown[index]!, has, not);
});

test("tssync completion names every command and option in all shells", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const text = await script(shell);
    for (const name of COMMAND_NAMES) {
      expect(text).toContain(name);
      for (const option of COMMANDS[name].options) expect(text).toContain(option.name);
    }
  }
});

test("tssync completion of a shell it does not know is a usage error that says which there are", async () => {
  const { code, stderr } = await runTssync(["completion", "zhs"]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("Did you mean zsh?") });
});
