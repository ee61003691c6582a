import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { tssyncArgv } from "../support/executable.ts";
import { makePackage } from "../support/debian_package.ts";
import { type OverlayRoot, overlayRoot } from "../support/overlay_root.ts";
import { tempDir } from "../support/temp_dir.ts";
import { canMount } from "../support/tmpfs.ts";

const TOP = resolve(import.meta.dirname, "../..");

/** Bun itself takes about 100 MB of it and bytecode 10; what grows is ours: a new megabyte has to be worth its download. */
const EXECUTABLE_BYTES_MAX = 130_000_000;

test("the executable keeps below its bound", () => {
  const { size } = statSync(tssyncArgv()[0]!);
  expect(size).toBeGreaterThan(50_000_000);
  expect(size).toBeLessThan(EXECUTABLE_BYTES_MAX);
});

function succeed(root: OverlayRoot, program: string, ...args: string[]): string {
  const { status, stdout, stderr } = root.run(program, ...args);
  expect({ program, args, status, stderr: status === 0 ? "" : stderr }).toEqual({
    program,
    args,
    status: 0,
    stderr: "",
  });
  return stdout;
}

/** Whatever in the changed layer carries our name, beside the logs of dpkg. */
function traces(root: OverlayRoot): string[] {
  const { stdout } = spawnSync("find", [root.changes, "-name", "*tssync*", "-not", "-path", "*/tmp/*"], {
    encoding: "utf8",
  });
  return stdout.split("\n").filter((path) => path !== "").map((path) => path.slice(root.changes.length)).sort();
}

const INSTALLED = [
  "/usr/bin/tssync",
  "/lib/systemd/system/tssync.service",
  "/lib/systemd/system/tssync@.service",
  "/usr/lib/sysctl.d/50-tssync.conf",
  "/etc/tssync/confxml.xml",
  "/usr/share/man/man1/tssync.1.gz",
  "/usr/share/man/man5/confxml.xml.5.gz",
  "/usr/share/bash-completion/completions/tssync",
  "/usr/share/zsh/vendor-completions/_tssync",
  "/usr/share/fish/vendor_completions.d/tssync.fish",
  "/usr/share/doc/tssync/README.md",
  "/usr/share/tssync/grafana/tssync.json",
  "/usr/share/tssync/prometheus/tssync.rules.yml",
];

test.skipIf(!canMount())("the Debian package installs, upgrades, is removed and purged without a trace", async () => {
  await using root = await overlayRoot();
  if (root === null) {
    console.warn("package.test.ts: this machine mounts no overlay, so the package is not installed here");
    return;
  }
  await using dir = await tempDir();
  mkdirSync(join(root.path, "tmp/packages"));
  // Or every step reads all man pages of the machine again.
  rmSync(join(root.path, "var/lib/man-db/auto-update"), { force: true });
  // What is upgraded holds another, small program: half the work, and the new one is sure to have taken its place.
  for (const [version, executable] of [["1.0", "/bin/true"], ["1.1", tssyncArgv()[0]!]] as const) {
    makePackage(executable, version, dir.at(`${version}.deb`));
    copyFileSync(dir.at(`${version}.deb`), join(root.path, `tmp/packages/${version}.deb`));
  }
  expect(traces(root)).toEqual([]);

  succeed(root, "dpkg", "--force-unsafe-io", "-i", "/tmp/packages/1.0.deb");
  for (const path of INSTALLED) expect([path, existsSync(join(root.path, path))]).toEqual([path, true]);
  expect(succeed(root, "dpkg", "--verify", "tssync")).toBe("");
  // An upgrade takes the new program and leaves the edited configuration and the state.
  const configuration = join(root.path, "etc/tssync/confxml.xml");
  const edited = readFileSync(configuration, "utf8").replace("192.0.2.41", "192.0.2.42");
  writeFileSync(configuration, edited);
  mkdirSync(join(root.path, "var/lib/tssync"));
  writeFileSync(join(root.path, "var/lib/tssync/tssync.db"), "");
  succeed(root, "dpkg", "--force-unsafe-io", "-i", "/tmp/packages/1.1.deb");
  expect(succeed(root, "dpkg-query", "-W", "-f", "${Version} ${Status}", "tssync")).toBe("1.1 install ok installed");
  expect(readFileSync(configuration, "utf8")).toBe(edited);
  expect(succeed(root, "/usr/bin/tssync", "version")).toContain("tssync ");
  const check = root.run("/usr/bin/tssync", "check", "-o", "/etc/tssync/confxml.xml");
  expect({ code: check.status, text: check.stderr + check.stdout }).toEqual({
    code: 78,
    text: expect.stringContaining("/srv/data"),
  });
  mkdirSync(join(root.path, "srv/data"), { recursive: true });
  succeed(root, "/usr/bin/tssync", "check", "-o", "/etc/tssync/confxml.xml");

  succeed(root, "dpkg", "-r", "tssync");
  expect(existsSync(join(root.path, "usr/bin/tssync"))).toBe(false);
  expect([existsSync(configuration), existsSync(join(root.path, "var/lib/tssync/tssync.db"))]).toEqual([true, true]);
  succeed(root, "dpkg", "--force-unsafe-io", "-i", "/tmp/packages/1.0.deb");
  expect(readFileSync(configuration, "utf8")).toBe(edited);

  succeed(root, "dpkg", "-P", "tssync");
  expect(traces(root)).toEqual([]);
});

test("sbom.ts lists every package of the executable with its version and checksum, once", () => {
  const { status, stdout } = spawnSync(process.execPath, [join(TOP, "packaging/sbom.ts")], {
    encoding: "utf8",
    cwd: "/",
  });
  expect(status).toBe(0);
  const bill = JSON.parse(stdout) as {
    bomFormat: string;
    components: { name: string; version: string; "bom-ref": string; purl: string; hashes?: { content: string }[] }[];
  };
  expect(bill.bomFormat).toBe("CycloneDX");
  const manifest = JSON.parse(readFileSync(join(TOP, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const [name, version] of Object.entries(manifest.dependencies)) {
    expect(bill.components.filter((part) => part.name === name).map((part) => part.version)).toContain(version);
  }
  const references = bill.components.map((part) => part["bom-ref"]);
  expect(new Set(references).size).toBe(references.length);
  for (const { name, purl, hashes } of bill.components.slice(1)) {
    expect([name, purl.startsWith("pkg:npm/"), hashes?.[0]?.content.length]).toEqual([name, true, 128]);
  }
});
