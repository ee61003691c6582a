/** What signals mean to a running daemon. Disposing gives them their ordinary meaning back. */
export type SignalActions = {
  /** TERM and INT: end in order. Called once; the next of them ends the process at once. */
  readonly stop: (signal: "SIGTERM" | "SIGINT") => void;
  /** HUP. */
  readonly reload: () => void;
  /** USR1: open log files again. */
  readonly reopenLog: () => void;
};

export function onSignals(actions: SignalActions): Disposable {
  let stopping = false;
  const stop = (signal: "SIGTERM" | "SIGINT") => () => {
    if (!stopping) {
      stopping = true;
      actions.stop(signal);
      return;
    }
    // Who asks twice does not want to wait: the signal's own meaning, so that the parent sees it as the cause.
    off();
    process.kill(process.pid, signal);
  };
  const handlers = {
    SIGTERM: stop("SIGTERM"),
    SIGINT: stop("SIGINT"),
    SIGHUP: actions.reload,
    SIGUSR1: actions.reopenLog,
  };
  const off = () => {
    for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
  };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  return { [Symbol.dispose]: off };
}
