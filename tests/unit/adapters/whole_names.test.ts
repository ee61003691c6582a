import { expect, test } from "bun:test";
import fc from "fast-check";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { endOfPiece } from "../../../src/adapters/whole_names.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { waitUntil } from "../../support/wait_until.ts";
import "../../support/test_limits.ts";

test("sendWholeNames() leaves whole names behind when its process is killed in the middle", async () => {
  await using dir = await tempDir();
  const reading = new URL("../../support/late_reader.ts", import.meta.url).pathname;
  const sending = new URL("../../support/list_sender.ts", import.meta.url).pathname;
  const reader = [process.execPath, reading, dir.at("go"), dir.at("out")];
  const sender = spawn(process.execPath, [sending, ...reader], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(sender.stdout, "data");
  sender.kill("SIGKILL");
  await once(sender, "exit");
  await writeFile(dir.at("go"), "");
  await waitUntil("the reader to end", () => existsSync(dir.at("out")));
  const read = await readFile(`${dir.at("out")}.new`);
  expect(read.length).toBeGreaterThan(0);
  // Not all of it went through: otherwise nothing was shown.
  expect(read.length).toBeLessThan(50_000 * 22);
  expect(read.at(-1)).toBe(0);
});

test("endOfPiece() cuts behind names, and loses none", () => {
  const name = fc.uint8Array({ min: 1, maxLength: 40 }).map((bytes) => bytes.length === 0 ? Uint8Array.of(1) : bytes);
  const long = fc.uint8Array({ min: 1, minLength: 5_000, maxLength: 5_010 });
  const lists = fc.array(fc.oneof({ weight: 200, arbitrary: name }, { weight: 1, arbitrary: long }), {
    maxLength: 600,
  });
  fc.assert(fc.property(lists, (names) => {
    const list = Uint8Array.from(names.flatMap((each) => [...each, 0]));
    for (let start = 0; start < list.length;) {
      const end = endOfPiece(list, start);
      expect(end).toBeGreaterThan(start);
      expect(list[end - 1]).toBe(0);
      // Whole or not at all, unless it is one name.
      expect(end - start <= 4096 || list.subarray(start, end).indexOf(0) === end - start - 1).toBe(true);
      start = end;
    }
  }));
});
