/** What the store knows of a root's remotes: how far each of them is, across restarts. */
import { distrust } from "../core/watermark.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { Remote } from "./remote.ts";
import { type ClockPlace, clockPlace, inPresentTime } from "./stored_time.ts";

/** What stands beside a watermark. */
type RemoteDocument = ClockPlace & { readonly address?: string; readonly paused?: string | null };

type Contact = ClockPlace & { readonly atMs: number };

export class RootWatermarks {
  readonly #world: EngineWorld;
  readonly #rootId: string;
  /** Of remotes whose full sync was asked for at start: what changed since the last run is found by that. */
  readonly #startHolds = new Map<string, Disposable>();

  /** Remotes whose first full sync is not over. */
  readonly #contacts = new Set<Remote>();

  constructor(world: EngineWorld, rootId: string) {
    this.#world = world;
    this.#rootId = rootId;
  }

  /** Everything with an older ctime is on the remote; null: nothing is known of it. */
  stored(remote: Remote): number | null {
    const row = this.#world.store.readRemote(this.#rootId, remote.id);
    const watermarkMs = row?.watermarkMs ?? null;
    if (row === null || watermarkMs === null) return null;
    const document = JSON.parse(row.document) as RemoteDocument;
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

  /** Makes the stored watermark hold until the full sync that is about to be made is over. */
  hold(remote: Remote): void {
    for (const [trusted, watermarkMs] of this.trust([remote])) {
      this.#startHolds.set(trusted.id, trusted.marks.hold(watermarkMs));
    }
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
    this.#startHolds.get(remote)?.[Symbol.dispose]();
    this.#startHolds.delete(remote);
  }

  /** Stores at once that the remote is paused, or no more: somebody was told so. */
  writePause(remote: Remote): void {
    const row = this.#world.store.readRemote(this.#rootId, remote.id);
    this.#world.store.writeRemote({
      root: this.#rootId,
      remote: remote.id,
      watermarkMs: row?.watermarkMs ?? null,
      lastFullSyncAtMs: row?.lastFullSyncAtMs ?? null,
      document: this.#documentOf(remote, row?.document),
    });
  }

  /** Stores how far the remote is. `readMs`: what happened before was surely read. */
  write(remote: Remote, readMs: number): void {
    const row = this.#world.store.readRemote(this.#rootId, remote.id);
    const watermarkMs = remote.marks.watermarkMs(readMs);
    this.#world.store.writeRemote({
      root: this.#rootId,
      remote: remote.id,
      watermarkMs: watermarkMs ?? row?.watermarkMs ?? null,
      lastFullSyncAtMs: row?.lastFullSyncAtMs ?? null,
      document: this.#documentOf(remote, watermarkMs === null ? row?.document : undefined),
    });
    // Behind the watermark: killed in between, it is only looked for once more.
    if (watermarkMs === null || !this.#contacts.delete(remote)) return;
    this.#world.store.writeMeta(this.#contactKey(remote), "null");
  }

  /** `kept`: of the watermark that stays as it is. */
  #documentOf({ configuration: { address }, paused }: Remote, kept: string | undefined): string {
    const { bootId, bootedAtMs } = kept === undefined ? clockPlace(this.#world) : JSON.parse(kept) as RemoteDocument;
    return JSON.stringify(
      { address, paused, bootId, bootedAtMs } satisfies { [Name in keyof RemoteDocument]: unknown },
    );
  }

  #contactKey(remote: Remote): string {
    return `contact:${this.#rootId}:${remote.id}`;
  }
}
