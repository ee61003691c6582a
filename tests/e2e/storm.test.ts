/** Many changes in no order on a real disk, drawn from a seed: whatever comes, nothing differs once all is quiet. */
import { expect, test } from "bun:test";
import * as fs from "node:fs";
import process from "node:process";
import { MemoryRandom } from "../support/memory/memory_random.ts";
import { startMirror, troubleIn } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { differencesOf } from "./small_life.ts";

/** `TSSYNC_SEED=N` chooses another storm. It repeats as far as the timing does. */
const SEED = Number(process.env["TSSYNC_SEED"] ?? 1);
const ROUNDS = 4;
const OPERATIONS = 400;

const NAMES = ["a", "b", "c", "-x", "#y", "z z", "é"];

/** One operation of somebody who works in the directory; what the disk refuses is refused. */
function operate(top: string, outside: string, random: MemoryRandom): void {
  const any = () => [top, ...Array.from({ length: 1 + random.below(4) }, () => random.pick(NAMES))].join("/");
  const [from, to] = [any(), any()];
  const away = `${outside}/${random.pick(NAMES)}`;
  const text = "x".repeat(random.below(3) === 0 ? 20_000 : random.below(50));
  const operations: (readonly [number, () => void])[] = [
    [25, () => fs.writeFileSync(from, text)],
    [8, () => fs.appendFileSync(from, text)],
    [20, () => fs.mkdirSync(from, { recursive: random.below(2) === 0 })],
    [12, () => fs.renameSync(from, to)],
    [4, () => fs.renameSync(from, away)],
    [4, () => fs.renameSync(away, to)],
    [6, () => fs.unlinkSync(from)],
    [6, () => fs.rmSync(from, { recursive: true })],
    [5, () => fs.symlinkSync(random.pick(["a", "nowhere", "../b"]), from)],
    [5, () => fs.chmodSync(from, random.pick([0o700, 0o755, 0o644]))],
    [5, () => fs.utimesSync(from, 1_600_000_000, 1_600_000_000 + random.below(5))],
  ];
  let draw = random.below(operations.reduce((sum, [weight]) => sum + weight, 0));
  const [, operation] = operations.find(([weight]) => (draw -= weight) < 0)!;
  try {
    operation();
  } catch (error) {
    if (!/^E(NOENT|EXIST|ISDIR|NOTDIR|NOTEMPTY|INVAL|PERM|LOOP)$/.test(String((error as { code: string }).code))) {
      throw error;
    }
  }
}

test(`tssync mirrors a storm of changes to a local directory and an rsync daemon (seed ${SEED})`, async () => {
  await using dir = await tempDir();
  const [source, outside, local, remote] = ["source", "outside", "local", "remote"].map((name) => dir.at(name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const path of [source, outside, local]) fs.mkdirSync(path);
  await using daemon = await rsyncDaemon([{ name: "m", path: remote, settings: { "use chroot": "true" } }]);
  const to = ["--to", local, "--to", daemon.url("m"), "--params", "-a", "--listen", "off"];
  await using mirror = await startMirror(["serve", "--watch", source, ...to], { stateDir: dir.at("state") });
  const random = new MemoryRandom(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    for (let count = 0; count < OPERATIONS; count++) {
      operate(source, outside, random);
      // Now and then others get a turn, and what was read until then is on its way.
      if (random.below(20) === 0) await new Promise((resolve) => setImmediate(resolve));
      if (random.below(200) === 0) await mirror.ask("status");
    }
    await mirror.flush();
    for (const target of [local, remote]) {
      expect({ round, target, differences: await differencesOf(source, target) }).toEqual({
        round,
        target,
        differences: [],
      });
    }
  }
  await mirror.stop();
  expect(troubleIn(mirror.running.stderr)).toEqual([]);
});
