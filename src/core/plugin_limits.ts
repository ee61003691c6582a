/** Every bound of the outboxes, with its reason. */
export const OUTBOX_LIMITS = {
  /** Events read ahead of a plugin: enough for a few of its calls, and a megabyte at most. */
  queueMax: 1_000,
  /** Events that wait for another attempt; beyond it nothing new is read until some are settled. The log keeps the rest. */
  waitingMax: 10_000,
  /** Deliveries that are remembered once they are over, so that somebody can look and deliver again. */
  deliveredKeptMax: 1_000,
  deadKeptMax: 10_000,
  /** What was settled within so long is stored together: at most that much is delivered twice after a crash. */
  saveDelayMs: 50,
  /** The database refused: tried again so often. */
  saveRetryMs: 1_000,
  /** Settled events that are not stored yet; beyond it nothing new is begun. */
  unsavedMax: 2_000,
  /** So many calls without any success, and the receiver is taken to be down: one call at a time finds out. */
  failuresUntilDown: 3,
  /** A receiver that is down is asked at least so often, by what its oldest events wait for or by a new one. */
  probeMsMax: 300_000,
  /** After its deadline a call has so long to end; then it is given up. */
  deadlineGraceMs: 10_000,
  /** Calls under way may end within so long when tssync stops; what they bring is not sent twice then. */
  stopGraceMs: 2_000,
  /**
   * While the mirror is flooded a plugin makes one call at a time and rests after it, four times as long as it took: a request
   * costs the processor up to a millisecond, and one call to a cache may be 200 of them.
   */
  floodRestShare: 4,
  floodRestMsMin: 50,
  floodRestMsMax: 1_000,
  /** The wall clock is looked at so often: it may have been set. */
  timerMsMax: 60_000,
  /** Characters of an answer that are kept. */
  messageCharactersMax: 500,
} as const;

/** What one plugin's receiver takes. */
export type PluginLimits = {
  /** Events in one call at most. */
  readonly batchMax: number;
  /** How long events are collected for a call, from the first one on; 0: they are given at once. A full batch does not wait. */
  readonly windowMs: number;
  /** Calls under way at once. Two calls under way never hold events about the same path. */
  readonly inFlightMax: number;
  /** One call may take so long; then `signal` aborts, and its events are tried again. */
  readonly deadlineMs: number;
  /** How long is waited before the second attempt, the third … A failure after the last one makes the event dead. */
  readonly retryDelaysMs: readonly number[];
};
