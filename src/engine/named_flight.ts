/** Names that somebody asked a resync for and that are no directories: sent, or deleted where they are gone. */
import { encodeList, encodeRules } from "../core/batch.ts";
import type { Filter } from "../core/filter.ts";
import { auditArguments, type CallOptions, flatArguments, ruledArguments } from "../core/rsync_command.ts";
import { CallReport, type ReportedItem } from "./call_report.ts";
import { type FilteredWorld, flyFiltered } from "./filtered_deletes.ts";
import { type FlatRequest, type FlatResult, hasArrived } from "./flat_flight.ts";
import { CANCELLED, type FlightEnd, fly } from "./flight.ts";
import { flyUnfiltered, inParts, isGone } from "./removals.ts";
import { lookIn, spellOut } from "./spelled_deletes.ts";
import { worse } from "./tree_flight.ts";

export type NamedRequest = Omit<FlatRequest, "args" | "waiting" | "onItem"> & {
  readonly call: CallOptions;
  readonly filter: Filter;
  readonly checksum: boolean;
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /** Counts, and hears of every name. */
  readonly report: CallReport;
};

export async function flyNamed(world: FilteredWorld, request: NamedRequest): Promise<FlatResult> {
  const { report, checksum, dryRun, filter } = request;
  const call = checksum ? { ...request.call, params: [...request.call.params, "-c"] } : request.call;
  const plan = { ...request.plan, plain: true };
  const asked = { ...request, call, plan, itemized: true, onItem: (item: ReportedItem) => report.add(item) };
  const takeWaiting = () => null;
  const result = dryRun
    ? await ask(world, asked)
    : filter.active
    ? await flyFiltered(world, { ...asked, takeWaiting })
    : await flyUnfiltered(world, { ...asked, takeWaiting, wholes: new Set() });
  report.bytes += result.report.bytes;
  return result;
}

type Asked = NamedRequest & { readonly onItem: (item: ReportedItem) => void };

async function ask(world: FilteredWorld, request: Asked): Promise<FlatResult> {
  const { call, plan: { entries }, filter, cwd, onItem } = request;
  const found: ReportedItem[] = [];
  const report = new CallReport((item) => {
    found.push(item);
    if (!item.deleted) onItem(item);
  });
  const byRules = call.deletes && call.deletesByRules === true ? entries.filter(isGone) : [];
  const byName = entries.filter((entry) => !byRules.includes(entry));
  let end: FlightEnd = { ...CANCELLED, ending: "complete", exitCode: 0, reason: "" };
  for (const part of [...inParts(byRules), byName]) {
    if (part.length === 0 || !hasArrived({ end })) continue;
    const args = part === byName ? flatArguments({ ...call, content: false, itemized: true }) : ruledArguments(call);
    const list = part === byName ? encodeList(part) : encodeRules(part);
    end = worse(end, await fly(world, { ...request, args: auditArguments(args), list, onLine: report.onLine }));
  }
  const spelled = filter.active ? new Set(spellOut(found, filter, lookIn(world.fileSystem, cwd)).deletes) : null;
  for (const item of found) if (item.deleted && (spelled === null || spelled.has(item.path))) onItem(item);
  return { end, refusals: [], held: [], report };
}
