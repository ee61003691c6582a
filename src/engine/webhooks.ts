/** Webhooks through the API: made, changed, tested and given new secrets while everything runs. */
import type { PluginConfiguration } from "../config/configuration.ts";
import type { WebhookSettings } from "../config/plugin_settings.ts";
import { TssyncError } from "../core/error.ts";
import type { StoredWebhook, Webhook, WebhookWish } from "../core/webhook.ts";
import { pluginEvent } from "../core/plugin_event.ts";
import type { PluginAnswer } from "../ports.ts";
import type { WebhookControl } from "./control.ts";
import type { Outbox } from "./outbox.ts";
import { callPlugin } from "./plugin_call.ts";
import type { PluginHost, PluginWorld } from "./plugin_host.ts";

const META_KEY = "webhooks";
/** More are no endpoints, but a mistake. */
const WEBHOOKS_MAX = 1_000;
const ID_LETTERS = 12;
/** Some 250 bits. The specification asks for 24 to 64 bytes. */
const SECRET_LETTERS = 48;
/** How long a receiver may take to learn its new secret. */
const ROTATION_MS = 24 * 3_600_000;

export class Webhooks implements WebhookControl {
  readonly #world: PluginWorld;
  readonly #host: PluginHost;
  readonly #known = new Map<string, StoredWebhook>();
  /** Those of the configuration. */
  #configured: readonly PluginConfiguration[] = [];

  constructor(world: PluginWorld, host: PluginHost) {
    this.#world = world;
    this.#host = host;
  }

  /** Runs what was made earlier. */
  async open(): Promise<void> {
    // Written by this class only, in this form.
    const stored = JSON.parse(this.#world.store.readMeta(META_KEY) ?? "[]") as StoredWebhook[];
    for (const webhook of stored) {
      this.#known.set(webhook.id, webhook);
      await this.#run(webhook);
    }
  }

  configured(plugins: readonly PluginConfiguration[]): void {
    this.#configured = plugins.filter(({ enabled, settings }) => enabled && settings.kind === "webhook");
  }

  list(): readonly Webhook[] {
    const configured = this.#configured.map((plugin) => this.#shownConfigured(plugin));
    return [...configured, ...[...this.#known.values()].map((webhook) => this.#shown(webhook))];
  }

  get(id: string): Webhook {
    const found = this.list().find((webhook) => webhook.id === id);
    if (found === undefined) throw new TssyncError("NOT_FOUND", `There is no webhook ${JSON.stringify(id)}.`);
    return found;
  }

  async create(wish: WebhookWish): Promise<{ readonly webhook: Webhook; readonly secret: string }> {
    await this.#refuseForbidden(wish.url);
    if (this.#known.size >= WEBHOOKS_MAX) {
      throw new TssyncError("BODY_INVALID", `There are ${WEBHOOKS_MAX} webhooks already; delete one first.`);
    }
    const id = `wh${this.#world.random.token(ID_LETTERS)}`;
    const secret = this.#newSecret();
    const stored = { ...wish, id, secret, previous: null, createdAtMs: this.#world.clock.wallMs() };
    await this.#replace(stored);
    return { webhook: this.#shown(stored), secret };
  }

  async update(id: string, changes: Partial<WebhookWish>, state?: Webhook["state"]): Promise<Webhook> {
    this.get(id);
    if (Object.keys(changes).length > 0) {
      const stored = this.#own(id);
      if (changes.url !== undefined) await this.#refuseForbidden(changes.url);
      await this.#replace({ ...stored, ...changes });
    }
    const outbox = this.#outbox(id);
    if (state === "disabled") outbox?.disable("somebody disabled it");
    if (state === "enabled") outbox?.enable();
    return this.get(id);
  }

  async delete(id: string): Promise<void> {
    this.get(id);
    this.#own(id);
    await this.#host.remove(keyOf(id));
    this.#known.delete(id);
    this.#world.store.transaction(() => {
      this.#world.store.outboxes.delete(keyOf(id));
      this.#write();
    });
  }

  async test(id: string): Promise<PluginAnswer> {
    this.get(id);
    const outbox = this.#outbox(id);
    if (outbox === null) throw new TssyncError("NOT_READY", `The webhook ${id} does not run.`);
    const { clock, random, node } = this.#world;
    const facts = { message: "This is a test" };
    const event = pluginEvent(
      {
        type: "tssync.webhook.test",
        atMs: clock.wallMs(),
        root: null,
        remote: null,
        batch: null,
        items: null,
        facts,
        epoch: `test${random.token(ID_LETTERS)}`,
        firstSeq: 0,
      },
      0,
      { node, rootPath: null },
    );
    const { answers } = await callPlugin(outbox.plugin, [event], { clock, signal: new AbortController().signal });
    return answers[0]!;
  }

  async rotate(id: string): Promise<{ readonly webhook: Webhook; readonly secret: string }> {
    this.get(id);
    const stored = this.#own(id);
    const secret = this.#newSecret();
    const previous = { secret: stored.secret, untilMs: this.#world.clock.wallMs() + ROTATION_MS };
    await this.#replace({ ...stored, secret, previous });
    return { webhook: this.get(id), secret };
  }

  // ---------------------------------------------------------------------------------------------------------- private

  async #refuseForbidden(url: string): Promise<void> {
    const refusal = await this.#world.plugins.refusalOf(url);
    if (refusal === null) return;
    throw new TssyncError("WEBHOOK_FORBIDDEN", `A webhook may not go to ${new URL(url).origin}: ${refusal}.`);
  }

  /** Remembered first: what runs is never forgotten. */
  async #replace(webhook: StoredWebhook): Promise<void> {
    this.#known.set(webhook.id, webhook);
    this.#write();
    await this.#host.remove(keyOf(webhook.id));
    await this.#run(webhook);
  }

  async #run(webhook: StoredWebhook): Promise<void> {
    const [plugin] = await this.#world.plugins.open(configurationOf(webhook));
    if (plugin !== undefined) this.#host.add(keyOf(webhook.id), plugin);
  }

  #write(): void {
    this.#world.store.writeMeta(META_KEY, JSON.stringify([...this.#known.values()]));
  }

