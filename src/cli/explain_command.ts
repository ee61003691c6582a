import type { ExplanationDocument } from "../../api/explain_routes.ts";
import { TssyncError } from "../core/error.ts";
import { Client } from "./client.ts";
import { clientTarget } from "./client_target.ts";
import type { Command } from "./command.ts";
import { only } from "./failures_command.ts";
import { placeInRoot } from "./root_place.ts";
import { ageText, visibleText } from "./table_text.ts";
import { jsonText } from "./terminal.ts";

/** `tssync explain`. */
export const explainCommand: Command = async ({ options, operands }, surroundings) => {
  const [operand] = operands;
  if (operand === undefined || operand === "") throw new TssyncError("USAGE", "No path was given: tssync explain PATH");
  const client = new Client(clientTarget(options, surroundings));
  const { roots } = await client.status();
  const { root, path } = placeInRoot(roots, {
    operand,
    rootId: only("root", options),
    cwd: surroundings.cwd,
  });
  const explanation = await client.explain(root, path);
  surroundings.terminal.out(options.has("json") ? jsonText(explanation) : explanationText(explanation, Date.now()));
  return 0;
};

const WORDS = {
  excluded: "excluded",
  waiting: "waiting",
  in_flight: "in flight",
  failed: "failed",
  held: "held",
  synced: "synced",
} as const satisfies Record<ExplanationDocument["remotes"][number]["state"], string>;

export function explanationText({ root, path, kind, remotes }: ExplanationDocument, nowMs: number): string {
  const lines = [`${visibleText(root)}/${visibleText(path)}: ${kind ?? "not there"}`];
  for (const { remote, state, rule, since, message } of remotes) {
    const by = rule === undefined ? "" : ` by ${visibleText(rule)}`;
    const time = since === undefined
      ? ""
      : ` since ${since} (${ageText(Math.max(0, nowMs - Date.parse(since)) / 1_000)})`;
    lines.push(`  ${visibleText(remote)}: ${WORDS[state]}${by}${time}`);
    if (message !== undefined) lines.push(`    ${visibleText(message)}`);
  }
  return `${lines.join("\n")}\n`;
}
