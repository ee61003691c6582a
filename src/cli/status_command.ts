import { setTimeout as pause } from "node:timers/promises";
import type { RemoteDocument, RootDocument, StatusDocument } from "../../api/status_schema.ts";
import { ERRORS } from "../core/error.ts";
import { quoteForShell } from "../core/fail_log_text.ts";
import { Client } from "./client.ts";
import { clientTarget } from "./client_target.ts";
import type { Command } from "./command.ts";
import { isAbsence } from "./events_command.ts";
import { ageText, tableText, visibleText } from "./table_text.ts";
import { pluginsText } from "./plugins_text.ts";
import { jsonText } from "./terminal.ts";

/** `tssync status`. */
export const statusCommand: Command = async ({ options }, surroundings) => {
  const client = new Client(clientTarget(options, surroundings));
  const { terminal } = surroundings;
  const text = options.has("json") ? jsonText : (status: StatusDocument) => statusText(status, Date.now());
  if (!options.has("watch")) {
    const status = await client.status();
    terminal.out(text(status));
    return options.has("check") && !isWell(status) ? ERRORS.OUT_OF_SYNC.exitCode : 0;
  }
  const line = options.has("json") ? (status: StatusDocument) => `${JSON.stringify(status)}\n` : text;
  // A daemon that is not there at first is a mistake; one that goes away while it is watched comes back.
  let isKnown = false;
  while (terminal.isClosed?.() !== true) {
    const shown = await client.status().then(line, (error: unknown) => {
      if (isKnown && isAbsence(error)) return options.has("json") ? "" : "the daemon is away; waiting for it\n";
      throw error;
    });
    isKnown = true;
    terminal.out((terminal.showsProgress && !options.has("json") ? CLEAR_SCREEN : "") + shown);
    await pause(WATCH_MS);
  }
  return 0;
};

/** Whether nobody has to look. What waits for a moment is how it should be. */
function isWell({ lastReload, roots }: StatusDocument): boolean {
  const remotes = roots.flatMap((root) => root.remotes);
  return lastReload.ok && roots.every(({ state }) => state === "watching") &&
    remotes.every(({ state, failures }) => (state === "ok" || state === "syncing") && failures === 0);
}

/** How often the status is asked for again. */
const WATCH_MS = 1_000;
/** Cursor to the top left, and nothing below it. */
const CLEAR_SCREEN = "\x1b[H\x1b[2J";

export function statusText(status: StatusDocument, nowMs: number): string {
  const since = (time: string) => ageText(Math.max(0, nowMs - Date.parse(time)) / 1_000);
  const parts = [`${status.node}: running for ${since(status.startedAt)}\n`];
  const { lastReload } = status;
  if (!lastReload.ok) {
    parts.push(`The configuration was refused ${since(lastReload.at)} ago, the one of before holds:\n`);
    parts.push(...lastReload.problems.map(({ message }) => `  ${visibleText(message)}\n`));
    parts.push("  Mend it, then: tssync reload\n");
  }
  for (const root of status.roots) {
    const reason = root.reason === null ? "" : `: ${visibleText(root.reason)}`;
    parts.push(`\n${visibleText(root.id)}  ${visibleText(root.path)}  ${root.state}${reason}\n`);
    // With -m nothing is mirrored.
    if (root.remotes.length > 0) {
      parts.push(indented(tableText([
        ["REMOTE", "STATE", "WAITING", "OLDEST", "IN FLIGHT", "FAILED", "LAST SYNCED"],
        ...root.remotes.map((remote) => [
          remote.address,
          remote.state,
          String(remote.pending),
          remote.oldestPendingSeconds === null ? "-" : ageText(remote.oldestPendingSeconds),
          String(remote.inFlight),
          String(remote.failures),
          remote.lastSyncedAt === null ? "never" : `${since(remote.lastSyncedAt)} ago`,
        ]),
      ])));
    }
    for (const remote of root.remotes) {
      if (remote.reason !== null) parts.push(`  ${visibleText(remote.address)}: ${visibleText(remote.reason)}\n`);
      if (remote.failures > 0) {
        parts.push(`    ${refusedText(remote.failures)} by ${visibleText(remote.id)}: tssync failures\n`);
      }
      parts.push(...REMOTE_CURES[remote.state]({ root, remote }).map((line) => `    ${line}\n`));
    }
    parts.push(...ROOT_CURES[root.state](root).map((line) => `  ${line}\n`));
  }
  if (status.plugins.length > 0) parts.push("\n", indented(pluginsText(status.plugins)));
  return parts.join("");
}

/** What a person can do about a state. */
const ROOT_CURES: Readonly<Record<RootDocument["state"], (root: RootDocument) => readonly string[]>> = {
  starting: () => [],
  watching: () => [],
  degraded: () => [],
  halted: ({ id }) => [
    "Nothing is sent or deleted. It goes on by itself when the same directory is back.",
    `If the directory there now is the right one: tssync resume ${argument(id)}`,
  ],
  paused: ({ id }) => [`Changes are remembered. To go on: tssync resume ${argument(id)}`],
  stopped: () => [],
};

type RemoteOfRoot = { readonly root: RootDocument; readonly remote: RemoteDocument };

const REMOTE_CURES: Readonly<Record<RemoteDocument["state"], (place: RemoteOfRoot) => readonly string[]>> = {
  ok: () => [],
  syncing: () => [],
  retrying: () => ["Changes are remembered and sent when it answers. What is wrong, and what mends it: tssync doctor"],
  failing: () => [
    "Changes are remembered. What mends it: tssync doctor; when it is mended, tssync reload tries at once",
  ],
  held: () => ["Everything else is sent. To see and decide: tssync holds"],
  paused: ({ root, remote }) => [
    `Changes are remembered. To go on: tssync resume ${argument(root.id)} ${argument(remote.id)}`,
  ],
};

function refusedText(failures: number): string {
  return failures === 1 ? "1 path is refused" : `${failures} paths are refused`;
}

/** As it is typed in a shell. */
function argument(id: string): string {
  return /^[\w@%+=:,./-]+$/.test(id) ? id : visibleText(quoteForShell(id));
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
