/** One line of a manifest, as far as a sample needs it. */
type ManifestLine = { readonly path: string; readonly type: string };

/** So many files of a manifest (JSON Lines), each as likely as any other. `fraction` gives chance in [0, 1). */
export function samplePaths(manifest: string, countMax: number, fraction: () => number): string[] {
  const chosen: string[] = [];
  let seen = 0;
  for (const line of manifest.split("\n")) {
    if (line === "") continue;
    const { path, type } = JSON.parse(line) as ManifestLine;
    // A name that is not UTF-8 cannot be asked for by it.
    if (type !== "file" || path.includes("\ufffd")) continue;
    seen++;
    if (chosen.length < countMax) chosen.push(path);
    else {
      const at = Math.floor(fraction() * seen);
      if (at < countMax) chosen[at] = path;
    }
  }
  return chosen;
}
