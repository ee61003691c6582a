/** Every bound of the event log, with its reason. */
export type EventLimits = { readonly [Name in keyof typeof EVENT_LIMITS]: number };

export const EVENT_LIMITS = {
  /** Events that become known within so long are one transaction: an rsync is on its way before, and nobody notices the delay. */
  commitDelayMs: 20,
  /** Storing takes at most such a part of the time: where it takes long, more is stored at once, up to the second delay. */
  commitShare: 0.05,
  commitDelayMsMax: 50,
  /** The database refused: tried again so often. */
  retryMs: 1_000,
  /** Paths in one row: a page of events is read in few rows, and a burst of 30,000 is written in 60. */
  blockItemsMax: 500,
  /** So many are committed at once, whatever is under way: about 10 MB. */
  pendingMax: 50_000,
  /** So many are kept while the database takes none: about 40 MB. Beyond it the log begins anew. */
  keptMax: 200_000,
  /** Events kept in memory for those who follow closely; the same as a subscriber may be behind. */
  recentMax: 10_000,
  /** Kept at most so long, so many, so many bytes: whichever comes first. */
  ageMsMax: 7 * 24 * 3_600_000,
  countMax: 5_000_000,
  bytesMax: 2_000_000_000,
  /** How often it is looked for what must go, how many rows go at once, and how long others have their turn in between. */
  trimEveryMs: 60_000,
  trimRowsMax: 100,
  trimPauseMs: 50,
  /** Paths that one flight names; the rest of a larger one is told as its directories. */
  flightItemsMax: 20_000,
  /** Paths whose kind of change is remembered until every remote has them: about 10 MB. The disk tells the rest. */
  rememberedMax: 50_000,
} as const;
