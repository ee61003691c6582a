/** Under what this program runs, such as `bun 1.4.5`. */
export function runtimeText(): string {
  const { deno, bun, node } = process.versions as Record<string, string | undefined>;
  if (deno !== undefined) return `deno ${deno}`;
  return bun === undefined ? `node ${node}` : `bun ${bun}`;
}

/** Where Bun keeps the sources inside an executable that it compiled. */
const INSIDE_EXECUTABLE = "/$bunfs/";

/** The command that starts this very program again, without its arguments. */
export function ownCommand(): readonly string[] {
  const script = process.argv[1] ?? "";
  if (script.startsWith(INSIDE_EXECUTABLE)) return [process.execPath];
  return process.versions["deno"] === undefined
    ? [process.execPath, script]
    : [process.execPath, "run", "--allow-all", script];
}
