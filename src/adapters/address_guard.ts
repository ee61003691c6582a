/**
 * Where webhooks may go: to addresses of the public internet over https, and to what somebody has allowed by name. What a name
 * resolves to counts, at the moment of the connection: the connection goes to the very addresses that were looked at.
 */
import { lookup as lookupName } from "node:dns";
import type { LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { parseNetwork } from "../core/network.ts";

/** Nobody's, one's own, one's neighbours' (RFC 6890 and what came after it). */
const NOT_PUBLIC = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  // Everything but global unicast, and of that what stands for IPv4 addresses or for examples.
  "::/3",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
  "4000::/2",
  "8000::/1",
];

export type ResolveName = (name: string) => Promise<readonly LookupAddress[]>;

type Addresses =
  | { readonly found: readonly [LookupAddress, ...LookupAddress[]] }
  | { readonly error: Error };

export type AddressGuard = {
  /** Why a request may not go there, as far as can be told now; null: it may. A name that nobody knows may. */
  refusal(url: URL): Promise<string | null>;
  /** For the request itself: gives only addresses that are allowed, or the refusal as an error. */
  lookup(url: URL): LookupFunction;
};

/** `allow`: networks that are good although they are not public, and for plain http. */
export function addressGuard(allow: readonly string[], resolve: ResolveName = resolveByDns): AddressGuard {
  const allowed = blockListOf(allow);
  const notPublic = blockListOf(NOT_PUBLIC);

  function troubleWith(address: string, { protocol }: URL): string | null {
    if (isIn(allowed, address)) return null;
    if (isIn(notPublic, address)) {
      return `${address} is not an address of the public internet; --webhook-allow ${address} would allow it`;
    }
    return protocol === "https:" ? null : `plain http to ${address}; use https, or --webhook-allow ${address}`;
  }

  async function addressesOf(url: URL): Promise<readonly LookupAddress[]> {
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    const family = isIP(host);
    return family === 0 ? await resolve(host) : [{ address: host, family }];
  }

  /** What may be connected to; all of it, or nothing. */
  async function addressesFor(name: string, url: URL): Promise<Addresses> {
    try {
      const [first, ...others] = await resolve(name);
      if (first === undefined) return { error: new Error(`${name} has no address`) };
      const trouble = [first, ...others].map(({ address }) => troubleWith(address, url)).find((each) => each !== null);
      return trouble === undefined ? { found: [first, ...others] } : { error: new Error(`${name}: ${trouble}`) };
    } catch (error) {
      return { error: error as Error };
    }
  }

  return {
    async refusal(url) {
      if (url.protocol !== "https:" && url.protocol !== "http:") return `${url.protocol} is no protocol of webhooks`;
      if (url.username !== "" || url.password !== "") return "a user or password does not belong into its URL";
      const found = await addressesOf(url).catch(() => []);
      // One of several is enough: the connection might take that one.
      return found.map(({ address }) => troubleWith(address, url)).find((trouble) => trouble !== null) ?? null;
    },

    lookup: (url) => (name, options, give) => {
      void addressesFor(name, url).then((outcome) => {
        if ("error" in outcome) give(outcome.error, []);
        else if (options.all === true) give(null, [...outcome.found]);
        else give(null, outcome.found[0].address, outcome.found[0].family);
      });
    },
  };
}

/** Apart: a network of one family says nothing about addresses of the other. */
type Networks = { readonly ipv4: BlockList; readonly ipv6: BlockList };

function blockListOf(networks: readonly string[]): Networks {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network !== null) lists[network.family].addSubnet(network.address, network.prefix, network.family);
  }
  return lists;
}

/** An IPv4 address may come dressed as an IPv6 one. */
function isIn(networks: Networks, address: string): boolean {
  const ipv4 = isIP(address) === 4 ? address : mappedIpv4(address);
  return ipv4 === null ? networks.ipv6.check(address.replace(/%.*$/, ""), "ipv6") : networks.ipv4.check(ipv4, "ipv4");
}

/** The address in `::ffff:1.2.3.4`, also where it is written in hexadecimal. */
function mappedIpv4(address: string): string | null {
  const whole = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (whole !== undefined) return whole;
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return null;
  const bytes = [high, low].flatMap((part) => [parseInt(part, 16) >> 8, parseInt(part, 16) & 0xff]);
  return bytes.join(".");
}

function resolveByDns(name: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookupName(name, { all: true, verbatim: true }, (error, found) => error === null ? resolve(found) : reject(error));
  });
}
