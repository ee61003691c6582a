import type { ResyncDocument } from "../../api/resync_schema.ts";
import { ERRORS, TssyncError } from "../core/error.ts";
import { Client, type ResyncInput } from "./client.ts";
import { clientTarget } from "./client_target.ts";
import type { Command } from "./command.ts";
import type { Invocation } from "./parse_arguments.ts";
import { remoteLine } from "./resync_command.ts";
import { samplePaths } from "./sample_paths.ts";
import { countText, visibleText } from "./table_text.ts";
import { jsonText, type Terminal } from "./terminal.ts";

const WAIT_MS = 2_000;
/** What is under way gets so long to arrive; a remote that is down is told by the comparison itself. */
const FLUSH_TIMEOUT = "30s";

type Difference = NonNullable<ResyncDocument["differences"]>[number];

/** What a comparison found. */
type Verdict = {
  readonly inSync: boolean;
  readonly differences: readonly Difference[];
  /** Of remotes that could not be compared. */
  readonly failed: ResyncDocument["perRemote"];
};

/** `tssync verify`: asks a running daemon what its remotes have otherwise than the source. */
export const verifyCommand: Command = async (invocation, surroundings) => {
  const { options } = invocation;
  const { terminal } = surroundings;
  const client = new Client(clientTarget(options, surroundings));
  const scopes = await scopesOf(client, invocation);
  const found = await verify(client, scopes);
  const isRepaired = options.has("repair") && found.differences.length > 0;
  if (isRepaired) await repair(client, scopes, found);
  const left = isRepaired ? await verify(client, scopes) : found;
  if (options.has("json")) terminal.out(jsonText({ ...left, repaired: isRepaired ? found.differences : [] }));
  else tell(terminal, found, isRepaired ? left : null);
  if (left.failed.length > 0) return 1;
  return left.inSync ? 0 : ERRORS.OUT_OF_SYNC.exitCode;
};

/** What is asked for; with a sample one request for each root. */
async function scopesOf(client: Client, { options, operands }: Invocation): Promise<ResyncInput[]> {
  const roots = options.texts("root");
  const remotes = options.texts("remote");
  const base: ResyncInput = {
    ...(remotes.length === 0 ? {} : { remotes }),
    ...(options.has("checksum") ? { checksum: true } : {}),
  };
  const sample = options.text("sample");
  if (sample === null) {
    return [{
      ...base,
      ...(roots.length === 0 ? {} : { roots }),
      ...(operands.length === 0 ? {} : { paths: operands }),
    }];
  }
  if (!/^[1-9]\d{0,3}$/.test(sample) || operands.length > 0) {
    throw new TssyncError("USAGE", `--sample ${sample}: expected a number from 1 to 9999, and no PATH beside it`);
  }
  const known = (await client.status()).roots.map(({ id }) => id);
  const scopes: ResyncInput[] = [];
  for (const root of roots.length === 0 ? known : roots) {
    const paths = samplePaths(await client.manifest(root), Number(sample), Math.random);
    if (paths.length > 0) scopes.push({ ...base, roots: [root], paths });
  }
  return scopes;
}

/** Compares twice: what differs only because it changed in between is no difference. */
async function verify(client: Client, scopes: readonly ResyncInput[]): Promise<Verdict> {
  const first = await compare(client, scopes);
  if (first.differences.length === 0) return first;
  const second = await compare(client, scopes);
  const still = new Set(second.differences.map(keyOf));
  const differences = first.differences.filter((difference) => still.has(keyOf(difference)));
  return { ...second, inSync: differences.length === 0, differences };
}

async function compare(client: Client, scopes: readonly ResyncInput[]): Promise<Verdict> {
  // A remote in trouble lets it time out, and is told below.
  await client.flush({ timeout: FLUSH_TIMEOUT }).catch((error: unknown) => {
    if (!(error instanceof TssyncError) || error.code !== "FLUSH_TIMEOUT") throw error;
  });
  const resyncs: ResyncDocument[] = [];
  for (const scope of scopes) resyncs.push(await runToEnd(client, { ...scope, dryRun: true }));
  const differences = resyncs.flatMap((resync) => resync.differences ?? []);
  const failed = resyncs.flatMap((resync) => resync.perRemote.filter(({ error }) => error !== null));
  return { inSync: differences.length === 0 && failed.length === 0, differences, failed };
}

/** Everything that was compared is sent anew; what a full sync may not delete unasked waits in `tssync holds`. */
async function repair(client: Client, scopes: readonly ResyncInput[], { differences }: Verdict): Promise<void> {
  const roots = new Set(differences.map(({ root }) => root));
  for (const scope of scopes) {
    if (scope.roots !== undefined && !scope.roots.some((root) => roots.has(root))) continue;
    await runToEnd(client, scope);
  }
}

async function runToEnd(client: Client, input: ResyncInput): Promise<ResyncDocument> {
  let resync = await client.startResync(input);
  while (resync.finishedAt === null && resync.state !== "held") resync = await client.resync(resync.id, WAIT_MS);
  return resync;
}

function keyOf({ root, remote, path, change }: Difference): string {
  return JSON.stringify([root, remote, path, change]);
}

function tell(terminal: Terminal, found: Verdict, left: Verdict | null): void {
  const end = left ?? found;
  for (const { change, remote, path } of end.differences) {
    terminal.out(`${change === "delete" ? "only there" : "differs"}  ${remote}  ${visibleText(path)}\n`);
  }
  for (const result of end.failed) terminal.out(`not compared: ${remoteLine(result)}\n`);
  if (left !== null) terminal.out(`${countText(found.differences.length, "difference")} found, repaired\n`);
  if (end.inSync) terminal.out("in sync\n");
  else if (end.differences.length > 0) {
    const cure = left === null
      ? "tssync verify --repair mends it"
      : "tssync failures and tssync holds say what stands in the way";
    terminal.out(`${countText(end.differences.length, "difference")}; ${cure}\n`);
  }
}
