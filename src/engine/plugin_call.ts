/** One call of a plugin, with its deadline: always as many answers as events, whatever the plugin does. */
import { OUTBOX_LIMITS } from "../core/plugin_limits.ts";
import type { PluginEvent } from "../core/plugin_event.ts";
import type { Clock, Plugin, PluginAnswer } from "../ports.ts";

export type CallEnd = { readonly answers: readonly PluginAnswer[]; readonly durationMs: number };

/** Never rejects. When `signal` aborts, the plugin is told, and given up a little later. */
export async function callPlugin(
  plugin: Plugin,
  events: readonly PluginEvent[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<CallEnd> {
  const startedAtMs = clock.monotonicMs();
  const { deadlineMs } = plugin.limits;
  const abort = new AbortController();
  const givenUp = Promise.withResolvers<null>();
  let isLate = false;
  let grace = { cancel() {} };
  const end = () => {
    abort.abort();
    grace.cancel();
    grace = clock.after(OUTBOX_LIMITS.deadlineGraceMs, () => givenUp.resolve(null));
  };
  const deadline = clock.after(deadlineMs, () => {
    isLate = true;
    end();
  });
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  const late = `no answer within ${Math.round(deadlineMs / 1_000)} s`;
  try {
    const answers = await Promise.race([plugin.deliver(events, abort.signal), givenUp.promise]);
    return { answers: completed(answers ?? [], events, isLate ? late : "it did not answer"), durationMs: took() };
  } catch (error) {
    return { answers: completed([], events, `the plugin failed: ${(error as Error).message}`), durationMs: took() };
  } finally {
    deadline.cancel();
    grace.cancel();
    signal.removeEventListener("abort", end);
  }

  function took(): number {
    return clock.monotonicMs() - startedAtMs;
  }
}

function completed(
  answers: readonly PluginAnswer[],
  events: readonly PluginEvent[],
  missing: string,
): readonly PluginAnswer[] {
  return events.map((_event, index) => answers[index] ?? { outcome: "retry", message: missing, afterMs: null });
}
