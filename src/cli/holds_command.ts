import type { HoldDocument } from "../../api/hold_schema.ts";
import { TssyncError } from "../core/error.ts";
import { Client } from "./client.ts";
import { clientTarget } from "./client_target.ts";
import type { Command } from "./command.ts";
import { countText, tableText, visibleText } from "./table_text.ts";
import { jsonText } from "./terminal.ts";

/** `tssync holds`. */
export const holdsCommand: Command = async ({ options }, surroundings) => {
  const approved = options.text("approve");
  const rejected = options.text("reject");
  if (approved !== null && rejected !== null) {
    throw new TssyncError("USAGE", "--approve and --reject do not go together: one decision at a time");
  }
  const client = new Client(clientTarget(options, surroundings));
  const { terminal } = surroundings;
  const id = approved ?? rejected;
  if (id !== null) {
    const decided = await client.decideHold(id, approved === null ? "reject" : "approve");
    terminal.out(options.has("json") ? jsonText(decided) : decisionText(decided));
    return 0;
  }
  const holds = await client.holds();
  terminal.out(options.has("json") ? jsonText({ items: holds }) : holdsText(holds));
  return 0;
};

function decisionText({ id, state, count, remote }: HoldDocument): string {
  const what = state === "approved" ? "will be made on" : "will not be made on";
  return `hold ${id} is ${state}: ${countText(count, "delete")} ${what} ${visibleText(remote)}\n`;
}

export function holdsText(holds: readonly HoldDocument[]): string {
  if (holds.length === 0) return "no holds\n";
  const table = tableText([
    ["ID", "ROOT", "REMOTE", "DELETES", "FOUND BY", "SINCE", "STATE"],
    ...holds.map(({ id, root, remote, count, origin, createdAt, state }) => [
      id,
      root,
      remote,
      String(count),
      origin === "resync" ? "a full sync" : "changes",
      createdAt,
      state,
    ]),
  ]);
  return [table, ...holds.filter(({ state }) => state === "waiting").map(questionText)].join("\n");
}

/** What is to be decided, and how. */
function questionText({ id, remote, count, examples }: HoldDocument): string {
  const names = examples.map((example) => `  ${visibleText(typeof example === "string" ? example : example.path)}\n`);
  const more = count > examples.length ? `  and ${count - examples.length} more\n` : "";
  return `${id} would delete on ${visibleText(remote)}:\n${names.join("")}${more}` +
    `  To let it: tssync holds --approve ${id}\n  To keep them: tssync holds --reject ${id}\n`;
}
