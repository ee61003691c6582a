/** Every provider in the executable and under Deno: what it needs is loaded there, and what it sends would be taken. */
import { expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { CDN_PROVIDER_NAMES, type CdnProviderName, providerFacts } from "../../src/core/cdn_provider.ts";
import { SECRETS, VENDORS } from "../contract/cdn_worlds.ts";
import type { Runtime } from "../support/executable.ts";
import { type Mirror, startMirror, troubleIn } from "../support/mirror.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";
import {
  type VendorAnswer,
  type VendorRequest,
  type VendorServer,
  vendorServer,
} from "../support/vendors/vendor_server.ts";
import { waitUntil } from "../support/wait_until.ts";

const ASKED_FOR = "http://www.example.com/img/s%20p/%C3%A4&'.png";

type Vendor = { readonly name: CdnProviderName; readonly server: VendorServer };

function cdnElement({ name, server: { endpoint } }: Vendor): string {
  const { zone, network } = VENDORS[name];
  const isGiven = { zone: zone !== undefined && providerFacts(name).zone !== null, network: network !== undefined };
  return `<cdn provider="${name}" endpoint="${endpoint}" base="http://www.example.com" window="0"` +
    `${isGiven.zone ? ` zone="${zone}"` : ""}${isGiven.network ? ` network="${network}"` : ""}/>`;
}

/** A mirror with these caches; its API is on TCP. */
async function startWithCaches(dir: TempDir, vendors: readonly Vendor[], runtime: Runtime): Promise<Mirror> {
  const source = dir.at("source");
  await mkdir(source, { recursive: true });
  await writeFile(
    dir.at("confxml.xml"),
    `<head><sersync><localpath watch="${source}"><remote path="${dir.at("target")}"/></localpath>
  <rsync><commonParams params="-a"/></rsync><plugin start="true" name="edge"/></sersync>
  <plugin name="edge"><localpath watch="${source}">${vendors.map(cdnElement).join("\n")}</localpath></plugin></head>`,
  );
  return await startMirror(["-o", "confxml.xml", "--listen", "127.0.0.1:0"], {
    stateDir: dir.at("state"),
    cwd: dir.path,
    runtime,
    env: SECRETS,
  });
}

async function purgeByHand(dir: TempDir, { address }: Mirror, provider: CdnProviderName): Promise<number> {
  const token = (await readFile(dir.at("state", "token"), "utf8")).trim();
  const { status } = await fetch(`http://${address}/v1/cdn/${provider}/purge`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ urls: [ASKED_FOR] }),
  });
  return status;
}

/** What the vendor has to say to a request for that one URL; null: it would take it. */
function problemWith(name: CdnProviderName, request: VendorRequest): string | null {
  const id = /<CallerReference>([^<]*)</.exec(request.body)?.[1] ?? "";
  return VENDORS[name].problem(request, { id, kind: "url", values: [ASKED_FOR] });
}

for (const runtime of ["compiled", "deno"] satisfies Runtime[]) {
  test(`${runtime}: what is asked for by hand is purged at every provider, with signatures that hold`, async () => {
    await using stack = new AsyncDisposableStack();
    const dir = stack.use(await tempDir());
    const vendors: Vendor[] = [];
    for (const name of CDN_PROVIDER_NAMES) {
      vendors.push({ name, server: stack.use(await vendorServer((request) => VENDORS[name].taken(request))) });
    }
    const mirror = stack.use(await startWithCaches(dir, vendors, runtime));
    await mirror.flush();
    await Promise.all(vendors.map(async ({ name, server }) => {
      expect({ name, status: await purgeByHand(dir, mirror, name) }).toEqual({ name, status: 202 });
      const problems = await waitUntil(`${name} to be asked for it by ${runtime}`, () => {
        const found = server.requests.map((request) => problemWith(name, request));
        return (found.includes(null) || found.length > 5) && found;
      });
      expect({ name, problems }).toEqual({ name, problems: expect.arrayContaining([null]) });
    }));
    const { stdout } = await mirror.ask("status", "--json");
    for (const [variable, secret] of Object.entries(SECRETS)) {
      const isTold = secret !== "" && (stdout + mirror.running.stderr).includes(secret);
      expect({ variable, isTold }).toEqual({ variable, isTold: false });
    }
    expect(troubleIn(mirror.running.stderr)).toEqual([]);
    await mirror.stop();
  });
}

test("a purge that was asked for is not lost when tssync is killed before it could be made", async () => {
  await using dir = await tempDir();
  let answer: VendorAnswer | null = null;
  await using server = await vendorServer(() => answer);
  const vendors = [{ name: "nginx", server }] as const;
  {
    await using mirror = await startWithCaches(dir, vendors, "compiled");
    expect(await purgeByHand(dir, mirror, "nginx")).toBe(202);
    await waitUntil("the request to be under way", () => server.requests.length > 0);
    await mirror.running.stop("SIGKILL");
  }
  answer = { status: 404 };
  const before = server.requests.length;
  await using mirror = await startWithCaches(dir, vendors, "compiled");
  await waitUntil("the request to be made again", () => server.requests.length > before);
  expect(problemWith("nginx", server.requests.at(-1)!)).toBeNull();
  await waitUntil("it to be told as delivered", async () => {
    const status = JSON.parse((await mirror.ask("status", "--json")).stdout) as {
      plugins: { unread: number; inFlight: number; waiting: number; dead: number }[];
    };
    return status.plugins.every(({ unread, inFlight, waiting, dead }) => unread + inFlight + waiting + dead === 0);
  });
  await mirror.stop();
});
