/** Real caches in front of real mirrors: after a change the new content, and never again the old one. */
import { expect, test } from "bun:test";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { percentEncoded } from "../../src/core/purge_url.ts";
import { gateTo } from "../support/gate.ts";
import { type Mirror, startMirror, troubleIn } from "../support/mirror.ts";
import { rsyncDaemon } from "../support/rsync_daemon.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";
import { SITE, WEB_CACHES, type WebCache, webCache, type WebCacheKind } from "../support/web_cache.ts";
import { webOrigin } from "../support/web_origin.ts";

const ODD = "s p/ä'&+,;=@ é.txt";

/** Two mirrors, the second behind a gate, and a cache that fetches from one and the other. */
async function cachedMirror(kind: WebCacheKind) {
  await using stack = new AsyncDisposableStack();
  const dir: TempDir = stack.use(await tempDir());
  const source = dir.at("source");
  for (const path of ["dir/sub", "s p", "gone"]) await mkdir(`${source}/${path}`, { recursive: true });
  for (const path of ["index.html", "a.txt", "dir/b.txt", "dir/sub/c.txt", "gone/d.txt", ODD]) {
    await writeFile(`${source}/${path}`, "old");
  }
  const mirrors = [dir.at("one"), dir.at("two")];
  const daemon = stack.use(
    await rsyncDaemon([{ name: "one", path: mirrors[0]! }, { name: "two", path: mirrors[1]! }]),
  );
  const gate = stack.use(await gateTo(daemon.port));
  const origin = stack.use(await webOrigin(mirrors));
  const cache = stack.use(await webCache(kind, origin.port));
  await writeFile(
    dir.at("confxml.xml"),
    `<head><host port="off"/><sersync>
  <localpath watch="${source}">
    <remote ip="127.0.0.1" name="one" port="${daemon.port}"/><remote ip="127.0.0.1" name="two" port="${gate.port}"/>
  </localpath>
  <rsync><commonParams params="-a"/></rsync>
  <plugin start="true" name="edge"/></sersync>
  <plugin name="edge"><localpath watch="${source}">
    <cdn provider="${kind}" endpoint="${cache.endpoint}" base="http://${SITE}"/>
  </localpath></plugin></head>`,
  );
  const mirror: Mirror = stack.use(
    await startMirror(["-r", "-o", "confxml.xml"], { stateDir: dir.at("state"), cwd: dir.path }),
  );
  await mirror.flush();
  await untilPurged(mirror);
  const kept = stack.move();
  return { source, gate, origin, cache, mirror, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Nothing is left to be delivered. */
async function untilPurged(mirror: Mirror): Promise<void> {
  await waitUntil("everything to be purged", async () => {
    const status = JSON.parse((await mirror.ask("status", "--json")).stdout) as {
      plugins: { unread: number; inFlight: number; waiting: number; dead: number }[];
    };
    return status.plugins.length > 0 &&
      status.plugins.every(({ unread, inFlight, waiting, dead }) => unread + inFlight + waiting + dead === 0);
  });
}

/** What the cache has from now on comes from the cache: more fetches than mirrors would be none. */
async function warm({ cache }: { readonly cache: WebCache }, paths: readonly string[], content: string): Promise<void> {
  for (const path of paths) {
    for (let time = 0; time < 3; time++) expect(await cache.ask(path)).toEqual({ status: 200, body: content });
  }
}

/** Asks until the new content is there, and goes on asking: the old one never comes back. */
async function expectChange(cache: WebCache, path: string, [before, after]: readonly [string, string]): Promise<void> {
  await waitUntil(`${path} to change in the cache`, async () => {
    const { status, body } = await cache.ask(path);
    expect([before, after]).toContain(status === 404 ? "gone" : body);
    return (status === 404 ? "gone" : body) === after;
  });
  for (let time = 0; time < 20; time++) {
    const { status, body } = await cache.ask(path);
    expect({ path, served: status === 404 ? "gone" : body }).toEqual({ path, served: after });
  }
}

for (const kind of WEB_CACHES) {
  test(`${kind} serves the new content after a change, and never again the old one, with a second, slow mirror`, async () => {
    await using site = await cachedMirror(kind);
    const { source, gate, origin, cache, mirror } = site;
    const paths = ["/a.txt", "/dir/b.txt", `/${percentEncoded(ODD, true)}`, "/"];
    await warm(site, paths, "old");
    const before = origin.fetches("/a.txt");

    // The first mirror has it, the second does not: the cache keeps what it has.
    gate.close();
    for (const path of ["a.txt", "dir/b.txt", ODD, "index.html"]) await writeFile(`${source}/${path}`, "new");
    await waitUntil("the first mirror to have it", async () => {
      const [one] = await mirror.remotes();
      return one!.pending === 0 && (await untilHas(mirror, "one"));
    });
    await warm(site, paths, "old");
    expect(origin.fetches("/a.txt")).toBe(before);

    gate.open();
    await Promise.all(paths.map((path) => expectChange(cache, path, ["old", "new"])));

    await writeFile(`${source}/a.txt`, "newer");
    await expectChange(cache, "/a.txt", ["new", "newer"]);
    await rm(`${source}/dir/b.txt`);
    await expectChange(cache, "/dir/b.txt", ["new", "gone"]);
    await untilPurged(mirror);
    expect(troubleIn(mirror.running.stderr)).toEqual([]);
    await mirror.stop();
  });
}

/** Whether this remote has the change of `a.txt`. */
async function untilHas(mirror: Mirror, remote: string): Promise<boolean> {
  const { stdout } = await mirror.ask("explain", "a.txt", "--json");
  return new RegExp(`::${remote}","state":"synced"`).test(stdout.replaceAll(/\s+/g, ""));
}

for (const kind of WEB_CACHES) {
  test(`${kind} forgets what lay in a directory that was renamed or removed`, async () => {
    await using site = await cachedMirror(kind);
    await warm(site, ["/gone/d.txt", "/dir/sub/c.txt"], "old");
    await rename(`${site.source}/gone`, `${site.source}/kept`);
    await expectChange(site.cache, "/gone/d.txt", ["old", "gone"]);
    await warm(site, ["/kept/d.txt"], "old");
    await rm(`${site.source}/dir`, { recursive: true });
    await expectChange(site.cache, "/dir/sub/c.txt", ["old", "gone"]);
  });
}
