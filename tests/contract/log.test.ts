import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { openLog } from "../../src/adapters/log.ts";
import type { Log, LogLevel } from "../../src/ports.ts";
import { MemoryLog } from "../support/memory/memory_log.ts";
import { tempDir } from "../support/temp_dir.ts";

/** A log, and the level and message of all it was told. */
type Subject = AsyncDisposable & { readonly log: Log; written(): { level: LogLevel; message: string }[] };

const IMPLEMENTATIONS: Record<string, () => Promise<Subject>> = {
  file: async () => {
    const dir = await tempDir();
    const file = dir.at("log");
    const log = openLog({ level: "debug", format: "json", file });
    return {
      log,
      written: () => readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line)),
      [Symbol.asyncDispose]: async () => {
        await log[Symbol.asyncDispose]();
        await dir[Symbol.asyncDispose]();
      },
    };
  },
  memory: () => {
    const log = new MemoryLog();
    return Promise.resolve({ log, written: () => log.entries, [Symbol.asyncDispose]: () => Promise.resolve() });
  },
};

describe.each(Object.keys(IMPLEMENTATIONS))("%s log:", (name) => {
  test("write() keeps level, message and order", async () => {
    await using subject = await IMPLEMENTATIONS[name]!();
    const messages: [LogLevel, string][] = [["info", "{a} %s"], ["debug", ""], ["error", "two\nlines"], [
      "warning",
      "é",
    ]];
    for (const [level, message] of messages) subject.log.write(level, message, { path: "x" });
    expect(subject.written().map(({ level, message }) => [level, message])).toEqual(messages);
  });

  test("write() never throws, whatever the fields are", async () => {
    await using subject = await IMPLEMENTATIONS[name]!();
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    for (const value of [cycle, 1n, Symbol("s"), undefined, () => 1, new Error("no")]) {
      subject.log.write("info", "message", { value });
    }
    expect(subject.written()).toHaveLength(6);
  });
});
