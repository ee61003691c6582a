/** Where a command writes: results to `out`, everything else to `err`. Text brings its own newlines. */
export type Terminal = {
  out(text: string): void;
  /** For what is not text. */
  outBytes(bytes: Uint8Array): void;
  err(text: string): void;
  /** Whether nobody reads the results any more. */
  readonly isClosed?: () => boolean;
  /** Whether stderr is a terminal, so that progress may be drawn there. */
  readonly showsProgress: boolean;
};

/** What a command is given beside its arguments. */
export type Surroundings = {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
};

/** One JSON document, for `--json`. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The terminal of this process. A reader that went away (`tssync help | head -1`) ends the output, not the program. */
export function processTerminal(): Terminal {
  // The stream itself does not say so: neither runtime destroys it.
  let isClosed = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (stream === process.stdout) isClosed = true;
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    outBytes: (bytes) => void process.stdout.write(bytes),
    isClosed: () => isClosed,
    err: (text) => void process.stderr.write(text),
    showsProgress: process.stderr.isTTY === true && process.env["TERM"] !== "dumb",
  };
}
