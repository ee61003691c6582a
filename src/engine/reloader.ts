/**
 * Takes over another configuration while everything runs: read and validated as a whole first, then applied as a difference.
 * What did not change is not touched: its watches stand, its flights land. On any problem the old configuration stays.
 */
import type { Configuration, RootConfiguration } from "../config/configuration.ts";
import {
  type ConfigurationDifference,
  configurationDifference,
  type RootDifference,
} from "../config/configuration_difference.ts";
import type { ConfigurationReading } from "../config/configuration_input.ts";
import { differenceText } from "../config/difference_text.ts";
import type { Problem } from "../config/problem.ts";
import { TssyncError } from "../core/error.ts";
import { compileFilter, type Filter } from "../core/filter.ts";
import { LIMITS } from "../core/limits.ts";
import { parentPath, ROOT } from "../core/path.ts";
import type { LastReload, Reload, ResyncRequest } from "./control.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { EventSink } from "./event_log.ts";
import type { Holds } from "./holds.ts";
import { walkBelow } from "./local_walk.ts";
import type { Remote } from "./remote.ts";
import type { Root } from "./root.ts";

export type ReloaderOptions = {
  readonly world: EngineWorld;
  readonly events: EventSink;
  readonly holds: Holds;
  /** All roots, in order: added to and removed from. */
  readonly roots: Root[];
  /** Reads and validates what the daemon was started with. Throws CONFIG_INVALID with `details.problems`. */
  readonly read: () => Promise<ConfigurationReading>;
  readonly configuration: () => Configuration;
  readonly makeRoot: (configuration: RootConfiguration) => Root;
  /** Watches stand: looks for what these remotes lack. */
  readonly catchUp: (root: Root, remotes: readonly Remote[]) => void;
  /** Its timer is set, or set anew. */
  readonly schedule: (root: Root) => void;
  /** Nothing of it is to be done any more. */
  readonly unschedule: (rootId: string) => void;
  readonly compare: (request: ResyncRequest) => void;
  /** Changes nothing, and throws CONFIG_INVALID, where one of them cannot work. */
  readonly configurePlugins: (plugins: Configuration["plugins"]) => Promise<void>;
  /** The new configuration holds. */
  readonly taken: (after: Configuration) => void;
  readonly signal: AbortSignal;
};

