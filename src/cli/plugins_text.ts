/** The plugins of `tssync status`: who hears of files, and what is in the way. */
import type { PluginDocument } from "../../api/status_schema.ts";
import { ageText, tableText, visibleText } from "./table_text.ts";

export function pluginsText(plugins: readonly PluginDocument[]): string {
  const table = tableText([
    ["PLUGIN", "STATE", "UNREAD", "WAITING", "DEAD", "OLDEST"],
    ...plugins.map(({ id, state, unread, inFlight, waiting, dead, oldestSeconds }) => [
      id,
      state,
      String(unread + inFlight),
      String(waiting),
      String(dead),
      oldestSeconds === null ? "-" : ageText(oldestSeconds),
    ]),
  ]);
  return table + plugins.flatMap(notesOf).map((line) => `${line}\n`).join("");
}

function notesOf({ id, name, state, reason, dead, quotas }: PluginDocument): string[] {
  const notes = quotas.map(({ kind, limit, remaining, seconds }) =>
    `${remaining} of ${limit} left (${kind}, in ${ageText(seconds)})`
  );
  if (reason !== null) notes.push(reason);
  if (dead > 0) notes.push("what was given up stands at /v1/deliveries?state=dead");
  if (state === "disabled") notes.push(`it delivers nothing until somebody enables it: PATCH /v1/webhooks/${name}`);
  return notes.map((note) => visibleText(`${id}: ${note}`));
}