  #own(id: string): StoredWebhook {
    const stored = this.#known.get(id);
    if (stored !== undefined) return stored;
    throw new TssyncError("BODY_INVALID", `The webhook ${id} stands in the configuration; change it there and reload.`);
  }

  #outbox(id: string): Outbox | null {
    return this.#host.find(this.#known.has(id) ? keyOf(id) : id) ?? this.#host.findNamed(id);
  }

  #newSecret(): string {
    return `whsec_${btoa(this.#world.random.token(SECRET_LETTERS))}`;
  }

  #shown({ secret: _secret, previous, ...webhook }: StoredWebhook): Webhook {
    const previousUntilMs = previous !== null && previous.untilMs > this.#world.clock.wallMs()
      ? previous.untilMs
      : null;
    return { ...webhook, origin: "api", previousUntilMs, ...this.#running(webhook.id) };
  }

  #shownConfigured({ name, settings }: PluginConfiguration): Webhook {
    // Filtered by kind where it is set.
    const { url, types, roots, batchMax, batchWaitMs } = settings as WebhookSettings;
    const wish = { url, types, roots, batchMax, batchWaitMs };
    const shown = { ...wish, id: name, origin: "configuration", previousUntilMs: null, createdAtMs: null } as const;
    return { ...shown, ...this.#running(name) };
  }

  #running(id: string): Pick<Webhook, "state" | "reason" | "deliveries"> {
    const status = this.#outbox(id)?.status();
    return {
      state: status?.state === "disabled" ? "disabled" : "enabled",
      reason: status?.reason ?? null,
      deliveries: { waiting: status?.waiting ?? 0, dead: status?.dead ?? 0 },
    };
  }
}

function keyOf(id: string): string {
  return `webhook/${id}`;
}

/** As if it stood in a file. */
function configurationOf({ id, secret, previous, ...wish }: StoredWebhook): PluginConfiguration {
  const { url, types, roots, batchMax, batchWaitMs } = wish;
  return {
    name: id,
    enabled: true,
    when: "all",
    settings: {
      kind: "webhook",
      url,
      types,
      roots,
      batchMax,
      batchWaitMs,
      secret: { from: "text", text: secret },
      previous: previous === null
        ? null
        : { secret: { from: "text", text: previous.secret }, untilMs: previous.untilMs },
    },
    element: { name: "webhook", attributes: {}, children: [] },
  };
}
