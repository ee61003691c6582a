/** What a token that is good for some roots alone may see and touch. */
import { TssyncError } from "../src/core/error.ts";
import type { CompiledFilter } from "../src/core/event_filter.ts";
import type { Identity } from "./connection.ts";

type Holder = Pick<Identity, "roots"> | null;

/** Whether what belongs to this root is the holder's business. What belongs to no root is for those who may see everything. */
export function mayUseRoot(holder: Holder, root: string | null): boolean {
  return holder !== null && (holder.roots === null || (root !== null && holder.roots.includes(root)));
}

/** @throws TssyncError FORBIDDEN */
export function requireRoot(holder: Holder, root: string): void {
  if (mayUseRoot(holder, root)) return;
  const roots = holder?.roots ?? [];
  throw new TssyncError(
    "FORBIDDEN",
    `The token is not good for the root ${JSON.stringify(root)}, only for ${roots.join(", ")}`,
    { roots },
  );
}

/** The roots that a request means: those it names, which must all be allowed, else all that are. `undefined`: everything. */
export function rootsMeant(holder: Holder, named: readonly string[] | undefined): readonly string[] | undefined {
  for (const root of named ?? []) requireRoot(holder, root);
  return named ?? holder?.roots ?? undefined;
}

/** Events of the holder's roots, and nothing of others. */
export function withinRoots(filter: CompiledFilter, holder: Holder): CompiledFilter {
  const roots = holder?.roots ?? null;
  if (roots === null) return filter;
  return {
    ...filter,
    key: JSON.stringify([filter.key, roots]),
    wantsBlock: (block) => block.root !== null && roots.includes(block.root) && filter.wantsBlock(block),
  };
}
