/** The fail log in sersync's form: `#errno N`, the command that would mend it, an empty line. */

export type FailLogEntry = {
  readonly exitCode: number | null;
  /** Where rsync runs, bytes as latin1. */
  readonly cwd: string;
  readonly args: readonly string[];
  /** The names or rules that rsync reads, each with its leading slash. */
  readonly lines: readonly string[];
};

/** The whole file, bytes as latin1. Every word is quoted: no file name can run as a command. */
export function failLogText(entries: readonly FailLogEntry[]): string {
  return entries.map((entry) => {
    const rsync = ["rsync", ...entry.args].map(quoteForShell).join(" ");
    return `#errno ${waitStatus(entry.exitCode)}\ncd ${quoteForShell(entry.cwd)} && ` +
      `printf '%s\\0' ${entry.lines.map(quoteForShell).join(" ")} | ${rsync}\n\n`;
  }).join("");
}

/** sersync writes the status as `wait` gives it: the exit code in the second byte. */
function waitStatus(exitCode: number | null): number {
  return exitCode === null ? -1 : exitCode * 256;
}

/** One word of a POSIX shell, whatever bytes it holds. */
export function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
