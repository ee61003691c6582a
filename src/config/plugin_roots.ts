import type { PluginDraft } from "./build_plugins.ts";
import { buildRoots, watchOnlyRoot } from "./build_root.ts";
import type { HeadReading, RootDraft } from "./build_root.ts";
import type { Report } from "./report.ts";
import { isPathAtOrBelow } from "./resolve_path.ts";

type Context = {
  readonly cwd: string;
  readonly report: Report;
  /** `-m NAME`: nothing is mirrored, that plugin's directories alone are watched. */
  readonly module: string | null;
  /** What is watched already. */
  readonly known: readonly RootDraft[];
};

/**
 * The directories that are watched for the plugins of one file alone. Beside a mirror these are the ones that no mirrored
 * directory covers; a plugin above one hears of what is mirrored. Plugins without a directory of their own have that of
 * `<sersync>`.
 */
export function pluginRoots(head: HeadReading, drafts: readonly PluginDraft[], context: Context): readonly RootDraft[] {
  const { cwd, report, module, known } = context;
  const enabled = drafts.filter(({ plugin }) => plugin.enabled);
  const roots: RootDraft[] = [];
  const add = (root: RootDraft) => {
    const isKnown = [...known, ...roots].some(({ path }) =>
      isPathAtOrBelow(root.path, path) || (module === null && isPathAtOrBelow(path, root.path))
    );
    if (!isKnown) roots.push(root);
  };
  if (module !== null && enabled.some(({ watches }) => watches.length === 0)) {
    for (const root of buildRoots(head, cwd, report, "without remotes")) add(root);
  }
  const watches = enabled.flatMap((draft) => draft.watches);
  // The highest first: it covers those below.
  for (const watch of watches.toSorted((one, other) => one.path.length - other.path.length)) {
    add(watchOnlyRoot(head, watch, report));
  }
  return roots;
}
