import fc from "fast-check";
import { WHOLE_MASK } from "./inotify_session.ts";
import type { InotifySession } from "./inotify_session.ts";

/** One thing that somebody does below a root: few names and few places, so that they meet. */
export type DiskStep =
  | { readonly does: "mkdir" | "create" | "write" | "unlink" | "rmdir" | "removeTree" | "watch"; readonly path: string }
  | { readonly does: "symlink" | "mkfifo" | "chmod" | "utimes" | "append" | "lstat"; readonly path: string }
  | { readonly does: "rename" | "link"; readonly path: string; readonly to: string };

const NAMES = fc.constantFrom("a", "b", "c\n", "\xff");
const PATHS = fc.array(NAMES, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));

/** Creations stand twice, so that the tree grows. */
const DOES_ONE = fc.constantFrom(
  ...(["mkdir", "mkdir", "create", "write", "unlink", "rmdir", "removeTree", "watch", "watch"] as const),
  ...(["symlink", "mkfifo", "chmod", "utimes", "append", "lstat"] as const),
);

export const DISK_STEPS: fc.Arbitrary<DiskStep> = fc.oneof(
  { arbitrary: fc.record({ does: DOES_ONE, path: PATHS }), weight: 3 },
  { arbitrary: fc.record({ does: fc.constantFrom("rename", "rename", "link"), path: PATHS, to: PATHS }), weight: 1 },
) as fc.Arbitrary<DiskStep>;

/** Takes a step and tells how it ended: "done", the code of the refusal, or what was seen. */
export function takeStep(session: InotifySession, step: DiskStep): string {
  try {
    return act(session, step) ?? "done";
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== "string") throw error;
    return code;
  }
}

function act(session: InotifySession, step: DiskStep): string | void {
  const { disk } = session;
  const path = session.at(step.path);
  switch (step.does) {
    case "mkdir":
    case "create":
    case "unlink":
    case "rmdir":
    case "mkfifo":
      return disk[step.does](path);
    case "removeTree":
      return session.removeTree(step.path);
    case "write":
      return disk.write(path, "content");
    case "append": {
      const file = disk.open(path);
      file.write("more");
      return file.close();
    }
    case "symlink":
      return disk.symlink("a", path);
    case "chmod":
      return disk.chmod(path, 0o700);
    case "utimes":
      return disk.utimes(path, 1_000_000);
    case "watch": {
      const result = session.inotify.addWatch(path, WHOLE_MASK);
      if (!result.ok) return `${result.reason} ${result.code}`;
      session.label(result.wd, step.path);
      return;
    }
    case "lstat": {
      const stat = disk.lstat(path);
      return stat === null ? "missing" : `${stat.kind} ${stat.links} ${stat.mode.toString(8)}`;
    }
    case "rename":
    case "link":
      return disk[step.does](path, session.at(step.to));
  }
}
