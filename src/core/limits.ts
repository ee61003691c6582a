/** Every bound of the engine, with its reason. */
export const LIMITS = {
  /** Marks of one remote from which on plugins take their time: fewer are gone before they would notice. */
  floodMarksMin: 200,
  /** Names in one flat batch: above it, rsync's list costs more than the start of a second process. */
  batchMarksMax: 10_000,
  /** Bytes of files in one quick batch, so that a batch is over soon and what came meanwhile can go. */
  batchBytesMax: 64 * 1024 * 1024,
  /** Files from this size on travel in the bulk lane, where small ones do not wait behind them. */
  largeFileBytes: 4 * 1024 * 1024,
  /** Large files in one bulk batch: each may take minutes, and a failed batch starts again. */
  bulkMarksMax: 16,
  /** Names in one call that are deleted by rules: rsync holds each name of a directory against each of them (1.3 s for 10,000). */
  rulesMax: 1_000,
  /** A flight without any progress for so long is ended, where the configuration sets no time-out. */
  stallMsMax: 120_000,
  /** How long a running rsync may go on when tssync stops. */
  stopGraceMs: 10_000,
  /** A warm sender is kept so long after the last change: longer, and it is mostly a connection for nothing. */
  warmIdleMsMax: 60_000,
  /** Warm senders of one remote: connecting takes some 50 ms, so four serve a change every 12 ms. */
  warmSendersMax: 4,
  /** A warm sender that is younger has not finished connecting: 46 ms over loopback, an acknowledgement of 42 ms among it. */
  warmReadyMs: 60,
  /** No warm sender gets older: networks forget silent connections after some minutes. */
  warmAgeMsMax: 240_000,
  /** Where the other side ends idle senders sooner than this, none is kept. */
  warmAgeMsMin: 2_000,
  /** TERM, then KILL. */
  killGraceMs: 2_000,
  /** The two halves of a rename follow each other at once; this covers a full queue between them. */
  renamePairMs: 50,
  /**
   * So long after its creation a name that was not closed is looked at: a link is complete then. In a flood nearly every file
   * is closed before, and the look is saved.
   */
  createdLookMs: 5,
  /** A created file that does not change for so long is sent although its close was not seen. */
  createdQuietMs: 2_000,
  /** Created files whose close is waited for at once; more are sent as they are. */
  createdFilesMax: 10_000,
  /** So many names that came during a flight make a stream of it, */
  streamNamesMin: 3,
  /** after so many flights in a row: bursts of a moment never rest. */
  streamFlightsWithoutRest: 3,
  /** Then a lane rests so many times as long as it flew, */
  streamRestTimes: 3,
  /** no longer than this: nobody sees it, */
  streamRestMsMax: 50,
  /** and only until so long after the flight began. */
  streamPeriodMs: 100,
  /** The root's own times are set at most so often: a file in the root changes them each time. */
  rootAttributesEveryMs: 1_000,
  /** So late a tick, and the process stood still: records that are read then may be as old as the time before. */
  standstillMs: 500,
  /** How often the root's identity is checked; a lazy unmount sends no event. */
  rootCheckEveryMs: 1_000,
  /** The same where nothing happens: before anything is deleted it is checked in any case. */
  restCheckEveryMs: 10_000,
  /** Files being written at once that are waited for; more are sent as they are. */
  openFilesMax: 10_000,
  /** How long the event of a probe file may take; a local one takes a millisecond. */
  probeMsMax: 2_000,
  /** Overflows that follow each other are looked into at growing intervals: no tree is walked without end. */
  overflowBackOffMsMin: 100,
  overflowBackOffMsMax: 10_000,
  /** Renames that wait for their shortcut; more are sent as what they are. */
  renamesMax: 64,
  /** So many shortcuts in a row that a remote's rsync does not understand, and none is tried any more. */
  renameFailuresMax: 3,
  /** A renamed file from this size on is looked for on the remote. */
  renamedFileBytesMin: 64 * 1024,
  /** Names of a root's own entries that are remembered, to tell an emptied root from one that vanished. */
  topNamesMax: 1_000,
  /** How often watermarks are written when something changed. */
  watermarkEveryMs: 1_000,
  /** A name that changes all the time is refused so often in a row before it counts as a failure. */
  doubtsMax: 10,
  /** A ctime comes from the kernel's coarse clock, which moves with its tick of 1 to 10 ms. */
  ctimeBehindMsMax: 10,
  /** That tick, and wall clocks are adjusted by small steps. */
  watermarkMarginMs: 2_000,
  /** How long an event may wait to be read where the process does not stand still. */
  unreadMsMax: 2_000,
  /** Entries a walk handles before it lets events be read: about a millisecond. */
  walkStepEntries: 500,
  /** The first pause before unwatched parts are looked at again; it doubles up to `pollEvery`. */
  unwatchedLookMsMin: 1_000,
  /** Directories remembered that may not be read, to be tried again. */
  unwatchedKeptMax: 1_000,
  /** Changes of the last minutes that a poller remembers to have told; about 200 bytes each. */
  recentFindsMax: 50_000,
  /** Names remembered of files that have several; about 300 bytes each. */
  linkedNamesMax: 50_000,
  /** Links are often made many at a time: so long the search for their other names waits. */
  linkSearchDelayMs: 100,
  /** Between two searches passes so many times as long as the last one took. */
  linkSearchRestTimes: 4,
  /** Rows of the fail log for one remote; beyond it the remote needs a full sync, not a longer list. */
  failuresMax: 10_000,
  /** Paths that a hold shows. */
  holdExamplesMax: 20,
  /** Holds remembered, decided ones included. */
  holdsKeptMax: 200,
  /** Resyncs remembered. */
  resyncsKeptMax: 1_000,
  /** Resyncs that may wait. */
  resyncsQueuedMax: 100,
  /** How often a one-off sync reports. */
  progressEveryMs: 200,
  /** Differences of a dry run that are reported. */
  differencesMax: 10_000,
} as const;
