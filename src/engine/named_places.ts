/** Roots and remotes by their names, as they are asked for from outside. */
import { TssyncError } from "../core/error.ts";
import type { Remote } from "./remote.ts";
import type { Root } from "./root.ts";

/** Throws NOT_FOUND with the names there are. */
export function rootNamed(roots: readonly Root[], id: string): Root {
  const root = roots.find(({ rootId }) => rootId === id);
  if (root !== undefined) return root;
  const known = roots.map(({ rootId }) => rootId).join(", ");
  throw new TssyncError("NOT_FOUND", `There is no root "${id}". Roots: ${known}.`);
}

/** Throws NOT_FOUND with the names there are. */
export function remoteNamed(root: Root, id: string): Remote {
  const remote = root.remotes.find((each) => each.id === id);
  if (remote !== undefined) return remote;
  const known = root.remotes.map((each) => each.id).join(", ");
  throw new TssyncError("NOT_FOUND", `There is no remote "${id}" of ${root.rootId}. Remotes: ${known}.`);
}
