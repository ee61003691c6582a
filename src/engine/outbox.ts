/**
 * One plugin's way through the event log. Its place is stored: everything before it was delivered, or stands in the table of
 * deliveries where it waits for another attempt or is dead. While the receiver is down, nothing new is read: the log is the
 * queue, so memory and table stay small however long that takes.
 */
import type { Delivery } from "../core/delivery.ts";
import { cursorText } from "../core/event.ts";
import { OUTBOX_LIMITS } from "../core/plugin_limits.ts";
import { delayAfterAttempt } from "../core/plugin_delays.ts";
import type { BytePath } from "../core/path.ts";
import type { PluginEvent } from "../core/plugin_event.ts";
import { restoreEvent, storeEvent } from "../core/stored_event.ts";
import type { Plugin, PluginAnswer, Timer } from "../ports.ts";
import type { PluginStatus } from "./control.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { EventFeed, EventSink } from "./event_log.ts";
import { EventInterest } from "./event_interest.ts";
import { OutboxLedger, type SettledDelivery } from "./outbox_ledger.ts";
import { OutboxReader } from "./outbox_reader.ts";
import { callPlugin } from "./plugin_call.ts";
import { ReceiverHealth } from "./receiver_health.ts";

export type OutboxOptions = {
  /** Under which it is remembered. */
  readonly key: string;
  readonly plugin: Plugin;
  readonly events: EventFeed & EventSink;
  readonly world: Pick<EngineWorld, "store" | "clock" | "log">;
  readonly rootPath: (root: string) => BytePath | null;
  readonly hasRemotes: (root: string) => boolean;
  /** Whether the mirror has so much to send that deliveries should take their time. */
  readonly isFlooded: () => boolean;
  /** Called for each event whose attempt is over. */
  readonly onOutcome: (key: string, result: "delivered" | "retry" | "dead", durationMs: number) => void;
};

/** An event on its way. */
type Item = {
  readonly event: PluginEvent;
  /** As it is stored. */
  readonly text: () => string;
  /** Its place in the log; null: it comes from the table. */
  readonly seq: number | null;
  readonly row: Delivery | null;
  readonly path: string | null;
  readonly queuedAtMs: number;
};

export class Outbox {
  readonly key: string;
  readonly plugin: Plugin;
  readonly #options: OutboxOptions;
  readonly #reader: OutboxReader;
  readonly #ledger: OutboxLedger;
  readonly #health: ReceiverHealth;
  readonly #stop = new AbortController();
  #queue: Item[] = [];
  readonly #busyPaths = new Set<string>();
  readonly #calls = new Set<Promise<void>>();
  /** While the mirror is flooded nothing is sent before. */
  #restUntilMs = -Infinity;
  #timer: Timer | null = null;
  #removeListener: (() => void) | null = null;

