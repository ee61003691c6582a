/** 10,000 changes at once, in front of a real cache and of an account with a rate. */
import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { SECRETS, VENDORS } from "../contract/cdn_worlds.ts";
import { startMirror } from "../support/mirror.ts";
import { tempDir } from "../support/temp_dir.ts";
import { vendorServer } from "../support/vendors/vendor_server.ts";
import { waitUntil } from "../support/wait_until.ts";
import { SITE, webCache } from "../support/web_cache.ts";
import { webOrigin } from "../support/web_origin.ts";

const COUNT = 10_000;
const BATCH = 100;
const PER_SECOND = 20;

const PATHS = Array.from({ length: COUNT }, (_, index) => `d${index % 20}/f${index}.txt`);
/** Those that the cache keeps. */
const KEPT = PATHS.filter((_path, index) => index % 50 === 0);

test(
  "10,000 changes are purged in full batches, each once or little more, at the account's rate, and Varnish serves nothing old",
  async () => {
    await using dir = await tempDir();
    const [source, target] = [dir.at("source"), dir.at("target")];
    const writeAll = async (root: string, content: string) => {
      for (const path of PATHS) await writeFile(`${root}/${path}`, content);
    };
    for (const root of [source, target]) {
      for (let index = 0; index < 20; index++) await mkdir(`${root}/d${index}`, { recursive: true });
      await writeAll(root, "old");
    }
    const arrivals: number[] = [];
    await using account = await vendorServer((request) => {
      arrivals.push(performance.now());
      return VENDORS.cloudflare.taken(request);
    });
    await using origin = await webOrigin([target]);
    await using cache = await webCache("varnish", origin.port);
    const { zone } = VENDORS.cloudflare;
    await writeFile(
      dir.at("confxml.xml"),
      `<head><host port="off"/><sersync><localpath watch="${source}"><remote path="${target}"/></localpath>
  <rsync><commonParams params="-a"/></rsync><plugin start="true" name="edge"/></sersync>
  <plugin name="edge"><localpath watch="${source}">
    <cdn provider="varnish" endpoint="${cache.endpoint}" base="http://${SITE}"/>
    <cdn provider="cloudflare" endpoint="${account.endpoint}" zone="${zone}" base="http://${SITE}" batch="${BATCH}" rate="${PER_SECOND}"/>
  </localpath></plugin></head>`,
    );
    const options = { stateDir: dir.at("state"), cwd: dir.path, env: SECRETS };
    await using mirror = await startMirror(["serve", "-o", "confxml.xml", "--initial", "none"], options);
    for (const path of KEPT) {
      for (let time = 0; time < 2; time++) expect(await cache.ask(`/${path}`)).toEqual({ status: 200, body: "old" });
    }
    // The second answer came from the cache.
    expect(origin.fetches(`/${KEPT[0]}`)).toBe(1);

    await writeAll(source, "newer");
    await mirror.flush();
    await waitUntil("everything to be purged", async () => {
      const answer = await fetch("http://x/v1/status", { unix: `${options.stateDir}/tssync.sock` });
      const { plugins } = await answer.json() as {
        plugins: { unread: number; inFlight: number; waiting: number; dead: number }[];
      };
      return plugins.every(({ unread, inFlight, waiting, dead }) => unread + inFlight + waiting + dead === 0);
    }, 180_000);
    for (const path of KEPT) expect(await cache.ask(`/${path}`)).toEqual({ status: 200, body: "newer" });

    const urls = account.requests.map(({ body }) => (JSON.parse(body) as { files: string[] }).files);
    const asked = new Map<string, number>();
    for (const url of urls.flat()) asked.set(url, (asked.get(url) ?? 0) + 1);
    expect(PATHS.filter((path) => !asked.has(`http://${SITE}/${path}`))).toEqual([]);
    for (const each of urls) expect(each.length).toBeLessThanOrEqual(BATCH);
    for (const each of urls) expect(new Set(each).size).toBe(each.length);
    // A file that is seen twice while it is written (emptied, filled) may be asked for twice.
    expect(urls.flat().length).toBeLessThanOrEqual(2 * COUNT);
    // Full batches, but for ends of bursts.
    expect(urls.length).toBeLessThanOrEqual((2 * COUNT) / BATCH * 2);
    // The bucket is full at first; then it gives as much as a second brings. Requests come late at worst, never early.
    const seconds = (arrivals.at(-1)! - arrivals[0]!) / 1_000;
    expect(arrivals.length).toBeLessThanOrEqual(PER_SECOND + 1 + seconds * PER_SECOND);
    await mirror.stop();
  },
  300_000,
);
