import type { Configuration, RootConfiguration } from "./configuration.ts";
import type { ConfigurationOrigins, Origin } from "./configuration_input.ts";
import type { Report } from "./report.ts";
import { isPathAtOrBelow } from "./resolve_path.ts";

/** Where a remote's files end up, comparable with other remotes. */
export type Place = {
  readonly rootId: string;
  /** Whether its root deletes on remotes. */
  readonly deletes: boolean;
  readonly origin: Origin;
  /** The same for two places exactly when their paths can be compared: the host, or the module of a daemon. */
  readonly space: string;
  /** Absolute, without a slash at the end. */
  readonly path: string;
};

/** Reports remotes on other machines that are mirrored to the same place, or one into the other. */
export function reportSharedDestinations(
  roots: Configuration["roots"],
  origins: ConfigurationOrigins,
  report: Report,
): void {
  const places: Place[] = [];
  for (const root of roots) {
    for (const remote of root.remotes) {
      const origin = origins.get(root.id)?.remotes.get(remote.id)?.address;
      const place = placeOf(remote);
      if (origin !== undefined && place !== null) {
        places.push({ rootId: root.id, deletes: root.switches.delete, origin, ...place });
      }
    }
  }
  reportOverlaps(places, report);
}

/** A full sync deletes what its source does not have, so two mirrors in one place would delete each other's files. */
export function reportOverlaps(places: readonly Place[], report: Report): void {
  for (const [index, later] of places.entries()) {
    for (const earlier of places.slice(0, index)) {
      if (later.space !== earlier.space) continue;
      const isSame = later.path === earlier.path;
      const overlap = isPathAtOrBelow(later.path, earlier.path) || isPathAtOrBelow(earlier.path, later.path);
      const isTwiceTheSame = isSame && later.rootId === earlier.rootId;
      if (!overlap || (!isTwiceTheSame && !later.deletes && !earlier.deletes)) continue;
      const place = isTwiceTheSame
        ? `it is the same place as ${written(earlier.origin)}; give it once`
        : isSame
        ? `it is the same place as ${written(earlier.origin)}, and each would delete what the other sent`
        : isPathAtOrBelow(later.path, earlier.path)
        ? `it lies inside the place of ${written(earlier.origin)}, which would delete it`
        : `it holds the place of ${written(earlier.origin)} and would delete it`;
      report.problem(later.origin, place);
      break;
    }
  }
}

/** An element or flag and where it stands, inside a sentence. */
export function written({ found, line, file }: Origin): string {
  return file === null ? found : `${found} at line ${line} of ${file}`;
}

function placeOf({ destination }: RootConfiguration["remotes"][number]): Pick<Place, "space" | "path"> | null {
  switch (destination.kind) {
    case "daemon": {
      const space = `rsync ${hostKey(destination.host)} ${destination.port ?? 873} ${destination.module}`;
      return { space, path: `/${destination.path}`.replace(/\/$/, "") };
    }
    case "ssh": {
      const home = destination.path.startsWith("/") ? "" : `${destination.user ?? ""}'s home `;
      const space = `ssh ${hostKey(destination.host)} ${destination.port ?? 22} ${home}`;
      return { space, path: `/${destination.path}`.replace(/\/+/g, "/").replace(/\/$/, "") };
    }
    case "local":
      // What a local path is the same as, only the disk knows.
      return null;
  }
}

function hostKey(host: string): string {
  const name = host.toLowerCase();
  return name === "localhost" || name === "::1" ? "127.0.0.1" : name;
}
