/** Where log lines go; here: to standard error. Lines that cannot be written are counted, never thrown. */

export interface LogOutput extends AsyncDisposable {
  /** Writes one line. Never throws, never waits for a reader. */
  write(line: string): void;
  /** Opens the file again under its name, after a rotation has moved it away. Throws an `Error` and goes on with the old one. */
  reopen(): void;
}

/** What is kept for a reader of standard error that does not read; beyond, lines are dropped and counted. */
const WAITING_CHARACTERS_MAX = 1 << 20;

/** How long the end waits for such a reader. */
const FLUSH_MS_MAX = 1000;

/** `lostLine` makes the line that tells how many are missing. */
export function stderrOutput(lostLine: (lost: number) => string): LogOutput {
  const stream = process.stderr;
  let waiting: string[] = [];
  let waitingCharacters = 0;
  let lost = 0;
  let isBlocked = false;
  let isClosed = false;
  /** Called when all that waited is written, or nobody will ever read it. */
  let onIdle: () => void = () => {};

  function onDrain(): void {
    isBlocked = false;
    const lines = waiting;
    waiting = [];
    waitingCharacters = 0;
    for (const line of lines) write(line);
    if (lost > 0 && !isBlocked) {
      const line = lostLine(lost);
      lost = 0;
      write(line);
    }
    if (!isBlocked) onIdle();
  }

  function onError(): void {
    isClosed = true; // Nobody will ever read again; there is no other place to say so.
    onIdle();
  }

  function write(line: string): void {
    if (isClosed) return;
    if (!isBlocked) {
      isBlocked = !stream.write(`${line}\n`);
    } else if (waitingCharacters + line.length <= WAITING_CHARACTERS_MAX) {
      waiting.push(line);
      waitingCharacters += line.length;
    } else {
      lost++;
    }
  }

  stream.on("drain", onDrain);
  stream.on("error", onError);
  return {
    write,
    reopen: () => {},
    [Symbol.asyncDispose]: async () => {
      const flushed = Promise.withResolvers<void>();
      onIdle = flushed.resolve;
      const timer = setTimeout(flushed.resolve, FLUSH_MS_MAX);
      if (isBlocked && !isClosed) await flushed.promise;
      clearTimeout(timer);
      stream.off("drain", onDrain);
    },
  };
}
