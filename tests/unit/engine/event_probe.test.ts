import { expect, test } from "bun:test";
import type { BytePath } from "../../../src/core/path.ts";
import { EventProbe } from "../../../src/engine/event_probe.ts";
import { MemoryClock } from "../../support/memory/memory_clock.ts";
import { MemoryDisk } from "../../support/memory/memory_disk.ts";

test("EventProbe.ask() answers though somebody made a directory of its file", async () => {
  const clock = new MemoryClock();
  const disk = new MemoryDisk({ now: () => clock.wallMs() });
  const rootPath = "/src" as BytePath;
  disk.mkdirs(rootPath);
  const probe = new EventProbe({ fileSystem: disk, clock, rootPath });
  const asked = probe.ask("token");
  const path = "/src/.tssync-probe-token" as BytePath;
  disk.removeFile(path);
  disk.mkdirs(path);
  probe.sees(".tssync-probe-token");
  expect(await asked).toBe(true);
  expect(disk.lstat(path)?.kind).toBe("directory");
});
