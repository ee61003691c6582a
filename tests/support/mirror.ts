import { type Ending, type Running, runTssync, type StartOptions, startTssync } from "./executable.ts";

/** A tssync that mirrors, and the commands that talk to it. Leaving its scope kills it. */
export type Mirror = AsyncDisposable & {
  readonly running: Running;
  /** The API's address on TCP, as `127.0.0.1:8008`; null where it is off. */
  readonly address: string | null;
  /** Waits until everything written so far is on all remotes. Rejects with tssync's words when that does not happen. */
  flush(): Promise<void>;
  /** Runs one of the commands that talk to a running daemon. */
  ask(...args: string[]): Promise<Ending>;
  /** What `tssync status --json` prints, with one root and remotes in their order. */
  remotes(): Promise<readonly RemoteNow[]>;
  /** Stops it with TERM. Rejects unless it ended in order, with 0 and nothing on stdout. */
  stop(): Promise<void>;
};

export type RemoteNow = {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly pending: number;
  readonly failures: number;
  readonly watermark: string | null;
};

export type MirrorOptions = Pick<StartOptions, "runtime" | "program" | "cwd" | "env"> & { readonly stateDir: string };

/** Use as `await using mirror = await startMirror(["-r", "-o", file], { stateDir })`. Its watches stand when this returns. */
export async function startMirror(args: readonly string[], { stateDir, ...options }: MirrorOptions): Promise<Mirror> {
  const state = ["--state-dir", stateDir];
  const running = startTssync([...args, ...state], options);
  const ask = (...words: string[]) => runTssync([...words, ...state], options);
  try {
    const ready = await running.waitForLine(/ready: API on \S+(?: and (\S+))?/);
    return {
      running,
      address: ready[1] ?? null,
      ask,
      flush: async () => {
        const { code, stdout, stderr } = await ask("flush", "--timeout", "120s");
        if (code !== 0) throw new Error(`tssync flush ended with ${code}: ${stdout}${stderr}${running.stderr}`);
      },
      remotes: async () => {
        const { stdout } = await ask("status", "--json");
        return (JSON.parse(stdout) as { roots: { remotes: RemoteNow[] }[] }).roots.flatMap(({ remotes }) => remotes);
      },
      stop: async () => {
        const { code, signal, stdout, stderr } = await running.stop();
        if (code !== 0 || stdout !== "") throw new Error(`tssync ended with ${code ?? signal}: ${stdout}${stderr}`);
      },
      [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
    };
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}

/** Lines of the log that tell of trouble. */
export function troubleIn(log: string): string[] {
  return log.split("\n").filter((line) => / (WARN|ERROR|FATAL)|^\s+at /i.test(line));
}
