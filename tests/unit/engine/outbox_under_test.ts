import type { EventItem, EventType } from "../../../src/core/event.ts";
import type { BytePath, RelPath } from "../../../src/core/path.ts";
import { EventLog } from "../../../src/engine/event_log.ts";
import { Outbox } from "../../../src/engine/outbox.ts";
import type { Plugin } from "../../../src/ports.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryLog } from "../../support/memory/memory_log.ts";
import { MemoryRandom } from "../../support/memory/memory_random.ts";
import { MemoryStore } from "../../support/memory/memory_store.ts";

/** An event log and outboxes that read it, in time that passes when a test says so. The store outlives a crash. */
export class OutboxUnderTest {
  readonly clock = new MemoryClock();
  readonly store = new MemoryStore();
  readonly log = new MemoryLog();
  readonly outcomes: string[] = [];
  /** Roots without remotes. */
  readonly watchOnly = new Set<string>();
  /** Whether the mirror has much to send. */
  isFlooded = false;
  #life = 0;
  events = this.#openLog();

  /** Starts an outbox for a plugin, as the daemon would. */
  start(plugin: Plugin, key = plugin.name): Outbox {
    const outbox = new Outbox({
      key,
      plugin,
      events: this.events,
      world: { store: this.store, log: this.log, clock: this.#mortalClock() },
      rootPath: (root) => root === "gone" ? null : `/${root}` as BytePath,
      hasRemotes: (root) => !this.watchOnly.has(root),
      isFlooded: () => this.isFlooded,
      onOutcome: (_key, result) => void this.outcomes.push(result),
    });
    outbox.start();
    return outbox;
  }

  /** kill -9: no timer of what ran before runs again. */
  crash(): void {
    this.#life++;
    this.events = this.#openLog();
  }

  /** These paths changed, and it is told. */
  tell(
    paths: readonly string[],
    more: { type?: EventType; root?: string; remote?: string; item?: Partial<EventItem> } = {},
  ) {
    const { type = "tssync.file.synced_all", root = "www", remote = null, item = {} } = more;
    const items = paths.map((path): EventItem => ({
      path: path as RelPath,
      operation: "write",
      kind: "file",
      reach: null,
      detectedAtMs: this.clock.wallMs(),
      from: null,
      size: 5,
      mtimeMs: null,
      mode: null,
      ...item,
    }));
    this.events.append({ type, root, remote, batch: "b1", items, facts: {} });
    this.events.commit();
  }

  /** What the table holds, in short. */
  table(): string[] {
    return this.store.outboxes.listDeliveries({}).map(({ eventId, state, attempts, nextAtMs, message }) =>
      `${eventId.slice(-2)} ${state} ${attempts} ${nextAtMs === null ? "-" : nextAtMs - this.clock.wallMs()} ${message}`
    );
  }

  #openLog(): EventLog {
    const { store, log } = this;
    return new EventLog({
      store,
      clock: this.#mortalClock(),
      random: new MemoryRandom(1),
      log,
      bootId: "b",
      node: "web01",
    });
  }

  #mortalClock() {
    const { clock } = this;
    const life = this.#life;
    return {
      wallMs: () => clock.wallMs(),
      monotonicMs: () => clock.monotonicMs(),
      yield: () => clock.yield(),
      bootedAtMs: () => clock.bootedAtMs(),
      after: (delayMs: number, action: () => void) =>
        clock.after(delayMs, () => {
          if (life === this.#life) action();
        }),
    };
  }
}
