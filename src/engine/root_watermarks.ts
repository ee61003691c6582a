/** What the store knows of a root's remotes: how far each of them is, across restarts. */
import type { RemoteConfiguration, RootConfiguration } from "../config/configuration.ts";
import { placeOf } from "../config/configuration_difference.ts";
import { fingerprint } from "../core/fingerprint.ts";
import { distrust } from "../core/watermark.ts";
import type { RemoteRow } from "../ports.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { Remote } from "./remote.ts";
import type { RootShape } from "./root_shape.ts";
import { type ClockPlace, clockPlace, inPresentTime } from "./stored_time.ts";

type Contact = ClockPlace & { readonly atMs: number };

/** The engine's own columns of a remote's row. What an earlier version did not write is undefined, and as it is now. */
type RemoteDocument = ClockPlace & {
  readonly address?: string;
  readonly paused?: string | null;
  /** From which directory to which place: what the watermark is about. */
  readonly way?: string;
  /** Filter, switches and options under which everything was last compared. */
  readonly meaning?: string;
};

/** A full sync that is still to be made. */
type OwedSync = {
  readonly hold: Disposable;
  /** One that began before is in the air: its end does not count. */
  isAnotherOneFlying: boolean;
};

export class RootWatermarks {
  readonly #world: EngineWorld;
  readonly #rootId: string;
  readonly #shape: RootShape;
  readonly #knownPrints = new WeakMap<RemoteConfiguration, Prints>();
  /** By remote. Until it is made, the watermark stays, and so does what is known of filter and options. */
  readonly #owed = new Map<string, OwedSync>();

  /** Remotes whose first full sync is not over. */
  readonly #contacts = new Set<Remote>();

  constructor(world: EngineWorld, shape: RootShape) {
    this.#world = world;
    this.#rootId = shape.configuration.id;
    this.#shape = shape;
  }

