/**
 * The watched directories of one root, as a tree of nodes and not as full paths: renaming a directory moves one node. The
 * kernel knows directories by number (`wd`), the tree knows where each of them is now.
 */
import { childPath, type RelPath, ROOT } from "./path.ts";

/** One watched directory. */
export type WatchNode = {
  wd: number;
  parent: WatchNode | null;
  name: string;
  /** null as long as there is none: most directories have no directories in them. */
  children: ChildTable | null;
};

/** Few children are found faster by looking at each; many need a map. */
type ChildTable = WatchNode[] | Map<string, WatchNode>;

/** Up to here an array costs less memory and time than a map. */
const ARRAY_CHILDREN_MAX = 16;

export class WatchTree {
  readonly #byWd = new Map<number, WatchNode>();
  #root: WatchNode | null = null;
  /** Events come in bursts from one directory: its path is built once. */
  #lastNode: WatchNode | null = null;
  #lastPath: RelPath = ROOT;

  /** How many directories are watched. */
  get size(): number {
    return this.#byWd.size;
  }

  get root(): WatchNode | null {
    return this.#root;
  }

  find(wd: number): WatchNode | null {
    return this.#byWd.get(wd) ?? null;
  }

  setRoot(wd: number): WatchNode {
    this.#root = { wd, parent: null, name: "", children: null };
    this.#byWd.set(wd, this.#root);
    return this.#root;
  }

  child(parent: WatchNode, name: string): WatchNode | null {
    const children = parent.children;
    if (children === null) return null;
    if (children instanceof Map) return children.get(name) ?? null;
    return children.find((child) => child.name === name) ?? null;
  }

  /** The watched directory at this path; null when there is none. */
  at(directory: RelPath): WatchNode | null {
    if (directory === ROOT) return this.#root;
    let node = this.#root;
    for (const name of directory.split("/")) node = node === null ? null : this.child(node, name);
    return node;
  }

  *children(parent: WatchNode): Generator<WatchNode> {
    if (parent.children !== null) yield* parent.children.values();
  }

  /** Adds a watched directory. Whatever stood under the name or the number before is replaced; the caller has dealt with it. */
  add(parent: WatchNode, name: string, wd: number): WatchNode {
    const node: WatchNode = { wd, parent, name, children: null };
    this.#attach(node);
    this.#byWd.set(wd, node);
    return node;
  }

  /** Puts a directory, with all below it, under another parent or name. */
  move(node: WatchNode, parent: WatchNode, name: string): void {
    this.detach(node);
    node.parent = parent;
    node.name = name;
    this.#attach(node);
    this.#lastNode = null;
  }

  /** Takes a directory out without forgetting it: it is between the two halves of a rename. Its `pathOf` is null. */
  detach(node: WatchNode): void {
    this.#unlink(node);
    node.parent = null;
    this.#lastNode = null;
  }

  /** Takes a directory and all below it out of the tree; gives the numbers whose watches are now without meaning. */
  remove(node: WatchNode): number[] {
    this.detach(node);
    if (node === this.#root) this.#root = null;
    this.#lastNode = null;
    const wds: number[] = [];
    const open = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      wds.push(next.wd);
      if (this.#byWd.get(next.wd) === next) this.#byWd.delete(next.wd);
      if (next.children !== null) open.push(...next.children.values());
    }
    return wds;
  }

  /** Whether the node still hangs on the root. A long walk asks before it goes on. */
  holds(node: WatchNode): boolean {
    return this.#byWd.get(node.wd) === node && this.pathOf(node) !== null;
  }

  /** Whether `node` is `ancestor` or lies below it. */
  isAtOrBelow(node: WatchNode, ancestor: WatchNode): boolean {
    for (let next: WatchNode | null = node; next !== null; next = next.parent) if (next === ancestor) return true;
    return false;
  }

  /** Where the directory is now; null while it hangs nowhere. */
  pathOf(node: WatchNode): RelPath | null {
    if (node === this.#lastNode) return this.#lastPath;
    const path = this.#buildPath(node);
    if (path !== null) {
      this.#lastNode = node;
      this.#lastPath = path;
    }
    return path;
  }

  #buildPath(node: WatchNode): RelPath | null {
    if (node.parent === null) return node === this.#root ? ROOT : null;
    const above = this.#buildPath(node.parent);
    return above === null ? null : childPath(above, node.name);
  }

  #attach(node: WatchNode): void {
    const parent = node.parent!;
    if (parent.children === null) parent.children = [node];
    else if (parent.children instanceof Map) parent.children.set(node.name, node);
    else {
      const index = parent.children.findIndex((child) => child.name === node.name);
      if (index >= 0) parent.children[index] = node;
      else if (parent.children.length < ARRAY_CHILDREN_MAX) parent.children.push(node);
      else parent.children = new Map([...parent.children, node].map((child) => [child.name, child]));
    }
  }

  #unlink(node: WatchNode): void {
    const siblings = node.parent?.children;
    if (siblings === null || siblings === undefined) return;
    if (siblings instanceof Map) {
      if (siblings.get(node.name) === node) siblings.delete(node.name);
    } else {
      const index = siblings.indexOf(node);
      if (index >= 0) siblings.splice(index, 1);
    }
  }
}
