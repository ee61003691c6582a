import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { type BigIntStats, constants } from "node:fs";
import * as fs from "node:fs/promises";
import process from "node:process";

/** What stands at one path of a tree that a test builds. A string or bytes are a file, `null` is a directory. */
export type TreeSpec =
  | string
  | Uint8Array
  | null
  | { readonly content: string | Uint8Array; readonly mode?: number; readonly mtimeS?: number }
  | { readonly directory: true; readonly mode: number }
  | { readonly link: string }
  | { readonly hardLink: string }
  | { readonly fifo: true };

/** One entry of a tree as it stands on the disk. */
export type TreeEntry = {
  readonly type: "file" | "directory" | "link" | "other";
  /** The permission bits. */
  readonly mode: number;
  /** Bytes of a file, else 0. */
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly linkTarget: string | null;
  readonly sha256: string | null;
};

/** Paths relative to the root, one character per byte (latin1). The root itself is not in it. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/**
 * Creates what the table says, parents included, in the table's order. Paths and link targets are one character per byte, so
 * `"\xff"` is a name that is not valid UTF-8. `hardLink` names an entry of the same root.
 */
export async function buildTree(root: string, table: Readonly<Record<string, TreeSpec>>): Promise<void> {
  await fs.mkdir(root, { recursive: true });
  for (const [path, spec] of Object.entries(table)) {
    const at = absolute(root, path);
    const slash = path.lastIndexOf("/");
    if (slash > 0) await fs.mkdir(absolute(root, path.slice(0, slash)), { recursive: true });
    if (spec === null) await fs.mkdir(at, { recursive: true });
    else if (typeof spec === "string" || spec instanceof Uint8Array) await fs.writeFile(at, spec);
    else if ("link" in spec) await fs.symlink(Buffer.from(spec.link, "latin1"), at);
    else if ("hardLink" in spec) await fs.link(absolute(root, spec.hardLink), at);
    else if ("fifo" in spec) await run(["mkfifo", "--", `${root}/${path}`], {});
    else if ("directory" in spec) {
      await fs.mkdir(at, { recursive: true });
      await fs.chmod(at, spec.mode);
    } else {
      await fs.writeFile(at, spec.content);
      if (spec.mode !== undefined) await fs.chmod(at, spec.mode);
      if (spec.mtimeS !== undefined) await fs.utimes(at, spec.mtimeS, spec.mtimeS);
    }
  }
}

/**
 * Reads a whole tree, byte for byte. It may change meanwhile (rsync's temporary files come and go): what vanishes between
 * its listing and its reading is not in it. A root that is missing is an error.
 */
export async function listTree(root: string): Promise<Tree> {
  const found = new Map<string, TreeEntry>();
  const walk = async (names: string[], directory: string) => {
    for (const name of names.sort()) {
      const path = directory === "" ? name : `${directory}/${name}`;
      const entry = await unlessVanished(readEntry(absolute(root, path)));
      if (entry === null) continue;
      found.set(path, entry);
      if (entry.type === "directory") await walk((await unlessVanished(namesIn(root, path))) ?? [], path);
    }
  };
  await walk(await namesIn(root, ""), "");
  return found;
}

/** What can be left out of a comparison. */
export type Ignored = { readonly ignore?: readonly (keyof TreeEntry)[] };

/** One line per difference, as `docs/a.txt: size 3, in the second 4`. Empty when the trees are equal. */
export function treeDifferences(first: Tree, second: Tree, { ignore = [] }: Ignored = {}): string[] {
  const lines: string[] = [];
  for (const path of [...new Set([...first.keys(), ...second.keys()])].sort()) {
    const [one, other] = [first.get(path), second.get(path)];
    if (one === undefined) lines.push(`${path}: only in the second`);
    else if (other === undefined) lines.push(`${path}: only in the first`);
    else {
      for (const key of Object.keys(one) as (keyof TreeEntry)[]) {
        if (ignore.includes(key) || one[key] === other[key]) continue;
        lines.push(`${path}: ${key} ${one[key]}, in the second ${other[key]}`);
      }
    }
  }
  return lines;
}

/** How `rsyncDifferences` reaches and compares. */
export type RsyncComparison = {
  readonly source: string;
  /** A directory, an `rsync://` URL or `user@host:path`. */
  readonly destination: string;
  readonly passwordFile?: string;
  /** Further options, as `["-e", server.rsh]` or `["--exclude=*.tmp"]`. */
  readonly options?: readonly string[];
};

/** What `rsync -aHnic --delete` would still change at the destination, one line each. Empty when nothing differs. */
export async function rsyncDifferences(comparison: RsyncComparison): Promise<string[]> {
  const { source, destination, passwordFile, options = [] } = comparison;
  const argv = ["rsync", "-aHnic", "--delete", ...options];
  if (passwordFile !== undefined) argv.push(`--password-file=${passwordFile}`);
  argv.push("--", `${source.replace(/\/*$/, "")}/`, `${destination.replace(/\/*$/, "")}/`);
  const output = await run(argv, { LC_ALL: "C" });
  return output.split("\n").filter((line) => line !== "");
}

function namesIn(root: string, directory: string): Promise<string[]> {
  return fs.readdir(absolute(root, directory), { encoding: "latin1" });
}

/** The value, or null when what was read is gone or has become something else meanwhile. */
async function unlessVanished<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EINVAL" || code === "EISDIR") return null;
    throw error;
  }
}

async function readEntry(at: Buffer): Promise<TreeEntry> {
  const stats: BigIntStats = await fs.lstat(at, { bigint: true });
  const type = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : stats.isSymbolicLink() ? "link" : "other";
  return {
    type,
    mode: Number(stats.mode) & ~constants.S_IFMT,
    size: type === "file" ? Number(stats.size) : 0,
    mtimeNs: stats.mtimeNs,
    linkTarget: type === "link" ? await fs.readlink(at, { encoding: "latin1" }) : null,
    sha256: type === "file" ? createHash("sha256").update(await fs.readFile(at)).digest("hex") : null,
  };
}

function absolute(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(root), Buffer.from("/"), Buffer.from(path, "latin1")]);
}

function run(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    let output = "";
    let errors = "";
    // Names are bytes, also in what rsync prints.
    child.stdout.setEncoding("latin1").on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      errors += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${argv.join(" ")} ended with code ${code}: ${errors}`));
    });
  });
}