export class Reloader {
  readonly #options: ReloaderOptions;
  #last: LastReload;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: ReloaderOptions) {
    this.#options = options;
    // What it was started with was read and found good, too.
    this.#last = { atMs: options.world.clock.wallMs(), ok: true, problems: [] };
  }

  get last(): LastReload {
    return this.#last;
  }

  /** Reads and applies. One at a time, in order. Throws CONFIG_INVALID; the old configuration holds then. */
  reload(): Promise<Reload> {
    const reload = this.#running.then(() => this.#reload());
    this.#running = reload.catch(() => {});
    return reload;
  }

  async #reload(): Promise<Reload> {
    const { world, roots, read, configuration, taken } = this.#options;
    const before = configuration();
    try {
      const { configuration: after, warnings } = await read();
      for (const { message } of warnings) world.log.write("warning", message);
      const difference = configurationDifference(before, after);
      await this.#apply(before, after, difference);
      taken(after);
      // Who mends a password file or a server asks for this, too.
      for (const remote of roots.flatMap((root) => root.remotes)) remote.retrySoon();
      this.#last = { atMs: world.clock.wallMs(), ok: true, problems: [] };
      world.log.write("info", `configuration read again: ${differenceText(difference)}`);
      this.#tell({ ok: true, problems: [], difference });
      return { atMs: this.#last.atMs, difference };
    } catch (error) {
      const problems = problemsOf(error);
      this.#last = { atMs: world.clock.wallMs(), ok: false, problems };
      const messages = problems.map(({ message }) => message).join("; ");
      world.log.write("error", `the configuration is not taken over, the old one stays: ${messages}`);
      this.#tell({ ok: false, problems: problems.map(({ message }) => message), difference: null });
      if (error instanceof TssyncError && error.code === "CONFIG_INVALID") throw error;
      throw new TssyncError("CONFIG_INVALID", messages, { problems });
    }
  }

  #tell(facts: Readonly<Record<string, unknown>>): void {
    const { events } = this.#options;
    events.append({ type: "tssync.config.reloaded", root: null, remote: null, batch: null, items: null, facts });
  }

  async #apply(before: Configuration, after: Configuration, difference: ConfigurationDifference): Promise<void> {
    const { roots, makeRoot, configurePlugins, signal } = this.#options;
    signal.throwIfAborted();
    const wanted = new Map(after.roots.map((root) => [root.id, root]));
    const changed = difference.roots.changed;
    // Whatever can go wrong goes wrong before anything is touched.
    const added = difference.roots.added.map((id) => makeRoot(wanted.get(id)!));
    const anew = changed.filter(({ isAnew }) => isAnew).map(({ id }) => makeRoot(wanted.get(id)!));
    try {
      for (const root of [...added, ...anew]) root.identify();
      await Promise.all(added.map((root) => root.start()));
      await configurePlugins(after.plugins);
    } catch (error) {
      await Promise.all(added.map((root) => root.stop(0)));
      for (const root of anew) root.events.close();
      throw error;
    }
    for (const id of difference.roots.removed) await this.#removeRoot(id, true);
    for (const root of added) this.#begin(root);
    for (const root of anew) await this.#replaceRoot(root, before.roots.find(({ id }) => id === root.rootId)!);
    for (const each of changed) {
      if (each.isAnew) continue;
      const root = roots.find(({ rootId }) => rootId === each.id);
      if (root !== undefined) await this.#changeRoot(root, wanted.get(each.id)!, each);
    }
    // As they stand in the configuration.
    const order = [...wanted.keys()];
    roots.sort((one, other) => order.indexOf(one.rootId) - order.indexOf(other.rootId));
  }

  #begin(root: Root): void {
    const { roots, catchUp, schedule } = this.#options;
    roots.push(root);
    catchUp(root, root.remotes);
    schedule(root);
  }

  async #replaceRoot(root: Root, before: RootConfiguration): Promise<void> {
    await this.#removeRoot(root.rootId, false);
    try {
      await root.start();
      this.#begin(root);
    } catch (error) {
      await root.stop(0);
      const back = this.#options.makeRoot(before);
      await back.start();
      this.#begin(back);
      throw error;
    }
  }

  async #removeRoot(id: string, forGood: boolean): Promise<void> {
    const { roots, unschedule, world } = this.#options;
    const at = roots.findIndex(({ rootId }) => rootId === id);
    const [root] = at < 0 ? [] : roots.splice(at, 1);
    if (root === undefined) return;
    unschedule(id);
    const seenMs = world.clock.wallMs();
    if (forGood) { for (const remote of root.remotes) this.#dropHolds(id, remote.id); }
    await root.stop(LIMITS.stopGraceMs);
    for (const remote of root.remotes) remote.dismiss();
    // What it has is true of it, should it come back.
    root.storeWatermarks(seenMs);
  }

  async #changeRoot(root: Root, after: RootConfiguration, difference: RootDifference): Promise<void> {
    const { catchUp, schedule } = this.#options;
    const oldFilter = compileFilter(root.configuration.excludes);
    const wanted = new Map(after.remotes.map((remote) => [remote.id, remote]));
    root.shape.reconfigure(after);
    const { remotes } = difference;
    const anew = remotes.changed.filter(({ isAnew }) => isAnew).map(({ id }) => id);
    await Promise.all([...remotes.removed, ...anew].map((id) => this.#removeRemote(root, id)));
    const kept = [...root.remotes];
    const others = new Set(remotes.changed.map(({ id }) => id));
    for (const remote of kept) {
      if (difference.isReevaluated || others.has(remote.id)) remote.reconfigure(wanted.get(remote.id)!);
    }
    const added = [...remotes.added, ...anew].map((id) => root.shape.add(wanted.get(id)!));
    if (!root.halted()) { for (const remote of added) remote.start(); }
    if (difference.isReevaluated) await root.reconsider();
    const compared = remotes.changed.filter(({ isReevaluated }) => isReevaluated).map(({ id }) => id);
    this.#compare(root, kept.filter(({ id }) => difference.isReevaluated || compared.includes(id)));
    if (after.initialSync === "never" && difference.changes.includes("excludes")) {
      await this.#markUncovered(root, kept, oldFilter);
    }
    if (added.length > 0) catchUp(root, added);
    if (difference.changes.includes("periodicSync")) schedule(root);
  }

  async #removeRemote(root: Root, id: string): Promise<void> {
    const remote = root.shape.remove(id);
    if (remote === null) return;
    this.#dropHolds(root.rootId, id);
    await remote.stop(LIMITS.stopGraceMs);
    remote.dismiss();
    root.watermarks.forget(remote);
  }

  #dropHolds(root: string, remote: string): void {
    const { holds } = this.#options;
    for (const { id } of holds.waiting(root, remote)) holds.decide(id, "reject");
  }

  /** What the mirror is to hold changed: only a comparison of both sides finds all of it. */
  #compare(root: Root, remotes: readonly Remote[]): void {
    if (remotes.length === 0 || root.configuration.initialSync === "never") return;
    for (const remote of remotes) root.watermarks.hold(remote);
    this.#options.compare({ roots: [root.rootId], remotes: remotes.map(({ id }) => id) });
  }

  /** Where nothing is compared unasked, what the old filter hid is sent, and nothing else. */
  async #markUncovered(root: Root, remotes: readonly Remote[], oldFilter: Filter): Promise<void> {
    const { world, signal } = this.#options;
    const { rootPath, filter } = root;
    await walkBelow(world, { rootPath, top: ROOT, filter, signal }, (path, kind) => {
      if (oldFilter.excludedBy(path, kind === "directory" ? "directory" : "other") === null) return;
      const mark = root.newMark(path, "path", world.clock.wallMs());
      for (const remote of remotes) remote.mark(mark, parentPath(path));
    });
    for (const remote of remotes) remote.wake();
  }
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof TssyncError && error.code === "CONFIG_INVALID" && Array.isArray(error.details["problems"])) {
    return error.details["problems"] as Problem[];
  }
  return [{ file: null, line: null, column: null, message: (error as Error).message }];
}