  constructor(options: OutboxOptions) {
    const { key, plugin, events, world, rootPath, hasRemotes } = options;
    this.key = key;
    this.plugin = plugin;
    this.#options = options;
    this.#ledger = new OutboxLedger({
      key,
      world,
      latestSeq: events.range().latestSeq,
      readSeq: () => this.#reader.seq,
      onSaved: () => this.wake(),
    });
    const interest = new EventInterest({ plugin, key, hasRemotes });
    const onGap = (count: number) => this.#lost(count);
    this.#reader = new OutboxReader(this.#ledger.seq, { feed: events, interest, rootPath, onGap });
    this.#health = new ReceiverHealth(plugin.limits.retryDelaysMs);
  }

  /** Begins to deliver. */
  start(): void {
    this.#removeListener = this.#options.events.onCommit(() => this.wake());
    this.wake();
  }

  /** Lets calls end for a moment, stores what they brought and gives the rest up: it comes again. */
  async stop(): Promise<void> {
    this.#removeListener?.();
    this.#removeListener = null;
    this.#timer?.cancel();
    const grace = this.#options.world.clock.after(OUTBOX_LIMITS.stopGraceMs, () => this.#stop.abort());
    await Promise.all(this.#calls);
    grace.cancel();
    this.#stop.abort();
    this.#ledger.stop();
    await this.plugin[Symbol.asyncDispose]();
  }

  /** Looks soon, not at once: whoever calls has something else to do. */
  wake(): void {
    this.#schedule(0);
  }

  /** Tries this one again now. */
  redeliver(delivery: Delivery): Delivery {
    const waiting = this.#ledger.again(delivery);
    this.#health.hurry();
    this.wake();
    return waiting;
  }

  /** Delivers no more, also after a restart; what happens meanwhile is kept by the log. */
  disable(reason: string): void {
    this.#ledger.disabled = reason;
  }

  enable(): void {
    this.#ledger.disabled = null;
    this.#health.hurry();
    this.wake();
  }

  status(): PluginStatus {
    const { events, world: { store } } = this.#options;
    const { name, kind, receiver } = this.plugin;
    const { disabled, waiting, seq } = this.#ledger;
    const isInTrouble = this.#health.reason !== null || waiting > 0;
    const { epoch, latestSeq } = events.range();
    const [first] = store.outboxes.listDeliveries({ key: this.key, state: "waiting", limit: 1 });
    const oldest = [first?.firstAtMs, this.#queue[0]?.event.atMs].filter((atMs) => atMs !== undefined);
    return {
      id: this.key,
      name,
      kind,
      receiver,
      state: disabled !== null ? "disabled" : isInTrouble ? "retrying" : "ok",
      reason: disabled ?? this.#health.reason ?? first?.message ?? null,
      cursor: cursorText({ epoch, seq }),
      waiting,
      dead: store.outboxes.countDeliveries(this.key, "dead"),
      inFlight: this.#calls.size,
      unread: latestSeq - this.#reader.seq + this.#queue.length,
      oldestAtMs: oldest.length === 0 ? null : Math.min(...oldest),
      quotas: this.plugin.quotas(),
    };
  }

  // ---------------------------------------------------------------------------------------------------------- private

  #pump(): void {
    if (this.#removeListener === null || this.#ledger.disabled !== null) return;
    while (this.#mayCall()) {
      const batch = this.#nextBatch();
      if (batch.length === 0) break;
      this.#launch(batch);
    }
    const dueInMs = this.#dueInMs();
    if (dueInMs !== null) this.#schedule(dueInMs);
  }

  #mayCall(): boolean {
    const most = this.#health.isDown || this.#options.isFlooded() ? 1 : this.plugin.limits.inFlightMax;
    return this.#calls.size < most && !this.#ledger.isFull;
  }

  /** How long nothing is sent: the receiver is left alone, or the mirror needs the processor more. */
  #pauseMs(): number {
    const { clock } = this.#options.world;
    const nowMs = clock.monotonicMs();
    const restMs = this.#options.isFlooded() ? this.#restUntilMs - nowMs : 0;
    return Math.max(this.#health.pauseMs(nowMs), restMs);
  }

  /** When time alone gives something to do; null: only the end of a call, a commit or a store that works again does. */
  #dueInMs(): number | null {
    if (!this.#mayCall()) return null;
    const pauseMs = this.#pauseMs();
    if (pauseMs > 0) return pauseMs;
    const [first] = this.#queue;
    const readyInMs = first === undefined
      // A page that holds nothing for it is not the end.
      ? this.#reader.isAtEnd ? null : 0
      : this.#isBusy(first)
      ? null
      : Math.max(0, this.#windowLeftMs(first));
    const dueInMs = this.#ledger.nextDueInMs();
    return readyInMs === null || dueInMs === null ? readyInMs ?? dueInMs : Math.min(readyInMs, dueInMs);
  }

  /** What is sent next; nothing where nothing may be. What waits for another attempt comes first. */
  #nextBatch(): readonly Item[] {
    if (this.#pauseMs() > 0) return [];
    const { batchMax } = this.plugin.limits;
    const due = this.#ledger.due(batchMax).map((row) => this.#again(row)).filter((item) => !this.#isBusy(item));
    if (due.length > 0) return due;
    this.#fill();
    const [first] = this.#queue;
    if (first === undefined || (this.#queue.length < batchMax && this.#windowLeftMs(first) > 0)) return [];
    const blocked = this.#queue.findIndex((item) => this.#isBusy(item));
    return this.#queue.splice(0, Math.min(batchMax, blocked < 0 ? this.#queue.length : blocked));
  }

  #fill(): void {
    const { queueMax } = OUTBOX_LIMITS;
    if (this.#queue.length > queueMax / 2 || this.#reader.isAtEnd) return;
    const nowMs = this.#options.world.clock.monotonicMs();
    for (const { event, block, index } of this.#reader.read(queueMax - this.#queue.length)) {
      const seq = block.firstSeq + index;
      const text = () => storeEvent(block, index);
      this.#queue.push({ event, text, seq, row: null, path: pathKey(event), queuedAtMs: nowMs });
      this.#ledger.opened(seq);
    }
    this.#ledger.passed();
  }

  /** An event that was tried before. */
  #again(row: Delivery): Item {
    const event = this.#reader.restore(restoreEvent(row.event), 0);
    return { event, text: () => row.event, seq: null, row, path: pathKey(event), queuedAtMs: 0 };
  }

  #windowLeftMs({ queuedAtMs }: Item): number {
    return queuedAtMs + this.plugin.limits.windowMs - this.#options.world.clock.monotonicMs();
  }

  #isBusy({ path }: Item): boolean {
    return path !== null && this.#busyPaths.has(path);
  }

  #launch(items: readonly Item[]): void {
    for (const { path, row } of items) {
      if (path !== null) this.#busyPaths.add(path);
      if (row !== null) this.#ledger.setOut(row.id);
    }
    const call = this.#deliver(items).finally(() => {
      this.#calls.delete(call);
      this.wake();
    });
    this.#calls.add(call);
  }

  async #deliver(items: readonly Item[]): Promise<void> {
    const { world: { clock }, onOutcome } = this.#options;
    const { signal } = this.#stop;
    const { answers, durationMs } = await callPlugin(this.plugin, items.map(({ event }) => event), { clock, signal });
    const { floodRestShare, floodRestMsMin, floodRestMsMax } = OUTBOX_LIMITS;
    const restMs = Math.min(Math.max(durationMs * floodRestShare, floodRestMsMin), floodRestMsMax);
    this.#restUntilMs = clock.monotonicMs() + restMs;
    for (const { path } of items) if (path !== null) this.#busyPaths.delete(path);
    const settled: SettledDelivery[] = [];
    for (const [index, item] of items.entries()) {
      const answer = answers[index]!;
      // What we gave up ourselves says nothing about the receiver, and comes again after the restart.
      if (signal.aborted && answer.outcome !== "delivered") {
        if (item.row !== null) this.#ledger.returned(item.row.id);
        continue;
      }
      const delivery = this.#deliveryOf(item, answer);
      settled.push({ seq: item.seq, rowId: item.row?.id ?? null, delivery });
      onOutcome(this.key, delivery.state === "waiting" ? "retry" : delivery.state, durationMs);
    }
    this.#ledger.settled(settled);
    if (!signal.aborted) this.#judge(answers, settled.map(({ delivery }) => delivery));
  }

  #deliveryOf({ row, event, text }: Item, answer: PluginAnswer): Omit<Delivery, "id"> {
    const nowMs = this.#options.world.clock.wallMs();
    const attempts = (row?.attempts ?? 0) + 1;
    const delayMs = delayAfterAttempt(attempts, this.plugin.limits.retryDelaysMs);
    const isRetried = answer.outcome === "gone" || (answer.outcome === "retry" && delayMs !== null);
    const waitMs = answer.outcome === "retry" ? answer.afterMs ?? delayMs ?? 0 : 0;
    return {
      key: this.key,
      plugin: this.plugin.name,
      eventId: event.id,
      state: answer.outcome === "delivered" ? "delivered" : isRetried ? "waiting" : "dead",
      attempts,
      firstAtMs: row?.firstAtMs ?? nowMs,
      lastAtMs: nowMs,
      nextAtMs: isRetried ? nowMs + waitMs : null,
      message: answer.message.slice(0, OUTBOX_LIMITS.messageCharactersMax),
      event: text(),
    };
  }

  /** What the answers say about the receiver. */
  #judge(answers: readonly PluginAnswer[], deliveries: readonly Omit<Delivery, "id">[]): void {
    const { log, clock } = this.#options.world;
    const [first] = deliveries;
    const gone = answers.find(({ outcome }) => outcome === "gone");
    const refusals = answers.flatMap((answer) => answer.outcome === "retry" ? [answer] : []);
    if (gone !== undefined) {
      this.disable(gone.message);
      this.#tell("disabled", gone.message, first!.eventId);
    } else if (refusals.length < answers.length) {
      const { wasInTrouble, wasDown } = this.#health.succeeded();
      if (wasInTrouble) log.write("info", `plugin ${this.key} delivers again`, { plugin: this.key });
      if (wasDown) this.#ledger.hasten();
    } else {
      const { message } = refusals[0]!;
      const afterMs = Math.max(...refusals.map((refusal) => refusal.afterMs ?? 0));
      const { isNew, isDownNow } = this.#health.failed(clock.monotonicMs(), message, afterMs);
      const facts = { plugin: this.key, event: first!.eventId };
      if (isNew) log.write("warning", `plugin ${this.key} could not deliver, trying again: ${message}`, facts);
      if (isDownNow) this.#tell("down", message, first!.eventId);
    }
    const dead = deliveries.filter(({ state }) => state === "dead");
    if (dead.length > 0) this.#tell("dead", dead[0]!.message, dead[0]!.eventId, dead.length);
  }

  #lost(count: number): void {
    this.#tell("lost", "the log forgot events before the plugin came to look at them", null, count);
  }

  #tell(reason: keyof typeof TROUBLES, message: string, event: string | null, count = 1): void {
    const { world: { log }, events } = this.#options;
    const facts = { plugin: this.key, reason, message, count, ...(event === null ? {} : { event }) };
    log.write(reason === "down" ? "warning" : "error", `plugin ${this.key} ${TROUBLES[reason]}: ${message}`, facts);
    events.append({ type: "tssync.plugin.failed", root: null, remote: null, batch: null, items: null, facts });
  }

  #schedule(delayMs: number): void {
    if (this.#removeListener === null) return;
    this.#timer?.cancel();
    this.#timer = this.#options.world.clock.after(Math.min(delayMs, OUTBOX_LIMITS.timerMsMax), () => this.#pump());
  }
}

const TROUBLES = {
  down: "does not reach its receiver and tries again",
  dead: "has given events up",
  disabled: "is disabled",
  lost: "has missed events",
} as const satisfies Record<string, string>;

function pathKey({ root, item }: PluginEvent): string | null {
  return item === null ? null : `${root}\0${item.path}`;
}
