import type { RsyncCommand, RsyncEnd, RsyncLeftover, RsyncProcess, RsyncRunner, RsyncStart } from "../../src/ports.ts";

/** How one run goes: what it prints, then how it ends. */
export type ScriptedRun = {
  readonly lines?: readonly string[];
  readonly end?: Partial<RsyncEnd>;
  /** Never ends by itself. */
  readonly hangs?: boolean;
};

/** One call as the script sees it; `names` is the list, without its leading slashes. */
export type ScriptedCall = {
  readonly args: readonly string[];
  readonly names: readonly string[];
  readonly isAudit: boolean;
};

/** An rsync that does what a test says. For what happens around a run, not for what rsync does. */
export class ScriptedRsync implements RsyncRunner {
  readonly calls: ScriptedCall[] = [];
  /** Grace times that `end` was called with. */
  readonly ended: number[] = [];
  /** What `activity` gives. */
  activity: () => number | null = () => null;
  readonly #script: (call: ScriptedCall, index: number) => ScriptedRun | Promise<ScriptedRun>;
  #lastPid = 1_000;

  constructor(script: (call: ScriptedCall, index: number) => ScriptedRun | Promise<ScriptedRun> = () => ({})) {
    this.#script = script;
  }

  start(command: RsyncCommand, options: RsyncStart = {}): RsyncProcess {
    const ended = Promise.withResolvers<RsyncEnd>();
    const finish = (end: Partial<RsyncEnd>) =>
      ended.resolve({
        exitCode: 0,
        signal: null,
        startError: null,
        durationMs: 1,
        stderr: "",
        output: "",
        ...end,
      });
    return {
      pid: ++this.#lastPid,
      send: (list) => {
        const names = Buffer.from(list).toString("latin1").split("\0").slice(0, -1).map((name) => name.slice(1));
        const call = { args: command.args, names, isAudit: command.args.includes("-n") };
        this.calls.push(call);
        void Promise.resolve(this.#script(call, this.calls.length - 1)).then((run) => {
          for (const line of run.lines ?? []) options.onLine?.(line);
          if (run.hangs !== true) finish(run.end ?? {});
        });
      },
      ended: ended.promise,
      activity: () => this.activity(),
      sentBytes: () => this.activity(),
      end: (graceMs) => {
        this.ended.push(graceMs);
        finish({ exitCode: 20 });
      },
    };
  }

  version() {
    return Promise.resolve({ major: 3, minor: 5, patch: 0, text: "3.5.0" });
  }

  endLeftover(): Promise<void> {
    return Promise.resolve();
  }

  describe(pid: number): RsyncLeftover {
    return { pid, startTime: "1", program: "rsync" };
  }
}
