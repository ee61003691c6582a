import { run } from "../../../src/cli/run.ts";

/** What a command line wrote and how it ended. */
export type Recorded = { readonly exitCode: number; readonly out: string; readonly err: string };

/** Runs a command line in this process, without a terminal. */
export async function record(
  args: readonly string[],
  { env = {}, cwd = "/" }: { readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<Recorded> {
  let out = "";
  let err = "";
  const exitCode = await run(args, {
    env,
    cwd,
    terminal: {
      out: (text) => {
        out += text;
      },
      outBytes: (bytes) => {
        out += Buffer.from(bytes).toString("latin1");
      },
      err: (text) => {
        err += text;
      },
      showsProgress: false,
    },
  });
  return { exitCode, out, err };
}
