/** Whether two trees are equal, byte for byte, and what tssync says of the places where they are not. */
import { lstat } from "node:fs/promises";
import type { Mirror } from "../mirror.ts";
import { listTree, treeDifferences } from "../tree.ts";

/** One line per difference, the root's own mode and times included. */
export async function differencesBetween(source: string, target: string): Promise<string[]> {
  const [one, other] = await Promise.all([source, target].map((root) => lstat(root, { bigint: true })));
  const lines: string[] = [];
  for (const key of ["mode", "mtimeNs"] as const) {
    if (one![key] !== other![key]) lines.push(`the root itself: ${key} ${one![key]}, in the second ${other![key]}`);
  }
  return [...lines, ...treeDifferences(await listTree(source), await listTree(target))];
}

/** What can be found out about differing paths: states, failures, and the lines of log and trace that name them. */
export async function whatIsKnown(
  lines: readonly string[],
  { mirror, log, trace }: { mirror: Mirror | null; log: string; trace: string },
): Promise<string> {
  const said: string[] = [];
  for (const command of ["status", "failures", "holds"]) {
    if (mirror === null) break;
    const { stdout, stderr } = await mirror.ask(command, "--json");
    said.push(`tssync ${command}: ${stdout}${stderr}`);
  }
  const names = lines.map((line) => /^(.*?): /s.exec(line)?.[1] ?? "").filter((name) => name !== "").slice(0, 5);
  for (const name of names) {
    const last = JSON.stringify(name.slice(name.lastIndexOf("/") + 1)).slice(1, -1);
    for (const [title, text] of [["log", log], ["trace", trace]] as const) {
      const about = text.split("\n").filter((line) => line.includes(last));
      said.push(`${title} about ${JSON.stringify(name)}:`, ...about.slice(-25).map((line) => `  ${line}`));
    }
  }
  return said.join("\n");
}
