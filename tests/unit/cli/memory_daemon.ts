import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../../api/app.ts";
import { listen } from "../../../api/listener.ts";
import { Tokens } from "../../../api/tokens.ts";
import { MemoryMetrics } from "../../support/memory/memory_metrics.ts";
import { MemoryControl } from "../../support/memory/memory_control.ts";
import { record } from "./recorded_terminal.ts";
import type { Recorded } from "./recorded_terminal.ts";

/** The API over a daemon in memory on a real socket, for commands to talk to. */
export type MemoryDaemon = AsyncDisposable & {
  readonly control: MemoryControl;
  /** Runs a command against it. */
  ask(...args: string[]): Promise<Recorded>;
};

/** Use as `await using daemon = await memoryDaemon()`. */
export async function memoryDaemon(): Promise<MemoryDaemon> {
  const directory = mkdtempSync(join(tmpdir(), "tssync-client-"));
  const control = new MemoryControl();
  const meta = new Map<string, string>();
  const kept = {
    meta: {
      readMeta: (key: string) => meta.get(key) ?? null,
      writeMeta: (key: string, value: string) => void meta.set(key, value),
    },
    wallMs: Date.now,
    log: { write: () => {} },
  };
  const app = createApp(control, {
    ...kept,
    metrics: new MemoryMetrics(),
    watchesLimit: () => null,
    build: { version: "1", commit: "c", runtime: "r" },
    tokens: new Tokens({ ...kept, given: [] }),
    hosts: [],
  });
  const listener = await listen({ transport: "unix", path: join(directory, "tssync.sock") }, app.fetch);
  return {
    control,
    ask: (...args) => record([...args, "--state-dir", directory]),
    [Symbol.asyncDispose]: async () => {
      await listener.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
