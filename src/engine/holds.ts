/** Deletes that wait for a person: opened by a full sync or a batch that wants to delete too much, decided once. */
import { TssyncError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { pathToText } from "../core/path.ts";
import type { Hold } from "./control.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { EventSink } from "./event_log.ts";

export type OpenHold = Pick<Hold, "root" | "remote" | "origin" | "count" | "examples">;

/** What becomes of the deletes. */
export type Decide = (decision: "approve" | "reject", hold: Hold) => void;

const META_KEY = "holds";
const KEPT_KEY = "kept-extras";
const OWED_KEY = "owed-deletes";

export class Holds {
  readonly #world: EngineWorld;
  readonly #events: EventSink;
  readonly #holds: Hold[];
  /** What to do about holds of this process; those of an earlier one go to `onOrphan`. */
  readonly #decides = new Map<string, Decide[]>();
  readonly #onOrphan: Decide;
  /** Remotes that have more than a full sync may delete without asking. */
  readonly #kept: Set<string>;
  /** Remotes of which a person approved deletes that are not made yet, and how many. */
  readonly #owed: Map<string, number>;

  constructor(world: EngineWorld, events: EventSink, onOrphan: Decide) {
    this.#world = world;
    this.#events = events;
    this.#onOrphan = onOrphan;
    const stored = JSON.parse(world.store.readMeta(META_KEY) ?? "[]") as Hold[];
    this.#kept = new Set(JSON.parse(world.store.readMeta(KEPT_KEY) ?? "[]") as string[]);
    this.#owed = new Map(JSON.parse(world.store.readMeta(OWED_KEY) ?? "[]") as [string, number][]);
    // Held changes of an earlier process are found again by its watermark.
    this.#holds = stored.filter((hold) => hold.state !== "waiting" || hold.origin === "resync");
  }

  /** Opens one, or says anew what a waiting one of the same remote and origin holds. */
  open(wanted: OpenHold, decide: Decide): Hold {
    const known = this.waiting(wanted.root, wanted.remote).find((hold) => hold.origin === wanted.origin);
    const hold: Hold = {
      ...wanted,
      examples: wanted.examples.slice(0, LIMITS.holdExamplesMax),
      id: known?.id ?? `h${this.#world.random.token(12)}`,
      createdAtMs: known?.createdAtMs ?? this.#world.clock.wallMs(),
      state: "waiting",
      decidedAtMs: null,
    };
    this.#replace(hold);
    // Several full syncs of one remote may wait for it, each of its own paths.
    const waiting = wanted.origin === "resync" ? this.#decides.get(hold.id) ?? [] : [];
    this.#decides.set(hold.id, [...waiting, decide]);
    if (waiting.length >= LIMITS.resyncsQueuedMax) this.#decides.get(hold.id)!.shift()!("reject", hold);
    if (known === undefined) {
      const { root, remote } = wanted;
      this.#tell("tssync.hold.created", hold);
      const example = wanted.examples[0] === undefined ? "" : `, such as ${pathToText(wanted.examples[0])}`;
      this.#world.log.write(
        "warning",
        `${wanted.count} deletes on ${remote} wait for a decision${example}: tssync holds --approve ${hold.id} (or --reject)`,
        { root, remote, hold: hold.id, count: wanted.count },
      );
    }
    return hold;
  }

  /**
   * Whether what only this remote has stays there: a full sync found too much of it, and none was allowed since to delete it.
   * Until then only names that were seen to go are deleted; a look at a whole directory would delete what is held.
   */
  keepsExtras(root: string, remote: string): boolean {
    return this.#kept.has(`${root} ${remote}`);
  }

  /** A full sync of the remote held its deletes, or made them. */
  keepExtras(root: string, remote: string, keeps: boolean): void {
    this.owe(root, remote, null);
    if (keeps === this.keepsExtras(root, remote)) return;
    if (keeps) this.#kept.add(`${root} ${remote}`);
    else this.#kept.delete(`${root} ${remote}`);
    this.#world.store.writeMeta(KEPT_KEY, JSON.stringify([...this.#kept]));
  }

  /** So many deletes of a full sync were approved; null: they are made, or wanted no more. Outlives the process. */
  owe(root: string, remote: string, count: number | null): void {
    if (count === this.owed(root, remote)) return;
    if (count === null) this.#owed.delete(`${root} ${remote}`);
    else this.#owed.set(`${root} ${remote}`, count);
    this.#world.store.writeMeta(OWED_KEY, JSON.stringify([...this.#owed]));
  }

  /** How many deletes a full sync of the remote may make that no process came to make yet. */
  owed(root: string, remote: string): number | null {
    return this.#owed.get(`${root} ${remote}`) ?? null;
  }

  waiting(root: string, remote: string): Hold[] {
    return this.#holds.filter((hold) => hold.root === root && hold.remote === remote && hold.state === "waiting");
  }

  /** Newest first. */
  list(): readonly Hold[] {
    return [...this.#holds].reverse();
  }

  decide(id: string, decision: "approve" | "reject"): Hold {
    const hold = this.#holds.find((each) => each.id === id);
    if (hold === undefined) throw new TssyncError("NOT_FOUND", `There is no hold ${id}. See: tssync holds.`);
    if (hold.state !== "waiting") {
      throw new TssyncError("HOLD_DECIDED", `Hold ${id} was ${hold.state} before; a decision is made once.`, {
        state: hold.state,
      });
    }
    const decided: Hold = {
      ...hold,
      state: decision === "approve" ? "approved" : "rejected",
      decidedAtMs: this.#world.clock.wallMs(),
    };
    this.#replace(decided);
    this.#tell("tssync.hold.decided", decided);
    const { root, remote } = hold;
    this.#world.log.write("info", `hold ${id} is ${decided.state}: ${hold.count} deletes on ${remote}`, {
      root,
      remote,
      hold: id,
    });
    const decides = this.#decides.get(id) ?? [this.#onOrphan];
    this.#decides.delete(id);
    for (const decide of decides) decide(decision, decided);
    return decided;
  }

  /** A full sync of the remote made all deletes that it found: whoever waits for a decision waits no more. */
  moot(root: string, remote: string): void {
    for (const hold of this.waiting(root, remote)) {
      const decides = hold.origin === "resync" ? this.#decides.get(hold.id) ?? [] : [];
      this.#withdraw(hold);
      for (const decide of decides) decide("reject", hold);
    }
  }

  /** One of those who wait is cancelled; what nobody else waits for is wanted no more. Whether it waited. */
  withdraw(id: string, decide: Decide): boolean {
    const hold = this.#holds.find((each) => each.id === id && each.state === "waiting");
    const waiting = this.#decides.get(id) ?? [];
    if (hold === undefined || !waiting.includes(decide)) return false;
    if (waiting.length === 1) this.#withdraw(hold);
    else this.#decides.set(id, waiting.filter((each) => each !== decide));
    return true;
  }

  #withdraw(hold: Hold): void {
    this.#decides.delete(hold.id);
    const moot: Hold = { ...hold, state: "rejected", decidedAtMs: this.#world.clock.wallMs() };
    this.#replace(moot);
    this.#tell("tssync.hold.decided", moot);
  }

  #tell(type: "tssync.hold.created" | "tssync.hold.decided", { id, root, remote, origin, count, state }: Hold): void {
    const facts = { hold: id, origin, count, state };
    this.#events.append({ type, root, remote, batch: null, items: null, facts });
  }

  #replace(hold: Hold): void {
    const index = this.#holds.findIndex((each) => each.id === hold.id);
    if (index >= 0) this.#holds[index] = hold;
    else this.#holds.push(hold);
    while (this.#holds.length > LIMITS.holdsKeptMax) this.#holds.shift();
    this.#world.store.writeMeta(META_KEY, JSON.stringify(this.#holds));
  }
}
