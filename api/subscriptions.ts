import type { EventFilter } from "../src/core/event_filter.ts";
import { TssyncError } from "../src/core/error.ts";
import type { Store } from "../src/ports.ts";

/** A cursor that the server keeps for somebody, with what they want to hear. */
export type NamedSubscription = {
  readonly name: string;
  readonly cursor: string;
  readonly filter: EventFilter;
  readonly createdAtMs: number;
  readonly acknowledgedAtMs: number | null;
};

type Meta = Pick<Store, "readMeta" | "writeMeta">;

const META_KEY = "subscriptions";
/** More are no names for people. */
const SUBSCRIPTIONS_MAX = 1_000;

/** Named subscriptions, kept in the store: they outlive clients and restarts. */
export class Subscriptions {
  readonly #meta: Meta;
  readonly #wallMs: () => number;
  readonly #known: Map<string, NamedSubscription>;

  constructor({ meta, wallMs }: { readonly meta: Meta; readonly wallMs: () => number }) {
    this.#meta = meta;
    this.#wallMs = wallMs;
    // Written by this class only, in this form.
    const stored = JSON.parse(meta.readMeta(META_KEY) ?? "[]") as NamedSubscription[];
    this.#known = new Map(stored.map((subscription) => [subscription.name, subscription]));
  }

  /** @throws TssyncError NOT_FOUND */
  get(name: string): NamedSubscription {
    const found = this.#known.get(name);
    if (found === undefined) throw new TssyncError("NOT_FOUND", `There is no subscription ${JSON.stringify(name)}`);
    return found;
  }

  /** Makes it, or changes what it wants; a known one keeps its cursor where none is given. */
  put(name: string, filter: EventFilter, cursor: { readonly given: string | null; readonly otherwise: string }) {
    const known = this.#known.get(name);
    if (known === undefined && this.#known.size >= SUBSCRIPTIONS_MAX) {
      throw new TssyncError("BODY_INVALID", `There are ${SUBSCRIPTIONS_MAX} subscriptions already; delete one first`);
    }
    const subscription: NamedSubscription = {
      name,
      filter,
      cursor: cursor.given ?? known?.cursor ?? cursor.otherwise,
      createdAtMs: known?.createdAtMs ?? this.#wallMs(),
      acknowledgedAtMs: known?.acknowledgedAtMs ?? null,
    };
    this.#store(subscription);
    return { subscription, isNew: known === undefined };
  }

  /** Moves its cursor. */
  acknowledge(name: string, cursor: string): NamedSubscription {
    const subscription = { ...this.get(name), cursor, acknowledgedAtMs: this.#wallMs() };
    this.#store(subscription);
    return subscription;
  }

  delete(name: string): void {
    this.get(name);
    this.#known.delete(name);
    this.#write();
  }

  #store(subscription: NamedSubscription): void {
    this.#known.set(subscription.name, subscription);
    this.#write();
  }

  #write(): void {
    this.#meta.writeMeta(META_KEY, JSON.stringify([...this.#known.values()]));
  }
}
