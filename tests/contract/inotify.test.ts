import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import process from "node:process";
import { TssyncError } from "../../src/core/error.ts";
import type { BytePath } from "../../src/core/path.ts";
import { DISK_STEPS, takeStep } from "./disk_steps.ts";
import { INOTIFY_SCENARIOS } from "./inotify_scenarios.ts";
import { InotifySession, WHOLE_MASK } from "./inotify_session.ts";
import type { InotifyWorld } from "./inotify_session.ts";
import { memoryWorld, realWorld } from "./inotify_worlds.ts";

const isRoot = process.getuid?.() === 0;

const WORLDS: Record<string, () => Promise<InotifyWorld>> = { kernel: realWorld, memory: memoryWorld };

describe.each(Object.keys(WORLDS))("%s inotify:", (name) => {
  const open = WORLDS[name]!;
  /** The kernel's limits and mounts are for root only; then the title says why the test is skipped. */
  const canBeRoot = name === "memory" || isRoot;
  const testAsRoot = (title: string, run: () => Promise<void>) =>
    test.skipIf(!canBeRoot)(canBeRoot ? title : `${title} (skipped: needs root)`, run);

  for (const { title, needs, run, events } of INOTIFY_SCENARIOS) {
    (needs === "mount" ? testAsRoot : test)(`events: ${title}`, async () => {
      await using world = await open();
      await using session = new InotifySession(world);
      await run(session);
      expect(await session.events()).toEqual([...events]);
    });
  }

  test("addWatch() says why there is no watch", async () => {
    await using world = await open();
    await using session = new InotifySession(world);
    session.create("file");
    session.disk.symlink(".", session.at("symlink"));
    session.disk.symlink("loop", session.at("loop"));
    const refusal = (path: string) => {
      const result = session.inotify.addWatch(session.at(path), WHOLE_MASK);
      return result.ok ? result : `${result.reason} ${result.code}`;
    };
    expect(refusal("missing")).toBe("gone ENOENT");
    expect(refusal("missing/below")).toBe("gone ENOENT");
    expect(refusal("file")).toBe("gone ENOTDIR");
    expect(refusal("file/below")).toBe("gone ENOTDIR");
    expect(refusal("symlink")).toBe("gone ENOTDIR");
    expect(refusal("loop/below")).toBe("other ELOOP");
    expect(refusal("n".repeat(256))).toBe("other ENAMETOOLONG");
    expect(refusal("n/".repeat(3000))).toBe("other ENAMETOOLONG");
  });

  test("addWatch() gives the same number for the same directory by any path", async () => {
    await using world = await open();
    await using session = new InotifySession(world);
    session.mkdir("d");
    session.disk.symlink(".", session.at("here"));
    expect(session.watch("d")).toBe(session.watch("here/d"));
    session.rename("d", "e");
    expect(session.watch("e")).toBe(session.watch("here/e"));
  });

  test("instances are independent of each other", async () => {
    await using world = await open();
    await using first = new InotifySession(world);
    await using second = new InotifySession(world, ".end2");
    first.watch("");
    first.create("a");
    second.watch("");
    first.unlink("a");
    expect(await first.events()).toEqual([". CREATE a", ". CLOSE_WRITE a", ". DELETE a"]);
    expect(await second.events()).toEqual([". DELETE a"]);
  });

  test("start() hands over what was queued before it", async () => {
    await using world = await open();
    await using inotify = world.factory.open();
    expect(inotify.addWatch(world.root, WHOLE_MASK).ok).toBe(true);
    world.disk.create(`${world.root}/early` as BytePath);
    const first = await new Promise<Uint8Array>((resolve, reject) => {
      inotify.start((records) => resolve(records.slice()), reject);
      world.deliver();
    });
    expect(Buffer.from(first).toString("latin1")).toContain("early\0");
  });

  test("dispose ends delivery and frees the instance, started or not, twice too", async () => {
    await using world = await open();
    for (const start of [true, false]) {
      const inotify = world.factory.open();
      let calls = 0;
      inotify.addWatch(world.root, WHOLE_MASK);
      if (start) inotify.start(() => calls++, () => calls++);
      world.disk.create(`${world.root}/a` as BytePath);
      await inotify[Symbol.asyncDispose]();
      await inotify[Symbol.asyncDispose]();
      world.deliver();
      await using session = new InotifySession(world, `.end-${start}`);
      session.watch("");
      session.create("b");
      await session.events();
      expect(calls).toBe(0);
    }
  });

  test("dispose during a call of onRecords ends delivery, although more is there", async () => {
    await using world = await open();
    await using session = new InotifySession(world);
    const inotify = world.factory.open();
    expect(inotify.addWatch(world.root, WHOLE_MASK).ok).toBe(true);
    // More than one read holds.
    for (let count = 0; count < 1500; count++) session.create(String(count).padStart(255, "x"));
    let calls = 0;
    let disposed: Promise<void> | undefined;
    await new Promise<void>((resolve, reject) => {
      inotify.start(() => {
        calls++;
        disposed = Promise.resolve(inotify[Symbol.asyncDispose]());
        resolve();
      }, reject);
      world.deliver();
    });
    await disposed;
    await session.events();
    expect(calls).toBe(1);
  });

  test("dispose frees as many instances as were opened", async () => {
    await using world = await open();
    for (let round = 0; round < 3; round++) {
      const instances = Array.from({ length: 60 }, () => world.factory.open());
      for (const instance of instances) instance.start(() => {}, () => {});
      await Promise.all(instances.map((instance) => instance[Symbol.asyncDispose]()));
    }
  });

  testAsRoot("events: a full queue becomes one overflow, then it goes on", async () => {
    await using world = await open();
    await using session = world.limited({ queuedEvents: 6 }, () => new InotifySession(world));
    session.watch("");
    session.create("a", "b", "c", "d", "e");
    expect(await session.events()).toEqual([
      ". CREATE a",
      ". CLOSE_WRITE a",
      ". CREATE b",
      ". CLOSE_WRITE b",
      ". CREATE c",
      ". CLOSE_WRITE c",
      "-1 Q_OVERFLOW",
    ]);
    session.create("f");
    expect((await session.events()).slice(7)).toEqual([". CREATE f", ". CLOSE_WRITE f"]);
    session.create("g", "h", "i", "j", "k");
    expect((await session.events()).slice(-2)).toEqual([". CLOSE_WRITE i", "-1 Q_OVERFLOW"]);
  });

  testAsRoot("events: an overflow swallows what a removed watch says", async () => {
    await using world = await open();
    await using session = world.limited({ queuedEvents: 2 }, () => new InotifySession(world));
    session.mkdir("d");
    session.watch("");
    session.watch("d");
    session.create("a", "b");
    session.rmdir("d");
    session.mkdir("d");
    expect(await session.events()).toEqual([". CREATE a", ". CLOSE_WRITE a", "-1 Q_OVERFLOW"]);
  });

  testAsRoot("addWatch() says that the limit is reached, but not for a directory that is watched", async () => {
    await using world = await open();
    await using session = new InotifySession(world);
    session.mkdir("a", "b");
    const wd = session.watch("a");
    const results = world.limited({ watches: 0 }, () => {
      expect(world.factory.watchLimit()).toBe(0);
      return ["a", "b"].map((path) => session.inotify.addWatch(session.at(path), WHOLE_MASK));
    });
    expect(results).toEqual([{ ok: true, wd }, { ok: false, reason: "limit", code: "ENOSPC" }]);
    session.watch("b");
  });

  testAsRoot("raiseWatchLimit() raises the limit, and leaves a higher one", async () => {
    await using world = await open();
    const before = world.factory.watchLimit()!;
    world.limited({ watches: before }, () => {
      expect(world.factory.raiseWatchLimit(before - 1)).toBe(true);
      expect(world.factory.watchLimit()).toBe(before);
      expect(world.factory.raiseWatchLimit(before + 1)).toBe(true);
      expect(world.factory.watchLimit()).toBe(before + 1);
    });
    expect(world.factory.watchLimit()).toBe(before);
  });

  testAsRoot("open() names the limit of instances when it is reached", async () => {
    await using world = await open();
    const error = world.limited({ instances: 0 }, () => caught(() => world.factory.open()));
    expect(error).toBeInstanceOf(TssyncError);
    expect((error as TssyncError).message).toContain("fs.inotify.max_user_instances");
    expect((error as TssyncError).details["code"]).toBe("EMFILE");
  });
});

test("memory inotify reports what the kernel reports, whatever is done", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(DISK_STEPS, { minLength: 1, maxLength: 60 }), async (steps) => {
      const outcomes: unknown[] = [];
      for (const open of Object.values(WORLDS)) {
        await using world = await open();
        await using session = new InotifySession(world);
        session.watch("");
        const results = steps.map((step) => takeStep(session, step));
        outcomes.push({ results, events: [...await session.events()] });
      }
      expect(outcomes[1]).toEqual(outcomes[0]);
    }),
    { numRuns: 60 },
  );
}, 60_000);

function caught(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
