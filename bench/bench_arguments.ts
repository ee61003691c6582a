/** The command line of `bench/run.ts`. */
import { parseArgs } from "node:util";

export type BenchArguments = {
  /** Names of scenarios; empty: all. */
  readonly scenarios: readonly string[];
  /** Names of contenders; empty: all that are installed. */
  readonly contenders: readonly string[];
  readonly runs: number;
  readonly quick: boolean;
  readonly timeoutMs: number;
  /** A file for all readings; null: none. */
  readonly json: string | null;
  readonly list: boolean;
  readonly help: boolean;
};

export const USAGE = `Usage: bun bench/run.ts [OPTION]...

  --scenario NAME   Only this one (may be given several times)
  --contender NAME  Only this one beside the floor (may be given several times)
  --runs N          Runs of each (default 3; with --quick 1)
  --quick           A tenth of the size: to see that everything works, not to measure
  --timeout S       Patience with one contender in one run, in seconds (default 180)
  --json FILE       Write every reading there
  --list            Print the names of scenarios
`;

/** Throws with a message for people. */
export function readArguments(argv: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      scenario: { type: "string", multiple: true },
      contender: { type: "string", multiple: true },
      runs: { type: "string" },
      quick: { type: "boolean" },
      timeout: { type: "string" },
      json: { type: "string" },
      list: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const quick = values.quick === true;
  return {
    scenarios: values.scenario ?? [],
    contenders: values.contender ?? [],
    runs: whole("--runs", values.runs, quick ? 1 : 3),
    quick,
    timeoutMs: whole("--timeout", values.timeout, 180) * 1000,
    json: values.json ?? null,
    list: values.list === true,
    help: values.help === true,
  };
}

function whole(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`Cannot read ${option} ${text}: expected a number from 1 on.`);
  return Number(text);
}
