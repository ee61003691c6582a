/**
 * The absolute form of a path given by a person, without `.`, double slashes and a slash at the end. A `..` stays: where
 * symlinks are, only the kernel knows what it means.
 */
export function resolvePath(cwd: string, path: string): string {
  const parts = (path.startsWith("/") ? path : `${cwd}/${path}`).split("/").filter((part) =>
    part !== "" && part !== "."
  );
  return `/${parts.join("/")}`;
}

/** Whether `path` is `ancestor` or lies below it, both absolute and resolved. */
export function isPathAtOrBelow(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(ancestor === "/" ? "/" : `${ancestor}/`);
}
