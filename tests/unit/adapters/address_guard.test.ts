import { expect, test } from "bun:test";
import { addressGuard } from "../../../src/adapters/address_guard.ts";

/** Names and what they resolve to. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  "hooks.example.com": ["93.184.216.34"],
  "six.example.com": ["2606:2800:220:1:248:1893:25c8:1946"],
  "inside.example.com": ["10.1.2.3"],
  "metadata.example.com": ["169.254.169.254"],
  "both.example.com": ["93.184.216.34", "127.0.0.1"],
  "mapped.example.com": ["::ffff:10.0.0.1"],
};

async function resolve(name: string) {
  const found = NAMES[name];
  if (found === undefined) throw new Error("ENOTFOUND");
  return found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
}

const refused = [
  "https://127.0.0.1/",
  "https://127.1/",
  "https://2130706433/",
  "https://0x7f000001/",
  "https://017700000001/",
  "https://0.0.0.0/",
  "https://10.0.0.1/",
  "https://100.64.0.1/",
  "https://169.254.169.254/latest/meta-data/",
  "https://172.16.0.1/",
  "https://192.168.1.1/",
  "https://224.0.0.1/",
  "https://255.255.255.255/",
  "https://[::1]/",
  "https://[::]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[2002:7f00:1::]/",
  "https://[fc00::1]/",
  "https://[fe80::1]/",
  "https://[ff02::1]/",
  "https://inside.example.com/",
  "https://metadata.example.com/",
  "https://both.example.com/",
  "https://mapped.example.com/",
  "http://hooks.example.com/",
  "http://93.184.216.34/",
  "https://user:secret@hooks.example.com/",
  "ftp://hooks.example.com/",
];

for (const url of refused) {
  test(`AddressGuard.refusal() refuses ${url}`, async () => {
    expect(await addressGuard([], resolve).refusal(new URL(url))).not.toBeNull();
  });
}

for (
  const url of [
    "https://hooks.example.com/",
    "https://six.example.com/",
    "https://93.184.216.34/",
    "https://nobody.example.com/",
  ]
) {
  test(`AddressGuard.refusal() lets ${url} pass`, async () => {
    expect(await addressGuard([], resolve).refusal(new URL(url))).toBeNull();
  });
}

for (
  const [allow, url, isAllowed] of [
    ["10.0.0.0/8", "https://inside.example.com/", true],
    ["10.0.0.0/8", "http://10.1.2.3/", true],
    ["10.0.0.0/8", "https://mapped.example.com/", true],
    ["10.0.0.0/8", "http://192.168.1.1/", false],
    ["93.184.216.34", "http://hooks.example.com/", true],
    ["127.0.0.0/8", "https://both.example.com/", true],
    ["127.0.0.0/8", "http://both.example.com/", false],
    ["fd00::/8", "http://[fd00::1]/", true],
    ["::/0", "https://10.1.2.3/", false],
    ["0.0.0.0/0", "https://[::1]/", false],
  ] as const
) {
  test(`AddressGuard that allows ${allow} ${isAllowed ? "lets" : "does not let"} ${url} pass`, async () => {
    expect(await addressGuard([allow], resolve).refusal(new URL(url)) === null).toBe(isAllowed);
  });
}

function lookUp(host: string, allow: readonly string[], all: boolean): Promise<unknown> {
  const lookup = addressGuard(allow, resolve).lookup(new URL(`https://${host}/`));
  return new Promise((done) =>
    lookup(host, { all }, (error, address, family) => done(error?.message ?? { address, family }))
  );
}

test("AddressGuard.lookup() gives what may be connected to, and nothing of a name of which one address is forbidden", async () => {
  const address = { address: "93.184.216.34", family: 4 };
  expect(await lookUp("hooks.example.com", [], false)).toEqual(address);
  expect(await lookUp("hooks.example.com", [], true)).toEqual({ address: [address] });
  expect(await lookUp("both.example.com", [], true)).toContain("127.0.0.1 is not an address of the public internet");
  expect(await lookUp("metadata.example.com", [], false)).toContain("169.254.169.254");
  expect(await lookUp("inside.example.com", ["10.0.0.0/8"], false)).toEqual({ address: "10.1.2.3", family: 4 });
  expect(await lookUp("nobody.example.com", [], false)).toBe("ENOTFOUND");
});
