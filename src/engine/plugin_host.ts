/** All plugins of one instance, each with an outbox of its own: what one of them does is nothing to the others. */
import type { PluginConfiguration } from "../config/configuration.ts";
import type { Delivery, DeliveryQuery } from "../core/delivery.ts";
import { TssyncError } from "../core/error.ts";
import type { BytePath } from "../core/path.ts";
import type { Plugin } from "../ports.ts";
import type { PluginControl, PluginStatus } from "./control.ts";
import type { EngineWorld } from "./engine_world.ts";
import type { EventFeed, EventSink } from "./event_log.ts";
import { Outbox, type OutboxOptions } from "./outbox.ts";
import { Webhooks } from "./webhooks.ts";

/** As much of the world as plugins need. */
export type PluginWorld = Pick<EngineWorld, "store" | "clock" | "log" | "random" | "node" | "plugins" | "metrics">;

export type PluginHostOptions = {
  readonly world: PluginWorld;
  readonly events: EventFeed & EventSink;
  /** The directory of a root, as the configuration names it; null: there is no such root. */
  readonly rootPath: (root: string) => BytePath | null;
  readonly hasRemotes: (root: string) => boolean;
  /** Whether the mirror has so much to send that deliveries should take their time. */
  readonly isFlooded: () => boolean;
};

/** A plugin of the configuration that runs, and what it was made of. */
type Running = { readonly outbox: Outbox; readonly made: string };

export class PluginHost implements PluginControl {
  readonly webhooks: Webhooks;
  readonly #options: PluginHostOptions;
  readonly #running = new Map<string, Running>();
  #isStarted = false;

  constructor(options: PluginHostOptions) {
    this.#options = options;
    this.webhooks = new Webhooks(options.world, this);
  }

  /**
   * Runs these plugins of the configuration and ends those that are no longer in it; what stays as it was is not touched.
   * Throws CONFIG_INVALID where one cannot work, and changes nothing then.
   */
  async configure(plugins: readonly PluginConfiguration[]): Promise<void> {
    const wanted = new Map<string, { readonly plugin: Plugin; readonly made: string }>();
    // Until all of them could be opened: where a later one cannot, those before it do not stay open behind nobody.
    await using opened = new AsyncDisposableStack();
    for (const configuration of plugins.filter(({ enabled }) => enabled)) {
      const made = JSON.stringify(configuration);
      for (const plugin of await this.#options.world.plugins.open(configuration)) {
        opened.use(plugin);
        wanted.set(freeKey(plugin, (key) => wanted.has(key)), { plugin, made });
      }
    }
    opened.move();
    for (const [key, { made }] of [...this.#running]) {
      if (!isWebhook(key) && wanted.get(key)?.made !== made) await this.remove(key);
    }
    for (const [key, { plugin, made }] of wanted) {
      if (this.#running.has(key)) await plugin[Symbol.asyncDispose]();
      else this.add(key, plugin, made);
    }
    this.webhooks.configured(plugins);
  }

  /** Runs one more. */
  add(key: string, plugin: Plugin, made = ""): Outbox {
    const { metrics } = this.#options.world;
    const onOutcome: OutboxOptions["onOutcome"] = (name, result, durationMs) => {
      metrics.counter("deliveries_total", { plugin: name, result }).add(1);
      metrics.histogram("delivery_duration_seconds", { plugin: name }).observe(durationMs / 1_000);
    };
    const outbox = new Outbox({ ...this.#options, key, plugin, onOutcome });
    this.#running.set(key, { outbox, made });
    if (this.#isStarted) outbox.start();
    return outbox;
  }

  /** Ends it; its place and its deliveries stay. */
  async remove(key: string): Promise<void> {
    const running = this.#running.get(key);
    this.#running.delete(key);
    await running?.outbox.stop();
  }

  start(): void {
    this.#isStarted = true;
    for (const { outbox } of this.#running.values()) outbox.start();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ outbox }) => outbox.stop()));
    this.#running.clear();
  }

  find(key: string): Outbox | null {
    return this.#running.get(key)?.outbox ?? null;
  }

  /** The first receiver of a plugin. */
  findNamed(name: string): Outbox | null {
    for (const { outbox } of this.#running.values()) if (outbox.plugin.name === name) return outbox;
    return null;
  }

  status(): readonly PluginStatus[] {
    return [...this.#running.values()].map(({ outbox }) => outbox.status());
  }

  listDeliveries(query: DeliveryQuery): readonly Delivery[] {
    return this.#options.world.store.outboxes.listDeliveries(query);
  }

  redeliver(id: number): Delivery {
    const delivery = this.#options.world.store.outboxes.readDelivery(id);
    if (delivery === null) throw new TssyncError("NOT_FOUND", `There is no delivery ${id}. See: /v1/deliveries.`);
    const outbox = this.find(delivery.key);
    if (outbox === null) {
      throw new TssyncError("NOT_FOUND", `Cannot deliver ${id} again: the plugin "${delivery.key}" does not run.`);
    }
    return outbox.redeliver(delivery);
  }
}

/** A name for each receiver that is the same after a restart. */
function freeKey({ name, receiver }: Plugin, isTaken: (key: string) => boolean): string {
  const key = receiver === "" ? name : `${name} ${receiver}`;
  let free = key;
  for (let number = 2; isTaken(free); number++) free = `${key} #${number}`;
  return free;
}

/** Those that were made through the API are no part of the configuration. */
function isWebhook(key: string): boolean {
  return key.startsWith("webhook/");
}
