/** What systemd is told, and its unit files. */
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { startTssync } from "../support/executable.ts";
import { notifySocket } from "../support/notify_socket.ts";
import { plainConfiguration } from "../support/plain_configuration.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";

for (
  const [kind, runtime] of [["path", "compiled"], ["abstract", "compiled"], ["path", "deno"], [
    "abstract",
    "deno",
  ]] as const
) {
  test(
    `tssync serve tells systemd READY, RELOADING, WATCHDOG, STATUS and STOPPING on an ${kind} socket (${runtime})`,
    async () => {
      await using dir = await tempDir();
      await mkdir(dir.at("source"));
      await using daemon = await rsyncDaemon([{ name: "m", path: dir.at("m") }]);
      const file = dir.at("confxml.xml");
      await writeFile(
        file,
        plainConfiguration({ watch: dir.at("source"), remotes: [{ module: "m", port: daemon.port }] }),
      );
      const address = kind === "path" ? dir.at("notify") : `@tssync-${process.pid}-${runtime}`;
      using manager = notifySocket(address);
      const told = (line: RegExp) => manager.messages().findIndex((message) => line.test(message));
      await using tssync = startTssync(["serve", "-o", file, "--state-dir", dir.at("state")], {
        runtime,
        env: { NOTIFY_SOCKET: address, WATCHDOG_USEC: "2000000" },
      });
      await waitUntil("READY", () => told(/^READY=1\nSTATUS=1 of 1 remotes ok/) >= 0);
      await waitUntil("two beats", () => manager.messages().filter((message) => message === "WATCHDOG=1").length >= 2);
      const before = manager.messages().length;
      process.kill(tssync.pid, "SIGHUP");
      await waitUntil(
        "READY again",
        () => manager.messages().slice(before).some((message) => message.startsWith("READY=1")),
      );
      const after = manager.messages().slice(before);
      const reloading = after.findIndex((message) => /^RELOADING=1\nMONOTONIC_USEC=[1-9]\d+\n/.test(message));
      expect(reloading).toBeGreaterThanOrEqual(0);
      expect(after.findIndex((message) => message.startsWith("READY=1"))).toBeGreaterThan(reloading);
      // The clock that systemd compares with.
      const [uptimeSeconds] = (await readFile("/proc/uptime", "utf8")).split(" ");
      const usec = Number(/MONOTONIC_USEC=(\d+)/.exec(after[reloading]!)![1]);
      expect(usec / 1e6).toBeLessThanOrEqual(Number(uptimeSeconds) + 1);
      await daemon.stop("SIGKILL");
      await writeFile(dir.at("source", "file"), "x");
      await waitUntil("the trouble", () => told(/^STATUS=0 of 1 remotes ok; .*retrying/) >= 0);
      expect((await tssync.stop()).code).toBe(0);
      expect(told(/^STOPPING=1/)).toBeGreaterThan(0);
    },
    120_000,
  );
}

test("tssync serve runs without a service manager, and with one that is gone", async () => {
  await using dir = await tempDir();
  await mkdir(dir.at("source"));
  await using tssync = startTssync([
    ...["serve", "--watch", dir.at("source"), "--to", dir.at("target"), "--listen", "off"],
    ...["--state-dir", dir.at("state")],
  ], { env: { NOTIFY_SOCKET: dir.at("nobody") } });
  await tssync.waitForLine(/ready/);
  expect((await tssync.stop()).code).toBe(0);
});

for (const unit of ["tssync.service", "tssync@.service"]) {
  const source = resolve(import.meta.dirname, "../../packaging/systemd", unit);
  const analyze = existsSync("/usr/bin/systemd-analyze");
  test.skipIf(!analyze)(`systemd-analyze verify has nothing to say about ${unit}`, async () => {
    await using dir = await tempDir();
    const name = unit.replace("@.", "@one.");
    // Its program is where the package puts it; here it may not be installed.
    await copyFile(source, dir.at(unit));
    const text = await readFile(source, "utf8");
    await writeFile(
      dir.at(unit),
      text.replace("/usr/bin/tssync ", "/bin/true ").replace(/^Documentation=.*\n/m, ""),
    );
    const { status, stderr } = spawnSync("systemd-analyze", [
      "verify",
      "--man=no",
      "--recursive-errors=no",
      dir.at(name),
    ], {
      encoding: "utf8",
    });
    expect(stderr.split("\n").filter((line) => line.includes("tssync"))).toEqual([]);
    expect(status).toBe(0);
  });

  test(`${unit} starts what the command line takes, and does not restart what cannot get better`, async () => {
    const text = await readFile(source, "utf8");
    expect(text).toContain("Type=notify\n");
    expect(text).toContain("RestartPreventExitStatus=2 78\n");
    expect(text).not.toMatch(/^MemoryDenyWriteExecute/m);
  });
}
