/**
 * The names of files that have several, as far as they were seen. A write through one name is reported under that name alone.
 * Kept as a tree of names, so that renaming a directory moves one node. What it says is to be checked against the disk.
 */
import { type RelPath, ROOT } from "./path.ts";

/** What makes two names one file. */
export type FileIdentity = { readonly device: number; readonly inode: number };

type Node = { parent: Node | null; name: string; children: Map<string, Node> | null; file: LinkedFile | null };

type LinkedFile = { readonly key: string; readonly names: Set<Node>; namesElsewhere: number };

export class LinkIndex {
  readonly #namesMax: number;
  readonly #files = new Map<string, LinkedFile>();
  readonly #root: Node = { parent: null, name: "", children: null, file: null };
  #size = 0;

  constructor(namesMax: number) {
    this.#namesMax = namesMax;
  }

  /** Names it knows. */
  get size(): number {
    return this.#size;
  }

  /** Remembers a name. False when there is no room for it. */
  add(path: RelPath, identity: FileIdentity): boolean {
    const key = keyOf(identity);
    const node = this.#find(path, this.#size < this.#namesMax);
    if (node === null) return false;
    if (node.file?.key === key) return true;
    this.#unname(node);
    let file = this.#files.get(key);
    if (file === undefined) this.#files.set(key, file = { key, names: new Set(), namesElsewhere: 0 });
    file.names.add(node);
    node.file = file;
    this.#size++;
    return true;
  }

  names(identity: FileIdentity): RelPath[] {
    return [...this.#files.get(keyOf(identity))?.names ?? []].map(pathOf);
  }

  /** The other names of the file that was last seen at a path. */
  beside(path: RelPath): RelPath[] {
    const node = this.#size === 0 ? null : this.#find(path, false);
    return [...node?.file?.names ?? []].filter((other) => other !== node).map(pathOf);
  }

  /** How many names of the file were looked for and not found: they are excluded, or outside. */
  namesElsewhere(identity: FileIdentity): number {
    return this.#files.get(keyOf(identity))?.namesElsewhere ?? 0;
  }

  /** All names there are have been looked for: `linksOf` tells how many each file has. */
  searched(linksOf: ReadonlyMap<string, number>): void {
    for (const [key, links] of linksOf) {
      const file = this.#files.get(key);
      if (file !== undefined) file.namesElsewhere = Math.max(0, links - file.names.size);
    }
  }

  remove(path: RelPath): void {
    const node = this.#find(path, false);
    if (node !== null) this.#detach(node);
  }

  /** Forgets a name that is gone, with all below it. Gives the names that their files still have. */
  forget(path: RelPath): RelPath[] {
    const node = this.#size === 0 ? null : this.#find(path, false);
    if (node === null) return [];
    const files = new Set<LinkedFile>();
    const open = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next.file !== null) files.add(next.file);
      if (next.children !== null) open.push(...next.children.values());
    }
    this.#detach(node);
    return [...files].flatMap(({ names }) => [...names].map(pathOf));
  }

  /** A name, or a directory with all names in it, is called otherwise from now on. */
  rename(from: RelPath, to: RelPath): void {
    this.remove(to);
    const node = this.#find(from, false);
    if (node === null || node === this.#root || this.#isAbove(node, to)) return;
    const { parent } = node;
    parent!.children!.delete(node.name);
    this.#prune(parent!);
    const slash = to.lastIndexOf("/");
    const directory = this.#find((slash < 0 ? ROOT : to.slice(0, slash)) as RelPath, true)!;
    node.parent = directory;
    node.name = to.slice(slash + 1);
    (directory.children ??= new Map()).set(node.name, node);
  }

  #find(path: RelPath, make: boolean): Node | null {
    let node = this.#root;
    if (path === ROOT) return node;
    for (const name of path.split("/")) {
      let next = node.children?.get(name);
      if (next === undefined) {
        if (!make) return null;
        next = { parent: node, name, children: null, file: null };
        (node.children ??= new Map()).set(name, next);
      }
      node = next;
    }
    return node;
  }

  #isAbove(node: Node, path: RelPath): boolean {
    const own = pathOf(node);
    return path === own || path.startsWith(`${own}/`);
  }

  /** Takes a node out, with every name below it. */
  #detach(node: Node): void {
    const open = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      this.#unname(next);
      if (next.children !== null) open.push(...next.children.values());
    }
    if (node.parent === null) node.children = null;
    else {
      node.parent.children!.delete(node.name);
      this.#prune(node.parent);
    }
  }

  #unname(node: Node): void {
    const { file } = node;
    if (file === null) return;
    node.file = null;
    this.#size--;
    file.names.delete(node);
    if (file.names.size === 0) this.#files.delete(file.key);
  }

  /** Directories without names are forgotten. */
  #prune(node: Node): void {
    for (let at = node; at.parent !== null && at.file === null && (at.children?.size ?? 0) === 0; at = at.parent) {
      at.parent.children!.delete(at.name);
    }
  }
}

export function keyOf({ device, inode }: FileIdentity): string {
  return `${device}:${inode}`;
}

function pathOf(node: Node): RelPath {
  const names: string[] = [];
  for (let at = node; at.parent !== null; at = at.parent) names.push(at.name);
  return names.reverse().join("/") as RelPath;
}
