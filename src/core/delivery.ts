/** What is remembered of plugins and of what they were given. */

/** How far one plugin has come in the event log. `document` is the engine's own JSON. */
export type OutboxRow = { readonly key: string; readonly seq: number; readonly document: string };

/** `waiting`: it is tried again; `dead`: it is not, unless somebody asks. */
export const DELIVERY_STATES = ["waiting", "delivered", "dead"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What became of one event at one plugin. */
export type Delivery = {
  readonly id: number;
  /** The outbox, and the name of its plugin. */
  readonly key: string;
  readonly plugin: string;
  readonly eventId: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** null: it is not tried again by itself. */
  readonly nextAtMs: number | null;
  /** What was answered last. */
  readonly message: string;
  /** The event, as the engine keeps it. */
  readonly event: string;
};

/** All that is given must hold. */
export type DeliveryQuery = {
  readonly key?: string | undefined;
  /** The plugin's name, or the key of an outbox. */
  readonly plugin?: string | undefined;
  readonly state?: DeliveryState | undefined;
  readonly dueAtMs?: number | undefined;
  readonly afterId?: number | undefined;
  readonly limit?: number | undefined;
};
