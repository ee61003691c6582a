/** Networks as people write them, `10.0.0.0/8`, `fd00::/8`, or one address. */
export type Network = { readonly address: string; readonly prefix: number; readonly family: "ipv4" | "ipv6" };

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const IPV6_LETTERS = /^[\da-f:.]{2,45}$/i;

/** null: it is none. */
export function parseNetwork(text: string): Network | null {
  const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = IPV4.test(address) ? "ipv4" : isIpv6(address) ? "ipv6" : null;
  if (family === null) return null;
  const prefixMax = family === "ipv4" ? 32 : 128;
  const prefix = bits === undefined ? prefixMax : Number(bits);
  return prefix > prefixMax ? null : { address, prefix, family };
}

function isIpv6(text: string): boolean {
  return text.includes(":") && IPV6_LETTERS.test(text) && URL.canParse(`http://[${text}]/`);
}
