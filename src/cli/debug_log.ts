/** What `--log-level debug` and sersync's `<debug>` tell beside the rest: every change that was seen, every rsync that is started. */
import { maskedWords } from "../config/masked.ts";
import { lastSeqOf } from "../core/event.ts";
import { pathToText } from "../core/path.ts";
import type { EventFeed } from "../engine/event_log.ts";
import type { Log, RsyncRunner } from "../ports.ts";

/** The same runner, which tells of each command before it runs. What is sent goes through stdin and is not part of it. */
export function withCommandLog(runner: RsyncRunner, log: Log): RsyncRunner {
  return {
    start: (command, options) => {
      log.write("debug", `rsync ${maskedWords(command.args).join(" ")}`, { cwd: pathToText(command.cwd) });
      return runner.start(command, options);
    },
    version: () => runner.version(),
    endLeftover: (leftover) => runner.endLeftover(leftover),
    describe: (pid) => runner.describe(pid),
  };
}

/** Events looked at in one read. */
const READ_EVENTS = 1_000;

/** Tells each change that comes from now on, once it stands in the event log. */
export function tellChanges(feed: EventFeed, log: Log): Disposable {
  let seq = feed.range().latestSeq;
  const unlisten = feed.onCommit(() => {
    while (seq < feed.range().latestSeq) {
      const blocks = feed.read(seq, READ_EVENTS);
      if (blocks.length === 0) return;
      for (const block of blocks) {
        for (const item of block.type === "tssync.file.changed" ? block.items ?? [] : []) {
          const from = item.from === null ? undefined : pathToText(item.from);
          log.write("debug", `${item.operation} ${pathToText(item.path)}`, { root: block.root, from });
        }
        seq = lastSeqOf(block);
      }
    }
  });
  return { [Symbol.dispose]: unlisten };
}
