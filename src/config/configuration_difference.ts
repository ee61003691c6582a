/** What another configuration changes, and what has to be done about each change. */
import type {
  Configuration,
  Destination,
  PluginConfiguration,
  RemoteConfiguration,
  RootConfiguration,
} from "./configuration.ts";

/** Names of what was added, removed or changed. */
export type NamedChanges = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
};

export type RootDifference = {
  readonly id: string;
  /** Its attributes that differ, by the names of `RootConfiguration`. */
  readonly changes: readonly string[];
  /** It is not the same root any more: its watches are placed anew. Its remotes are not told apart then. */
  readonly isAnew: boolean;
  /** What the mirror is to hold changed: source and remotes have to be compared. */
  readonly isReevaluated: boolean;
  readonly remotes: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly RemoteDifference[];
  };
};

export type RemoteDifference = {
  readonly id: string;
  readonly changes: readonly string[];
  /** Another place: what was known of the old one says nothing. */
  readonly isAnew: boolean;
  readonly isReevaluated: boolean;
};

export type ConfigurationDifference = {
  readonly roots: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly RootDifference[];
  };
  readonly plugins: NamedChanges;
  /** Settings of the whole daemon that are taken over. */
  readonly settings: readonly string[];
  /** Settings that differ, and count from the next start on. */
  readonly needsRestart: readonly string[];
};

/**
 * What follows from a change. `taken`: the next use sees it; `reevaluated`: what the mirror is to hold changed; `anew`: it is
 * another thing under the same name.
 */
type Effect = "taken" | "reevaluated" | "anew" | "apart";

const ROOT_EFFECTS = {
  id: "anew",
  path: "anew",
  watcher: "anew",
  pollEveryMs: "anew",
  openFiles: "anew",
  excludes: "reevaluated",
  switches: "reevaluated",
  initialSync: "taken",
  periodicSync: "taken",
  maxDelete: "taken",
  trash: "taken",
  remotes: "apart",
} as const satisfies Record<keyof RootConfiguration, Effect>;

const REMOTE_EFFECTS = {
  id: "anew",
  // The address is the destination as text.
  address: "apart",
  destination: "taken",
  params: "reevaluated",
  timeoutSeconds: "taken",
  warm: "taken",
} as const satisfies Record<keyof RemoteConfiguration, Effect>;

const SETTING_EFFECTS = {
  files: "taken",
  failLog: "taken",
  listen: "restart",
  debug: "restart",
  log: "restart",
  threadsMax: "restart",
  module: "restart",
  roots: "apart",
  plugins: "apart",
  webhookAllow: "taken",
} as const satisfies Record<keyof Configuration, "taken" | "restart" | "apart">;

/** From `before` to `after`. Two equal configurations differ in nothing. */
export function configurationDifference(before: Configuration, after: Configuration): ConfigurationDifference {
  const roots = named(before.roots, after.roots);
  const plugins = named(pluginGroups(before.plugins), pluginGroups(after.plugins));
  const settings = changedKeys(before, after);
  return {
    roots: {
      added: roots.added,
      removed: roots.removed,
      changed: roots.both.map(([one, other]) => rootDifference(one, other)).filter(isRootChanged),
    },
    plugins: {
      added: plugins.added,
      removed: plugins.removed,
      changed: plugins.both.filter(([one, other]) => !isSame(one, other)).map(([{ id }]) => id),
    },
    settings: settings.filter((key) => SETTING_EFFECTS[key] === "taken"),
    needsRestart: settings.filter((key) => SETTING_EFFECTS[key] === "restart"),
  };
}

/** Whether nothing differs. */
export function isUnchanged({ roots, plugins, settings, needsRestart }: ConfigurationDifference): boolean {
  return [roots, plugins].every((part) => part.added.length + part.removed.length + part.changed.length === 0) &&
    settings.length + needsRestart.length === 0;
}

/**
 * The place that a remote is: what is known of one place says nothing of another. Who goes there, and how, is no part of it.
 */
export function placeOf(destination: Destination): string {
  switch (destination.kind) {
    case "daemon": {
      const { kind, host, port, module, path } = destination;
      return JSON.stringify([kind, host, port, module, path]);
    }
    case "ssh": {
      const { kind, host, port, path } = destination;
      return JSON.stringify([kind, host, port, path]);
    }
    case "local":
      return JSON.stringify([destination.kind, destination.path]);
  }
}

function rootDifference(before: RootConfiguration, after: RootConfiguration): RootDifference {
  const changes = changedKeys(before, after).filter((key) => ROOT_EFFECTS[key] !== "apart");
  const remotes = named(before.remotes, after.remotes);
  return {
    id: after.id,
    changes,
    isAnew: changes.some((key) => ROOT_EFFECTS[key] === "anew"),
    isReevaluated: changes.some((key) => ROOT_EFFECTS[key] === "reevaluated"),
    remotes: {
      added: remotes.added,
      removed: remotes.removed,
      changed: remotes.both.map(([one, other]) => remoteDifference(one, other)).filter(({ changes: some }) =>
        some.length > 0
      ),
    },
  };
}

function remoteDifference(before: RemoteConfiguration, after: RemoteConfiguration): RemoteDifference {
  const changes = changedKeys(before, after).filter((key) => REMOTE_EFFECTS[key] !== "apart");
  return {
    id: after.id,
    changes,
    isAnew: placeOf(before.destination) !== placeOf(after.destination),
    isReevaluated: changes.some((key) => REMOTE_EFFECTS[key] === "reevaluated"),
  };
}

function isRootChanged({ changes, remotes }: RootDifference): boolean {
  return changes.length + remotes.added.length + remotes.removed.length + remotes.changed.length > 0;
}

type PluginGroup = { readonly id: string; readonly blocks: PluginConfiguration[] };

/** Several blocks may share a name: they are told as one. */
function pluginGroups(plugins: readonly PluginConfiguration[]): PluginGroup[] {
  const groups = new Map<string, PluginGroup>();
  for (const plugin of plugins) {
    const group = groups.get(plugin.name);
    if (group === undefined) groups.set(plugin.name, { id: plugin.name, blocks: [plugin] });
    else group.blocks.push(plugin);
  }
  return [...groups.values()];
}

type Paired<T> = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly both: readonly (readonly [T, T])[];
};

function named<T extends { readonly id: string }>(before: readonly T[], after: readonly T[]): Paired<T> {
  const earlier = new Map(before.map((each) => [each.id, each]));
  const later = new Set(after.map(({ id }) => id));
  return {
    added: after.filter(({ id }) => !earlier.has(id)).map(({ id }) => id),
    removed: before.filter(({ id }) => !later.has(id)).map(({ id }) => id),
    both: after.flatMap((each) => {
      const one = earlier.get(each.id);
      return one === undefined ? [] : [[one, each] as const];
    }),
  };
}

function changedKeys<T extends object>(before: T, after: T): (keyof T & string)[] {
  return (Object.keys(after) as (keyof T & string)[]).filter((key) => !isSame(before[key], after[key]));
}

/** Both were made by the same code from the same schema: their fields stand in the same order. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
