import { z } from "@hono/zod-openapi";
import { type Delivery, DELIVERY_STATES } from "../src/core/delivery.ts";
import { EVENT_TYPE_NAMES } from "../src/core/event.ts";
import { restoreEvent } from "../src/core/stored_event.ts";
import { pathFields, pathFieldsSchema } from "./path_text.ts";
import { timeSchema, timeText } from "./time_text.ts";

export const deliverySchema = z.object({
  id: z.string(),
  plugin: z.string().meta({ description: "The plugin's name, or the id of a webhook" }),
  receiver: z.string().meta({ description: "Which of its receivers: the `id` in the status" }),
  event: z.string().meta({ description: "The event's id, the same at every attempt" }),
  type: z.enum(EVENT_TYPE_NAMES),
  root: z.string().nullable(),
  path: z.string().nullable().meta({ description: "Relative to the root; null where the event is about no path" }),
  pathBase64: pathFieldsSchema.shape.pathBase64,
  state: z.enum(DELIVERY_STATES).meta({
    description: "`waiting`: it is tried again; `dead`: it is not, unless somebody asks",
  }),
  attempts: z.int(),
  firstAt: timeSchema,
  lastAt: timeSchema,
  nextAt: timeSchema.nullable(),
  message: z.string().meta({ description: "What was answered last" }),
}).openapi("Delivery");

export type DeliveryDocument = z.output<typeof deliverySchema>;

export function deliveryDocument(delivery: Delivery): DeliveryDocument {
  const { id, plugin, key, eventId, state, attempts, message } = delivery;
  const { type, root, items } = restoreEvent(delivery.event);
  const path = items?.[0]?.path;
  return {
    id: String(id),
    plugin,
    receiver: key,
    event: eventId,
    type,
    root,
    ...(path === undefined ? { path: null } : pathFields(path)),
    state,
    attempts,
    firstAt: timeText(delivery.firstAtMs),
    lastAt: timeText(delivery.lastAtMs),
    nextAt: timeText(delivery.nextAtMs),
    message,
  };
}
