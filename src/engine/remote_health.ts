/** Whether a remote can be flown to: back-off after trouble, told once when it begins and once when it ends. */
import { type BackOff, retryDelayMs } from "../core/timing.ts";
import type { Clock, Log, Random, Timer } from "../ports.ts";
import type { RemoteState } from "./control.ts";

export type HealthOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly root: string;
  readonly remote: string;
  /** Called when the delay is over and a flight may be tried. */
  readonly onRetry: () => void;
  /** It went into trouble (`reason` says which), or is out of it (null). */
  readonly onTurn: (reason: string | null, seconds: number) => void;
};

export class RemoteHealth {
  readonly #options: HealthOptions;
  #backOff: BackOff | null = null;
  #lasting = false;
  #reason: string | null = null;
  #timer: Timer | null = null;
  #paused: string | null = null;
  #closed = false;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Whether a flight may start now. */
  get mayFly(): boolean {
    return this.#timer === null && this.#paused === null && !this.#closed;
  }

  /** While it is in trouble one flight at a time probes it. */
  get probing(): boolean {
    return this.#backOff !== null;
  }

  get reason(): string | null {
    return this.#paused ?? this.#reason;
  }

  get paused(): string | null {
    return this.#paused;
  }

  state(busy: boolean): RemoteState {
    if (this.#paused !== null) return "paused";
    if (this.#backOff !== null) return this.#lasting ? "failing" : "retrying";
    return busy ? "syncing" : "ok";
  }

  /** A flight ended well, or at least reached the remote. */
  succeeded(): void {
    if (this.#backOff === null) return;
    const { clock, log, root, remote } = this.#options;
    const seconds = Math.round((clock.monotonicMs() - this.#backOff.sinceMs) / 1000);
    this.#backOff = null;
    this.#reason = null;
    this.#timer?.cancel();
    this.#timer = null;
    log.write("info", `remote ${remote} is back after ${seconds} s`, { root, remote });
    this.#options.onTurn(null, seconds);
  }

  /** A flight failed as a whole. `lasting`: only a person can mend it. */
  failed(reason: string, lasting: boolean): void {
    const { clock, random, log, root, remote, onRetry } = this.#options;
    const nowMs = clock.monotonicMs();
    this.#backOff = { failures: (this.#backOff?.failures ?? 0) + 1, sinceMs: this.#backOff?.sinceMs ?? nowMs };
    if (this.#reason === null || this.#lasting !== lasting) {
      log.write(
        lasting ? "error" : "warning",
        `remote ${remote} ${lasting ? "refuses us" : "cannot be reached"}: ${reason}`,
        {
          root,
          remote,
        },
      );
    }
    if (this.#reason === null) this.#options.onTurn(reason, 0);
    this.#reason = reason;
    this.#lasting = lasting;
    this.#timer?.cancel();
    if (this.#closed) return;
    this.#timer = clock.after(retryDelayMs(this.#backOff, nowMs, random.fraction(), lasting), () => {
      this.#timer = null;
      onRetry();
    });
  }

  /** What stood in the way may be mended: the next flight need not wait. */
  retrySoon(): void {
    if (this.#timer === null || this.#closed) return;
    this.#timer.cancel();
    this.#timer = null;
    this.#options.onRetry();
  }

  pause(reason: string): void {
    this.#paused = reason;
  }

  resume(): void {
    this.#paused = null;
  }

  /** No flight may start any more. A pause by a person is not ended by that, and none is made: it would outlive the process. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }
}
