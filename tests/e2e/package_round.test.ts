/** The way of a new user, from the installed package on: init, doctor, the unit's own command, trouble, mending. */
import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tssyncArgv } from "../support/executable.ts";
import { freePort } from "../support/free_port.ts";
import { greets } from "../support/greeting.ts";
import { type OverlayRoot, overlayRoot } from "../support/overlay_root.ts";
import { killTree } from "../support/process_tree.ts";
import { makePackage } from "../support/debian_package.ts";
import { tempDir } from "../support/temp_dir.ts";
import { canMount } from "../support/tmpfs.ts";
import { waitUntil } from "../support/wait_until.ts";

/** A program that goes on in there. */
function startIn(root: OverlayRoot, argv: readonly string[]): AsyncDisposable {
  const child = spawn("chroot", [root.path, ...argv], {
    stdio: "ignore",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
  return { [Symbol.asyncDispose]: () => killTree(child.pid!, "SIGKILL") };
}

test.skipIf(!canMount())(
  "an installed package becomes a mirror by init, doctor and its unit, and says what is wrong",
  async () => {
    await using root = await overlayRoot();
    if (root === null) return console.warn("package_round.test.ts: this machine mounts no overlay");
    await using dir = await tempDir();
    const tssync = (...args: string[]) => root.run("/usr/bin/tssync", ...args);
    const inRoot = (path: string) => join(root.path, path);
    rmSync(inRoot("var/lib/man-db/auto-update"), { force: true });
    makePackage(tssyncArgv()[0]!, "1.0", dir.at("tssync.deb"));
    copyFileSync(dir.at("tssync.deb"), inRoot("tmp/tssync.deb"));
    expect(root.run("dpkg", "--force-unsafe-io", "-i", "/tmp/tssync.deb").status).toBe(0);
    for (const path of ["srv/round", "srv/copy"]) mkdirSync(inRoot(path), { recursive: true });

    const port = await freePort();
    const to = `rsync://127.0.0.1:${port}/copy`;
    const init = tssync(
      "init",
      "--watch",
      "/srv/round",
      "--to",
      to,
      "-o",
      "/etc/tssync/confxml.xml",
      "--server",
      "/srv/other",
    );
    expect({ status: init.status, stderr: init.stderr }).toEqual({ status: 0, stderr: "" });
    expect(init.stdout).toContain("scp -p /srv/other/rsyncd.conf");
    // The API's port may be taken on this machine.
    const configuration = inRoot("etc/tssync/confxml.xml");
    writeFileSync(configuration, readFileSync(configuration, "utf8").replace('port="8008"', 'port="off"'));

    // Without -o it looks at the service's configuration.
    expect(tssync("doctor").stdout).toContain("(REMOTE_UNREACHABLE)");
    const receiver = ["/usr/bin/tssync", "receiver", "--rsyncd-conf", "/srv/other/rsyncd.conf"];
    const unit = readFileSync(inRoot("lib/systemd/system/tssync.service"), "utf8");
    const command = /^ExecStart=(.*)$/m.exec(unit)![1]!.split(" ");
    expect(root.run(...(command.with(1, "check") as [string, ...string[]]))).toMatchObject({ status: 0 });
    const isThere = (name: string) => () => existsSync(inRoot(`srv/copy/${name}`));
    await using _serving = startIn(root, ["/usr/bin/env", "STATE_DIRECTORY=/var/lib/tssync", ...command]);
    {
      await using _receiving = startIn(root, receiver);
      await waitUntil("the receiver", () => greets(port, "@RSYNCD:"));
      await waitUntil("the daemon", () => tssync("status").status === 0);
      expect(tssync("doctor").stdout).not.toContain("ERROR");
      writeFileSync(inRoot("srv/round/first"), "1");
      await waitUntil("the first change", isThere("first"));
    }
    await waitUntil("nobody to answer", async () => !(await greets(port, "@RSYNCD:")));
    writeFileSync(inRoot("srv/round/second"), "2");
    await waitUntil("the trouble", () => tssync("status").stdout.includes("retrying"));
    expect(tssync("status").stdout).toContain("tssync doctor");
    expect(tssync("doctor").stdout).toMatch(/REMOTE_UNREACHABLE\)\n.*\n {2}mend: /);
    await using _back = startIn(root, receiver);
    await waitUntil("the receiver again", () => greets(port, "@RSYNCD:"));
    expect(tssync("reload").status).toBe(0);
    await waitUntil("what was missed", isThere("second"));
  },
  180_000,
);
