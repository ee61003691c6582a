import { type ConfigurationDifference, isUnchanged, type RootDifference } from "./configuration_difference.ts";

/** A difference as one sentence for people: `root www: filter changed, remote a::b added; needs a restart: listen`. */
export function differenceText(difference: ConfigurationDifference): string {
  if (isUnchanged(difference)) return "nothing changed";
  const { roots, plugins, settings, needsRestart } = difference;
  const parts = [
    ...named("root", "added", roots.added),
    ...named("root", "removed", roots.removed),
    ...roots.changed.map(rootText),
    ...named("plugin", "added", plugins.added),
    ...named("plugin", "removed", plugins.removed),
    ...named("plugin", "changed", plugins.changed),
    ...(settings.length === 0 ? [] : [`changed: ${settings.join(", ")}`]),
    ...(needsRestart.length === 0 ? [] : [`counts only after a restart: ${needsRestart.join(", ")}`]),
  ];
  return parts.join("; ");
}

function rootText({ id, changes, isAnew, remotes }: RootDifference): string {
  const parts = [
    ...(changes.length === 0 ? [] : [`${changes.join(", ")} changed${isAnew ? ", watched anew" : ""}`]),
    ...named("remote", "added", remotes.added),
    ...named("remote", "removed", remotes.removed),
    ...remotes.changed.map((remote) =>
      `remote ${remote.id}: ${remote.changes.join(", ")} changed${remote.isAnew ? ", another place" : ""}`
    ),
  ];
  return `root ${id}: ${parts.join(", ")}`;
}

function named(what: string, how: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${what}${names.length > 1 ? "s" : ""} ${names.join(", ")} ${how}`];
}
