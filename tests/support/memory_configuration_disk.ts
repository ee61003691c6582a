import type { ConfigurationDisk, DiskProbe } from "../../src/config/configuration_disk.ts";
import type { BytePath } from "../../src/core/path.ts";

/** One entry of a disk that exists in a test alone; what is not given is usual. */
export type MemoryEntry = {
  readonly kind?: "directory" | "file" | "other";
  readonly mode?: number;
  readonly ownerId?: number;
  readonly readable?: boolean;
  /** The entry is a symlink that leads there. */
  readonly leadsTo?: string;
  /** Looking at it ends with this code. */
  readonly code?: string;
};

/** A disk of the given entries; directories above them exist. */
export function memoryConfigurationDisk(
  entries: Readonly<Record<string, MemoryEntry>>,
  userId = 1000,
): ConfigurationDisk {
  /** Follows symlinks in every component. */
  function resolve(path: string): string {
    let resolved = "";
    for (const part of path.split("/").filter((name) => name !== "")) {
      const next = `${resolved}/${part}`;
      const target = entries[next]?.leadsTo;
      resolved = target === undefined ? next : resolve(target);
    }
    return resolved === "" ? "/" : resolved;
  }

  function probe(path: string): DiskProbe {
    const realPath = resolve(path);
    const isAbove = realPath === "/" || Object.keys(entries).some((entry) => entry.startsWith(`${realPath}/`));
    const entry = entries[realPath] ?? (isAbove ? {} : undefined);
    if (entry === undefined) return { found: false, code: "ENOENT" };
    if (entry.code !== undefined) return { found: false, code: entry.code };
    return {
      found: true,
      kind: entry.kind ?? "directory",
      identity: realPath,
      mode: entry.mode ?? 0o600,
      ownerId: entry.ownerId ?? userId,
      readable: entry.readable ?? true,
      realPath: realPath as BytePath,
    };
  }

  return { userId, probe: (path) => Promise.resolve(probe(path)) };
}
