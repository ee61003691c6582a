import type { FailureDocument } from "../../api/failure_schema.ts";
import { TssyncError } from "../core/error.ts";
import { Client } from "./client.ts";
import { clientTarget } from "./client_target.ts";
import type { Command } from "./command.ts";
import type { OptionValues } from "./parse_arguments.ts";
import { countText, tableText } from "./table_text.ts";
import { jsonText } from "./terminal.ts";

/** `tssync failures`. */
export const failuresCommand: Command = async ({ options, operands }, surroundings) => {
  const client = new Client(clientTarget(options, surroundings));
  const { terminal } = surroundings;
  const [id] = operands;
  if (options.has("retry")) {
    const answer = await client.retryFailures(id ?? null);
    terminal.out(
      options.has("json") ? jsonText(answer) : `${countText(answer.count, "path")} will be tried again now\n`,
    );
    return 0;
  }
  if (id !== undefined) {
    throw new TssyncError("USAGE", `Unexpected ${JSON.stringify(id)}: an ID goes with --retry only`);
  }
  const filter = { root: only("root", options), remote: only("remote", options), since: options.text("since") };
  if (options.has("script")) {
    terminal.outBytes(await client.failureScript(filter));
    return 0;
  }
  const failures = await client.failures(filter);
  terminal.out(options.has("json") ? jsonText({ items: failures }) : failuresText(failures));
  return 0;
};

export function failuresText(failures: readonly FailureDocument[]): string {
  if (failures.length === 0) return "no failures\n";
  return tableText([
    ["ID", "REMOTE", "WHAT", "ATTEMPTS", "LAST", "PATH", "MESSAGE"],
    ...failures.map((failure) => [
      String(failure.id),
      failure.remote,
      failure.operation,
      String(failure.attempts),
      failure.lastAt,
      `${failure.root}/${failure.path}`,
      failure.message,
    ]),
  ]);
}

/** The value of an option that may be given once. */
export function only(name: string, options: OptionValues): string | null {
  if (options.texts(name).length > 1) throw new TssyncError("USAGE", `--${name} may be given once here`);
  return options.text(name);
}
