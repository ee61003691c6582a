/** Reads an rsyncd.conf as far as somebody wants to know whether it will do: globals and modules with their settings. */
export type RsyncdModule = { readonly name: string; readonly settings: ReadonlyMap<string, string> };

/** Of each module, the globals it inherits filled in. Names of settings are in lower case with single blanks. */
export function readRsyncdConf(text: string): RsyncdModule[] {
  const globals = new Map<string, string>();
  const modules: { name: string; settings: Map<string, string> }[] = [];
  let current = globals;
  // A backslash at its end continues a line.
  for (const line of text.replaceAll(/\s*\\\n\s*/g, " ").split("\n")) {
    const bare = line.trim();
    if (bare === "" || bare.startsWith("#") || bare.startsWith(";")) continue;
    const header = /^\[([^\]]+)\]$/.exec(bare);
    if (header !== null) {
      const name = header[1]!.trim();
      current = name.toLowerCase() === "global" ? globals : new Map(globals);
      if (current !== globals) modules.push({ name, settings: current });
      continue;
    }
    const at = bare.indexOf("=");
    if (at > 0) current.set(bare.slice(0, at).trim().toLowerCase().replaceAll(/\s+/g, " "), bare.slice(at + 1).trim());
  }
  return modules;
}

/** As rsync reads its booleans; `otherwise` where nothing is set. */
export function isYes(value: string | undefined, otherwise: boolean): boolean {
  return value === undefined ? otherwise : /^(yes|true|1)$/i.test(value);
}
