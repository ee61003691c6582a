import { baseName, pathToText } from "../core/path.ts";
import type { RelPath } from "../core/path.ts";
import type { RemoteDraft } from "./build_remote.ts";
import type { RootDraft } from "./build_root.ts";
import type { RemoteConfiguration, RootConfiguration } from "./configuration.ts";
import type { RemoteOrigin, RootOrigin } from "./configuration_input.ts";
import type { Report } from "./report.ts";

/** The roots with their names, and where each of them was written down. */
export type SettledRoots = {
  readonly roots: readonly RootConfiguration[];
  readonly origins: ReadonlyMap<string, RootOrigin>;
};

/**
 * Names roots and remotes: what the `id` attributes say, else the last component of the path and the address. Where two
 * would be called the same, the later one gets a number; two equal `id` attributes are a problem.
 */
export function settleIds(
  drafts: readonly RootDraft[],
  initialSync: RootConfiguration["initialSync"],
  report: Report,
): SettledRoots {
  const names = uniqueNames(drafts, (draft) => [lastComponent(draft.path)], report);
  const roots: RootConfiguration[] = [];
  const origins = new Map<string, RootOrigin>();
  for (const [index, draft] of drafts.entries()) {
    const { chosenId: _chosen, origin, remotes: remoteDrafts, ...root } = draft;
    const id = names[index] ?? "";
    const remoteNames = uniqueNames(remoteDrafts, (remote) => [remote.usualId, remote.address], report);
    const remotes = remoteDrafts.map((remote, at): RemoteConfiguration => ({
      id: remoteNames[at] ?? "",
      address: remote.address,
      destination: remote.destination,
      params: remote.params,
      timeoutSeconds: remote.timeoutSeconds,
      warm: remote.warm,
    }));
    roots.push({ ...root, id, remotes, initialSync });
    origins.set(id, { watch: origin, remotes: remoteOrigins(remoteDrafts, remoteNames) });
  }
  return { roots, origins };
}

type Nameable = Pick<RootDraft | RemoteDraft, "chosenId" | "origin">;

/** One name for each, in order. `candidates` are tried before a number is added to the first. */
function uniqueNames<T extends Nameable>(
  items: readonly T[],
  candidates: (item: T) => readonly string[],
  report: Report,
): readonly string[] {
  const taken = new Set<string>();
  for (const { chosenId, origin } of items) {
    if (chosenId === null) continue;
    if (taken.has(chosenId)) report.problem(origin, `id="${chosenId}" is given twice; expected every id once`);
    taken.add(chosenId);
  }
  return items.map((item) => {
    if (item.chosenId !== null) return item.chosenId;
    const name = firstFree(candidates(item), taken);
    taken.add(name);
    return name;
  });
}

function firstFree(candidates: readonly string[], taken: ReadonlySet<string>): string {
  const free = candidates.find((candidate) => !taken.has(candidate));
  if (free !== undefined) return free;
  let number = 2;
  while (taken.has(`${candidates[0]}-${number}`)) number++;
  return `${candidates[0]}-${number}`;
}

function lastComponent(path: string): string {
  // baseName() only looks for the last slash, so that an absolute path is as good as a relative one.
  return pathToText(baseName(path as RelPath)) || "root";
}

function remoteOrigins(drafts: readonly RemoteDraft[], names: readonly string[]): ReadonlyMap<string, RemoteOrigin> {
  return new Map(
    drafts.map(({ origin, passwordFileOrigin }, index) => [
      names[index] ?? "",
      { address: origin, passwordFile: passwordFileOrigin },
    ]),
  );
}
