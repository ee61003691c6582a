/**
 * Started rsyncs that wait for their list: `--files-from=-` connects, authenticates and negotiates before it reads a name. Kept
 * while there is activity, so that a change costs milliseconds instead of a connection. One that dies while idle is nobody's
 * failure.
 */
import type { Clock, RsyncCommand, RsyncProcess, RsyncRunner, Timer } from "../ports.ts";
import type { RemoteConfiguration } from "../config/configuration.ts";
import { LIMITS } from "../core/limits.ts";

/** A process that has started, and where its lines go once it has work. */
export type WaitingRsync = {
  readonly process: RsyncProcess;
  readonly sink: { onLine: ((line: string) => void) | null };
};

export type WarmSendersOptions = {
  readonly runner: RsyncRunner;
  readonly clock: Clock;
  readonly command: () => RsyncCommand;
  /** As it is now: rsync's own time-out would end an idle connection. */
  readonly configuration: () => Pick<RemoteConfiguration, "timeoutSeconds" | "warm">;
  /** Whether the root is the directory that is mirrored. A sender that was started in another one must never send. */
  readonly isSound: () => boolean;
};

type Waiting = { readonly rsync: WaitingRsync; readonly startedAtMs: number; readonly ageTimer: Timer };

export class WarmSenders {
  readonly #options: WarmSendersOptions;
  /** The one that has waited longest first: its connection stands. */
  readonly #waiting = new Set<Waiting>();
  /** How many are kept: one, and more while changes follow each other faster than one can connect. */
  #wanted = 1;
  #lastActivityMs = 0;
  /** How old an idle one may get. Learned from those that the other side ended. */
  #ageMsMax: number;
  #closed = false;

  constructor(options: WarmSendersOptions) {
    this.#options = options;
    this.#ageMsMax = this.#usualAgeMs();
  }

  /** The configuration is another one: what waits was started with the old one. */
  renew(): void {
    this.end();
    this.#ageMsMax = this.#usualAgeMs();
    if (this.#mode === "always") this.refresh();
  }

  get #mode(): RemoteConfiguration["warm"] {
    return this.#options.configuration().warm;
  }

  #usualAgeMs(): number {
    const { timeoutSeconds } = this.#options.configuration();
    return timeoutSeconds === null ? LIMITS.warmAgeMsMax : timeoutSeconds * 1000 / 2;
  }

  /** A waiting process, which is the caller's from now on; null when there is none. */
  take(): WaitingRsync | null {
    const [waiting] = this.#waiting;
    const nowMs = this.#options.clock.monotonicMs();
    // None, or one that is still connecting: changes come faster than this many can serve.
    if (waiting === undefined || nowMs - waiting.startedAtMs < LIMITS.warmReadyMs) {
      this.#wanted = Math.min(this.#wanted * 2, LIMITS.warmSendersMax);
    }
    if (waiting === undefined) return null;
    this.#forget(waiting);
    return waiting.rsync;
  }

  /** There was activity: makes sure that some wait for the next changes. */
  refresh(): void {
    this.#lastActivityMs = this.#options.clock.monotonicMs();
    this.#fill();
  }

  /** Ends the waiting ones; `refresh` may start others. */
  end(): void {
    this.#wanted = 1;
    for (const waiting of [...this.#waiting]) {
      this.#forget(waiting);
      waiting.rsync.process.end(LIMITS.killGraceMs);
    }
  }

  /** Ends them for good. */
  close(): void {
    this.#closed = true;
    this.end();
  }

  #fill(): void {
    // The other side ends idle ones at once: a warm sender would only be one more connection for each change.
    if (this.#closed || this.#mode === "off" || this.#ageMsMax < LIMITS.warmAgeMsMin) return;
    while (this.#waiting.size < this.#wanted && this.#start());
  }

  #start(): boolean {
    const { runner, clock, command, isSound } = this.#options;
    const sink: WaitingRsync["sink"] = { onLine: null };
    const process = runner.start(command(), { onLine: (line) => sink.onLine?.(line) });
    // Asked behind the start: what was right then was right when the process took its working directory.
    if (!isSound()) {
      process.end(LIMITS.killGraceMs);
      return false;
    }
    const idleMsMax = this.#mode === "always" ? Infinity : LIMITS.warmIdleMsMax;
    const waiting: Waiting = {
      rsync: { process, sink },
      startedAtMs: clock.monotonicMs(),
      ageTimer: clock.after(Math.min(this.#ageMsMax, idleMsMax), () => this.#replace(waiting)),
    };
    this.#waiting.add(waiting);
    void process.ended.then(() => {
      if (!this.#waiting.has(waiting)) return;
      this.#forget(waiting);
      // Next time it is replaced before the other side loses patience.
      this.#ageMsMax = Math.min(this.#ageMsMax, (clock.monotonicMs() - waiting.startedAtMs) * LEARNED_AGE_FRACTION);
    });
    return true;
  }

  #replace(waiting: Waiting): void {
    const { clock } = this.#options;
    const idleMs = clock.monotonicMs() - this.#lastActivityMs;
    this.#forget(waiting);
    waiting.rsync.process.end(LIMITS.killGraceMs);
    if (idleMs >= LIMITS.warmIdleMsMax / 2) this.#wanted = 1;
    if (this.#mode === "always" || idleMs < LIMITS.warmIdleMsMax) this.#fill();
  }

  #forget(waiting: Waiting): void {
    waiting.ageTimer.cancel();
    this.#waiting.delete(waiting);
  }
}

/** Of the age at which the other side ended one. */
const LEARNED_AGE_FRACTION = 0.8;
