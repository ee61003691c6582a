/** Whether deletes keep to `maxDelete`, and whether what they take away stands in the trash. */
import { DELETE_WINDOW_SECONDS } from "../../src/core/delete_window.ts";
import type { BytePath } from "../../src/core/path.ts";
import type { ItemizedLine } from "../../src/core/rsync_itemize.ts";
import type { SimulatedRun } from "./process_life.ts";
import type { WorldPlan } from "./storm.ts";
import { shown } from "./trace.ts";
import type { SimulatedRemote } from "./world.ts";

export type BrakeJudgeOptions = {
  readonly plan: WorldPlan;
  readonly remotes: readonly SimulatedRemote[];
  /** Whether a person approved deletes. */
  readonly isApproved: () => boolean;
  readonly accuse: (problem: string) => void;
};

/** Names that one life of the process deleted of one remote because of changes. */
type Deleted = { readonly atMs: number; readonly remote: string };

export class BrakeJudge {
  readonly #options: BrakeJudgeOptions;
  readonly #lives = new WeakMap<SimulatedRun, object>();
  readonly #deleted = new WeakMap<object, Deleted[]>();

  constructor(options: BrakeJudgeOptions) {
    this.#options = options;
  }

  /** A run got its list from this life of the process. */
  sent(run: SimulatedRun, life: object | null): void {
    if (life !== null) this.#lives.set(run, life);
  }

  /** A run says that it deleted a name. `nowMs`: monotonic. */
  deleted(run: SimulatedRun, { path, isDirectory }: ItemizedLine, nowMs: number): void {
    const { plan, remotes, accuse } = this.#options;
    const remote = remotes.find(({ id }) => run.args.at(-1)?.startsWith(id))!;
    if (plan.trash !== null && !isDirectory) {
      const place = run.args.find((argument) => argument.startsWith("--backup-dir="))?.slice("--backup-dir=".length);
      const isKept = place !== undefined && remote.disk.exists(`${remote.root}/${place}/${path}` as BytePath);
      if (!isKept) accuse(`deleted ${shown(path)}, and the trash does not have it`);
    }
    if (plan.maxDelete !== null) this.#count(run, remote.id, nowMs);
  }

  /** Whole trees are counted before, and under a filter they fly by lists, too. */
  #count(run: SimulatedRun, remote: string, nowMs: number): void {
    const { plan: { maxDelete, excludes }, isApproved, accuse } = this.#options;
    const life = this.#lives.get(run);
    if (life === undefined || excludes.length > 0 || run.args.includes("--recursive") || isApproved()) return;
    const deleted = this.#deleted.get(life) ?? [];
    this.#deleted.set(life, deleted);
    deleted.push({ atMs: nowMs, remote });
    const sinceMs = nowMs - (DELETE_WINDOW_SECONDS - 1) * 1000;
    const count = deleted.filter((each) => each.remote === remote && each.atMs > sinceMs).length;
    if (count === maxDelete! + 1) {
      accuse(`deleted ${count} names within a minute and asked nobody: maxDelete is ${maxDelete}`);
    }
  }
}
