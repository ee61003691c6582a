import { parentPath, type RelPath, ROOT } from "../core/path.ts";
import type { FailureOperation } from "../ports.ts";
import { isExcludedAnyway } from "./current_filter.ts";
import type { FailLog } from "./fail_log.ts";
import { lookAt } from "./lane.ts";
import type { Remote } from "./remote.ts";
import type { Root } from "./root.ts";

/** Asks a remote to send a path again that it refused. */
export function retryFailure(
  { root, remote }: { readonly root: Root; readonly remote: Remote },
  failure: { readonly path: RelPath; readonly operation: FailureOperation; readonly failLog: FailLog },
): void {
  const { path, operation, failLog } = failure;
  const { world, filter, rootId } = root;
  const seen = lookAt(root, path);
  const isExcluded = seen === null
    ? isExcludedAnyway(filter, path)
    : filter.excludedBy(path, seen.kind === "directory" ? "directory" : "other") !== null;
  // Excluded since it failed: for the mirror there is no such path any more.
  if (isExcluded) {
    world.store.clearFailures(rootId, remote.id, [path], false);
    failLog.changed(rootId, remote.id);
    return;
  }
  // What lies in a directory that could not be read was never seen.
  const isDirectory = seen?.kind === "directory" && path !== ROOT;
  const kind = operation === "delete" || isDirectory ? "subtree" : "path";
  const mark = root.newMark(path, kind, world.clock.wallMs());
  remote.mark({ ...mark, content: kind === "path" }, parentPath(path));
  remote.wake();
}
