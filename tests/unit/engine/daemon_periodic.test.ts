import { expect, test } from "bun:test";
import type { BytePath } from "../../../src/core/path.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

const EVERY_MS = 600 * 60_000;

/** A mirror whose remote somebody spoiled: a file of each kind is gone there, and one of each kind is too many. */
async function spoiled(): Promise<EngineUnderTest> {
  const engine = new EngineUnderTest({
    root: { periodicSync: { everyMs: EVERY_MS, excludePatterns: ["*.php", "info/*"] } },
  });
  for (const path of ["page.html", "page.php", "info/page.html"]) engine.write(path);
  await engine.start();
  expect(await engine.flush()).toBe("flushed");
  expect(engine.differences()).toEqual([]);
  const { disk } = engine.remote();
  disk.unlink("/dst/page.html" as BytePath);
  disk.unlink("/dst/page.php" as BytePath);
  disk.write("/dst/extra.html" as BytePath, "x");
  disk.write("/dst/extra.php" as BytePath, "x");
  disk.write("/dst/info/extra.html" as BytePath, "x");
  return engine;
}

const triggers = (engine: EngineUnderTest) =>
  engine.daemon.listResyncs(10).map(({ trigger, state }) => `${trigger} ${state}`);

test("Daemon.start() plans a full sync every so often, which leaves alone what <crontabfilter> excludes", async () => {
  const engine = await spoiled();
  const before = triggers(engine);
  await engine.clock.advance(EVERY_MS - 60_000);
  expect(triggers(engine)).toEqual(before);
  expect(engine.differences().length).toBe(5);

  await engine.until(() => triggers(engine)[0] === "cron succeeded");
  expect(engine.differences().sort()).toEqual(["extra.php", "info/extra.html", "page.php"]);
  // And again.
  await engine.clock.advance(EVERY_MS);
  await engine.until(() => triggers(engine).filter((line) => line === "cron succeeded").length === 2);
  await engine.stop();
  expect(engine.clock.waiting).toBe(0);
});

test("Daemon.startResync() of a person leaves nothing alone: <crontabfilter> is for periodic full syncs", async () => {
  const engine = await spoiled();
  const { id } = engine.daemon.startResync({}, "api");
  await engine.until(() => engine.daemon.resync(id).finishedAtMs !== null);
  expect(engine.daemon.resync(id).state).toBe("succeeded");
  expect(engine.differences()).toEqual([]);
  await engine.stop();
});