  /** Everything with an older ctime is on the remote; null: nothing is known of it. */
  stored(remote: Remote): number | null {
    const { row, document } = this.#read(remote);
    // What another directory has brought there, or this one elsewhere, says nothing.
    const isSameWay = document.way === undefined || document.way === this.#way(remote);
    const watermarkMs = isSameWay ? row?.watermarkMs ?? null : null;
    if (row === null || watermarkMs === null) return null;
    const place = clockPlace(this.#world);
    const presentMs = inPresentTime(watermarkMs, document, place);
    // At once: the clock may be set right again before the next watermark is written, and what happened meanwhile is early.
    if (presentMs < watermarkMs) {
      this.#world.store.writeRemote({
        ...row,
        watermarkMs: presentMs,
        document: JSON.stringify({ ...document, ...place }),
      });
    }
    return presentMs;
  }

  /** Whether filter, switches or rsync's options are others than when everything was last compared. */
  isOutdated(remote: Remote): boolean {
    const { meaning } = this.#read(remote).document;
    return meaning !== undefined && meaning !== this.#meaning(remote);
  }

  /** The remotes that need a full sync before their events mean anything, each with the reason. */
  untrusted(remotes: readonly Remote[]): { readonly remote: Remote; readonly reason: string }[] {
    const nowMs = this.#world.clock.wallMs();
    return remotes.flatMap((remote) => {
      const reason = distrust(this.stored(remote), nowMs);
      return reason === null ? [] : [{ remote, reason }];
    });
  }

  /** Trusts the remotes that have a watermark; gives it for each. */
  trust(remotes: readonly Remote[]): Map<Remote, number> {
    const since = new Map<Remote, number>();
    for (const remote of remotes) {
      const watermarkMs = this.stored(remote);
      if (watermarkMs === null) continue;
      remote.marks.trust();
      since.set(remote, watermarkMs);
    }
    return since;
  }

  /** The same for a root that was away since `sinceMs`, perhaps since before this run. Remotes without a watermark are left out. */
  knownSince(remotes: readonly Remote[], sinceMs: number): Map<Remote, number> {
    const since = this.trust(remotes);
    for (const remote of remotes) {
      if (remote.marks.known) since.set(remote, Math.min(sinceMs, since.get(remote) ?? Infinity));
    }
    return since;
  }

  /**
   * When the first full sync of a remote without a watermark began, in an earlier process; null: in none. What was written since
   * may be on the remote in an older form of the same size and time, which a full sync does not see.
   */
  contact(remote: Remote): number | null {
    const { store, clock } = this.#world;
    const key = this.#contactKey(remote);
    const place = clockPlace(this.#world);
    const known = JSON.parse(store.readMeta(key) ?? "null") as Contact | null;
    if (known === null) store.writeMeta(key, JSON.stringify({ atMs: clock.wallMs(), ...place } satisfies Contact));
    this.#contacts.add(remote);
    return known === null ? null : inPresentTime(known.atMs, known, place);
  }

  /** Makes the watermark hold until the full sync that is about to be made is over. */
  hold(remote: Remote): void {
    const watermarkMs = this.trust([remote]).get(remote) ?? this.#world.clock.wallMs();
    const hold = remote.marks.hold(watermarkMs);
    this.#owed.get(remote.id)?.hold[Symbol.dispose]();
    this.#owed.set(remote.id, { hold, isAnotherOneFlying: remote.isComparing });
  }

  /** The remote is not mirrored to any more. */
  forget(remote: Remote): void {
    this.#owed.delete(remote.id);
    this.#contacts.delete(remote);
  }

  /** A full sync of the remote is over. */
  fullSyncDone(remote: string, atMs: number): void {
    const row = this.#world.store.readRemote(this.#rootId, remote);
    this.#world.store.writeRemote({
      root: this.#rootId,
      remote,
      watermarkMs: row?.watermarkMs ?? null,
      document: row?.document ?? "{}",
      lastFullSyncAtMs: atMs,
    });
    const owed = this.#owed.get(remote);
    if (owed === undefined) return;
    if (owed.isAnotherOneFlying) owed.isAnotherOneFlying = false;
    else {
      owed.hold[Symbol.dispose]();
      this.#owed.delete(remote);
    }
  }

  /** Stores at once that the remote is paused, or no more: somebody was told so. */
  writePause(remote: Remote): void {
    const { row } = this.#read(remote);
    this.#world.store.writeRemote({
      root: this.#rootId,
      remote: remote.id,
      watermarkMs: this.stored(remote),
      lastFullSyncAtMs: row?.lastFullSyncAtMs ?? null,
      document: this.#document(remote),
    });
  }

  /** Stores how far the remote is. `readMs`: what happened before was surely read. */
  write(remote: Remote, readMs: number): void {
    const { row } = this.#read(remote);
    const watermarkMs = remote.marks.watermarkMs(readMs);
    this.#world.store.writeRemote({
      root: this.#rootId,
      remote: remote.id,
      watermarkMs: watermarkMs ?? this.stored(remote),
      lastFullSyncAtMs: row?.lastFullSyncAtMs ?? null,
      document: this.#document(remote),
    });
    // Behind the watermark: killed in between, it is only looked for once more.
    if (watermarkMs === null || !this.#contacts.delete(remote)) return;
    this.#world.store.writeMeta(this.#contactKey(remote), "null");
  }

  #contactKey(remote: Remote): string {
    return `contact:${this.#rootId}:${remote.id}`;
  }

  #read(remote: Remote): { readonly row: RemoteRow | null; readonly document: RemoteDocument } {
    const row = this.#world.store.readRemote(this.#rootId, remote.id);
    return { row, document: row === null ? {} : JSON.parse(row.document) as RemoteDocument };
  }

  #document(remote: Remote): string {
    const { configuration: { address }, paused } = remote;
    const isOwed = this.#owed.has(remote.id);
    const meaning = isOwed ? this.#read(remote).document.meaning ?? NEVER_COMPARED : this.#meaning(remote);
    const clock = clockPlace(this.#world);
    const document: RemoteDocument = { address, paused, way: this.#way(remote), meaning, ...clock };
    return JSON.stringify(document);
  }

  #way({ configuration }: Remote): string {
    return this.#prints(configuration).way;
  }

  #meaning({ configuration }: Remote): string {
    return this.#prints(configuration).meaning;
  }

  /** Both are asked for every second, and change with the configuration alone. */
  #prints(remote: RemoteConfiguration): Prints {
    const root = this.#shape.configuration;
    const known = this.#knownPrints.get(remote);
    if (known?.root === root) return known;
    const { path, excludes, switches } = root;
    const way = fingerprint(`${path}\n${placeOf(remote.destination)}`);
    const prints = { root, way, meaning: fingerprint(JSON.stringify([excludes, switches, remote.params])) };
    this.#knownPrints.set(remote, prints);
    return prints;
  }
}

/** What a configuration means, as short texts. */
type Prints = { readonly root: RootConfiguration; readonly way: string; readonly meaning: string };

const NEVER_COMPARED = "";
