import type { PluginConfiguration } from "../../../src/config/configuration.ts";
import type { WebhookSettings } from "../../../src/config/plugin_settings.ts";
import type { PluginEvent } from "../../../src/core/plugin_event.ts";
import type { PluginLimits } from "../../../src/core/plugin_limits.ts";
import type { QuotaLeft } from "../../../src/core/purge_quota.ts";
import type { Plugin, PluginAnswer, PluginFactory, PluginInterest } from "../../../src/ports.ts";

/** A plugin whose receiver a test plays: `answer` says what becomes of each event. */
export class MemoryPlugin implements Plugin {
  readonly name: string;
  readonly kind = "command";
  readonly receiver: string;
  readonly interest: PluginInterest;
  readonly limits: PluginLimits;
  /** The batches it was given, in order. */
  readonly calls: PluginEvent[][] = [];
  isDisposed = false;
  answer: (event: PluginEvent, signal: AbortSignal) => PluginAnswer | Promise<PluginAnswer> = () => DELIVERED;
  left: readonly QuotaLeft[] = [];
  wanted: (event: PluginEvent) => boolean = () => true;

  constructor(
    { name = "memory", receiver = "", interest = {}, limits = {} }: {
      readonly name?: string;
      readonly receiver?: string;
      readonly interest?: Partial<PluginInterest>;
      readonly limits?: Partial<PluginLimits>;
    } = {},
  ) {
    this.name = name;
    this.receiver = receiver;
    this.interest = { files: "all", types: [], roots: [], below: null, ...interest };
    this.limits = {
      batchMax: 1,
      windowMs: 0,
      inFlightMax: 1,
      deadlineMs: 30_000,
      retryDelaysMs: [1_000, 5_000, 15_000],
      ...limits,
    };
  }

  quotas(): readonly QuotaLeft[] {
    return this.left;
  }

  wants(event: PluginEvent): boolean {
    return this.wanted(event);
  }

  preview(events: readonly PluginEvent[]): Promise<readonly string[]> {
    return Promise.resolve(events.map(({ id }) => id));
  }

  async deliver(events: readonly PluginEvent[], signal: AbortSignal): Promise<readonly PluginAnswer[]> {
    this.calls.push([...events]);
    return await Promise.all(events.map((event) => this.answer(event, signal)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isDisposed = true;
  }
}

export const DELIVERED: PluginAnswer = { outcome: "delivered", message: "200" };

export function refused(message = "500", afterMs: number | null = null): PluginAnswer {
  return { outcome: "retry", message, afterMs };
}

/** Gives out the plugins that a test made, by name. */
export class MemoryPluginFactory implements PluginFactory {
  plugins: readonly Plugin[];
  readonly webhooks: { readonly settings: WebhookSettings; readonly plugin: MemoryPlugin }[] = [];

  constructor(plugins: readonly Plugin[] = []) {
    this.plugins = plugins;
  }

  async refusalOf(url: string): Promise<string | null> {
    return url.includes("forbidden") ? "it is forbidden" : null;
  }

  /** Webhooks are made as they come. */
  async open({ name, settings }: PluginConfiguration): Promise<readonly Plugin[]> {
    if (settings.kind !== "webhook") return this.plugins.filter((plugin) => plugin.name === name);
    this.webhooks.push({
      settings,
      plugin: new MemoryPlugin({ name, interest: { files: null, types: settings.types } }),
    });
    return [this.webhooks.at(-1)!.plugin];
  }
}
