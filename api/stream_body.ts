import { clearTimeout, setTimeout } from "node:timers";
import type { EventFormat } from "./event_format.ts";
import type { Subscription } from "./event_stream.ts";
import type { Subscribers } from "./subscribers.ts";

export type StreamBodyOptions = {
  readonly format: EventFormat<Uint8Array>;
  /** How long a reader that was told goodbye may take for it. */
  readonly goodbyeMs: number;
  /** Aborted when the client went away. */
  readonly gone: AbortSignal;
};

/** A subscription as the body of an answer. */
export function streamOf(
  subscribers: Subscribers,
  subscription: Subscription,
  { format, goodbyeMs, gone: requestGone }: StreamBodyOptions,
): ReadableStream<Uint8Array> {
  const gone = new AbortController();
  requestGone.addEventListener("abort", () => gone.abort(), { once: true, signal: gone.signal });
  let onTaken: () => void = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const outlet = {
        format,
        write: (bytes: Uint8Array) => controller.enqueue(bytes),
        pending: () => Math.max(0, -(controller.desiredSize ?? 0)),
        signal: gone.signal,
      };
      subscribers.follow(subscription, outlet).then(async (end) => {
        if (end === null) return;
        outlet.write(format.closing(end.problem));
        await taken(outlet.pending, goodbyeMs);
        if (gone.signal.aborted) return;
        // Closed in order the connection would stay for as long as its other side does nothing.
        if (outlet.pending() > 0) controller.error(undefined);
        else controller.close();
      }).catch(() => {
        if (!gone.signal.aborted) controller.error(undefined);
      }).finally(() => gone.abort());
    },
    pull: () => onTaken(),
    cancel: () => gone.abort(),
  }, new ByteLengthQueuingStrategy({ highWaterMark: 0 }));

  function taken(pending: () => number, withinMs: number): Promise<void> {
    if (pending() === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, withinMs);
      gone.signal.addEventListener("abort", done, { once: true });
      // Asked for more: everything was taken.
      onTaken = done;
      function done() {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}
