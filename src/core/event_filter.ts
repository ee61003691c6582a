/** Which events somebody wants. */
import { EVENT_TYPE_NAMES, type EventBlock, type EventItem, type EventType, subjectOf } from "./event.ts";
import { compileGlob, isGlob, literalPrefix } from "./glob.ts";

/** All that is given must hold. */
export type EventFilter = {
  /** Types, or beginnings of types that end with `*`. Empty: all. */
  readonly types: readonly string[];
  readonly root: string | null;
  readonly remote: string | null;
  /** What the subject begins with, or a pattern with wildcards. Events that are about no path are left out then. */
  readonly path: string | null;
};

export type CompiledFilter = {
  /** The same for filters that let the same through. */
  readonly key: string;
  /** Whether events of this block can be wanted at all. */
  readonly wantsBlock: (block: EventBlock) => boolean;
  readonly wantsItem: (item: EventItem) => boolean;
};

/** The types that a name stands for: none for an unknown one. */
export function typesNamed(name: string): EventType[] {
  if (!name.endsWith("*")) return EVENT_TYPE_NAMES.filter((type) => type === name);
  return EVENT_TYPE_NAMES.filter((type) => type.startsWith(name.slice(0, -1)));
}

export function compileEventFilter(filter: EventFilter): CompiledFilter {
  const { types, root, remote, path } = filter;
  const wanted = types.length === 0 ? null : new Set(types.flatMap(typesNamed));
  return {
    key: JSON.stringify([types, root, remote, path]),
    wantsBlock: (block) =>
      (wanted === null || wanted.has(block.type)) &&
      (root === null || block.root === root || namesRoot(block, root)) &&
      (remote === null || block.remote === remote) &&
      (path === null || block.items !== null),
    wantsItem: path === null ? () => true : wantsPath(path),
  };
}

/** A resync may be about several roots. */
function namesRoot({ facts }: EventBlock, root: string): boolean {
  return Array.isArray(facts["roots"]) && facts["roots"].includes(root);
}

/** A directory that changed as a whole is wanted by whoever wants something in it: its details are told nowhere else. */
function wantsPath(path: string): (item: EventItem) => boolean {
  const isWanted = isGlob(path) ? compileGlob(path) : (subject: string) => subject.startsWith(path);
  const prefix = literalPrefix(path);
  return (item) => {
    const subject = subjectOf(item);
    if (isWanted(subject)) return true;
    if (item.kind === "directory" && isGlob(path) && isWanted(subject.slice(0, -1))) return true;
    const isWhole = item.reach !== null || item.operation === "rmdir" || item.operation === "move";
    if (item.kind !== "directory" || !isWhole) return false;
    // A pattern may match below it wherever its fixed part leads there.
    return subject === "./" || prefix.startsWith(subject) || (isGlob(path) && subject.startsWith(prefix));
  };
}
