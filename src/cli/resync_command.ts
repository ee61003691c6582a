import type { ResyncDocument } from "../../api/resync_schema.ts";
import { parseDurationMs } from "../../api/duration.ts";
import { TssyncError } from "../core/error.ts";
import { Client } from "./client.ts";
import { clientTarget } from "./client_target.ts";
import type { Command } from "./command.ts";
import type { OptionValues } from "./parse_arguments.ts";
import { openProgress } from "./progress.ts";
import { bytesText, countText, visibleText } from "./table_text.ts";
import { jsonText } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** One answer at least in this time: long enough to be cheap, short enough to notice that it waits for a decision. */
const WAIT_MS = 2_000;
const WAIT_WITH_PROGRESS_MS = 500;

/** `tssync resync`. */
export const resyncCommand: Command = async ({ options, operands }, surroundings) => {
  const client = new Client(clientTarget(options, surroundings));
  const { terminal } = surroundings;
  const timeoutMs = timeoutOf(options);
  const waits = options.has("wait") || options.has("dry-run") || timeoutMs !== null;
  const started = await startOrJoin(client, options, [...operands, ...options.texts("path")], waits, terminal);
  const resync = waits ? await waitForEnd(client, started, { terminal, timeoutMs }) : started;
  terminal.out(options.has("json") ? jsonText(resync) : resyncText(resync));
  return resync.state === "succeeded" || (!waits && resync.finishedAt === null) ? 0 : 1;
};

async function startOrJoin(
  client: Client,
  options: OptionValues,
  paths: readonly string[],
  joins: boolean,
  terminal: Terminal,
): Promise<ResyncDocument> {
  const roots = options.texts("root");
  const remotes = options.texts("remote");
  try {
    return await client.startResync({
      ...(roots.length === 0 ? {} : { roots }),
      ...(remotes.length === 0 ? {} : { remotes }),
      ...(paths.length === 0 ? {} : { paths }),
      ...(options.has("no-delete") ? { delete: false } : {}),
      ...(options.has("dry-run") ? { dryRun: true } : {}),
      ...(options.has("checksum") ? { checksum: true } : {}),
    });
  } catch (error) {
    if (!(error instanceof TssyncError) || error.code !== "RESYNC_RUNNING" || !joins) throw error;
    const id = String(error.details["id"]);
    terminal.err(`tssync: the resync ${id} of the same scope is running, waiting for that one\n`);
    return await client.resync(id, 0);
  }
}

type Waiting = { readonly terminal: Terminal; readonly timeoutMs: number | null };

async function waitForEnd(
  client: Client,
  started: ResyncDocument,
  { terminal, timeoutMs }: Waiting,
): Promise<ResyncDocument> {
  using progress = await openProgress(terminal);
  const lookMs = terminal.showsProgress ? WAIT_WITH_PROGRESS_MS : WAIT_MS;
  const untilMs = performance.now() + (timeoutMs ?? Infinity);
  const told = new Set<string>();
  let resync = started;
  while (resync.finishedAt === null && resync.state !== "held") {
    progress.show(resync.progress);
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) throw timeoutError(resync, timeoutMs!, told);
    resync = await client.resync(resync.id, Math.ceil(Math.min(lookMs, leftMs)));
    if (resync.finishedAt === null) await tellTrouble(client, resync, { terminal, told });
  }
  return resync;
}

/** Says once of each remote that cannot be reached, or is paused, that it is what is waited for: that may take for ever. */
async function tellTrouble(
  client: Client,
  { request, perRemote }: ResyncDocument,
  { terminal, told }: { readonly terminal: Terminal; readonly told: Set<string> },
): Promise<void> {
  const { roots } = await client.status();
  for (const { id: root, state: rootState, remotes } of roots) {
    for (const { id, state, reason } of remotes) {
      const isMeant = (request.roots?.includes(root) ?? true) && (request.remotes?.includes(id) ?? true) &&
        !perRemote.some((result) => result.root === root && result.remote === id);
      const isPaused = rootState === "paused" || state === "paused";
      if (!isMeant || told.has(id) || !(isPaused || state === "retrying" || state === "failing")) continue;
      told.add(id);
      const why = isPaused ? ": it is paused" : reason === null ? "" : `: ${visibleText(reason)}`;
      terminal.err(`tssync: waiting for ${visibleText(id)}${why}\n`);
    }
  }
}

function timeoutError({ id }: ResyncDocument, timeoutMs: number, remotes: ReadonlySet<string>): TssyncError {
  const missing = remotes.size === 0 ? "" : `; it waits for ${[...remotes].join(", ")}`;
  return new TssyncError(
    "WAIT_TIMEOUT",
    `The resync ${id} has not ended within ${
      timeoutMs / 1000
    } s and goes on${missing}. tssync status shows how it goes`,
    { id, remotes: [...remotes] },
  );
}

/** @throws TssyncError USAGE */
function timeoutOf(options: OptionValues): number | null {
  const text = options.text("timeout");
  if (text === null) return null;
  const timeoutMs = parseDurationMs(text);
  if (timeoutMs !== null) return timeoutMs;
  throw new TssyncError("USAGE", `--timeout ${JSON.stringify(text)}: expected a duration such as 30s, 10m or 1h`);
}

export function resyncText(resync: ResyncDocument): string {
  const lines = [`resync ${resync.id}: ${resync.state}`];
  for (const result of resync.perRemote) lines.push(`  ${remoteLine(result)}`);
  for (const difference of resync.differences ?? []) {
    lines.push(`${difference.change} ${difference.remote} ${visibleText(difference.path)}`);
  }
  if (resync.differences?.length === 0) lines.push("nothing differs");
  if (resync.finishedAt === null && resync.state !== "held") lines.push("  tssync status shows how it goes");
  return `${lines.join("\n")}\n${resync.state === "held" ? HELD_TEXT : ""}`;
}

/** For a resync whose deletes wait. */
export const HELD_TEXT =
  "held: it would delete more than anybody can have meant; everything else was sent. To decide: tssync holds\n";

/** How one remote fared, in one line. */
export function remoteLine(result: ResyncDocument["perRemote"][number]): string {
  const { remote, root, files, bytes, deletes, seconds, error } = result;
  const done = `${countText(files, "file")}, ${bytesText(bytes)}, ${countText(deletes, "delete")} in ${
    seconds.toFixed(1)
  } s`;
  return `${visibleText(root)} -> ${visibleText(remote)}: ${
    error === null ? done : `failed: ${visibleText(error)} (${done})`
  }`;
}
