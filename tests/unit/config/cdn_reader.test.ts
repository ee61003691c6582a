import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { CacheSettings } from "../../../src/config/cdn_settings.ts";
import { CDN_PROVIDER_NAMES, providerFacts } from "../../../src/core/cdn_provider.ts";
import { oneRoot, problemsOf, readTexts } from "../../support/configuration_text.ts";

function fileWith(elements: string): string {
  return oneRoot({
    head: `<plugin name="edge"><localpath watch="/data">${elements}</localpath></plugin>`,
    sersync: '<plugin start="true" name="edge"/>',
  });
}

function cachesOf(elements: string): readonly CacheSettings[] {
  const [plugin] = readTexts([fileWith(elements)]).configuration.plugins;
  return plugin?.settings.kind === "cdn" ? plugin.settings.caches : [];
}

function problems(element: string): string {
  return problemsOf(() => readTexts([fileWith(element)]));
}

test("cacheOf() completes what is not given by what the provider publishes", () => {
  const [cache] = cachesOf('<cdn provider="aliyun" base="https://WWW.Example.com:443/a b/"/>');
  expect(cache).toMatchObject({
    endpoint: "https://cdn.aliyuncs.com",
    credentials: { from: "environment", prefix: "" },
    urls: { watch: "/data", base: "https://www.example.com/a%20b", match: null },
    windowMs: 2_000,
    itemsMax: null,
  });
});

test("cacheOf() takes what is given, several caches among it", () => {
  const caches = cachesOf(
    '<cdn provider="nginx" endpoint="http://10.0.0.1/purge/" base="http://a.example" window="0.5"/>' +
      '<cdn provider="akamai" endpoint="https://akab-x.luna.akamaiapis.net" base="http://b.example" network="staging" ' +
      'soft="true" credentials="env:EDGE_" rate="2.5" batch="40" urlsPerDay="9"/>' +
      '<cdn provider="cloudflare" zone="z" base="http://c.example/x/" match="data(/[a-z]*)" credentials="file:cf" collapse="7"/>',
  );
  expect(caches).toMatchObject([
    { endpoint: "http://10.0.0.1/purge", windowMs: 500 },
    {
      network: "staging",
      soft: true,
      credentials: { from: "environment", prefix: "EDGE_" },
      requestsPerSecond: 2.5,
      itemsMax: 40,
      urlsPerDay: 9,
    },
    {
      urls: { base: "http://c.example/x/", match: "data(/[a-z]*)" },
      credentials: { from: "file", path: "cf" },
      collapseAbove: 7,
    },
  ]);
});

test("cacheOf() refuses what cannot work, and says what would", () => {
  const cases = [
    ['<cdn provider="varnsh" endpoint="http://v" base="http://e"/>', 'Did you mean "varnish"?'],
    ['<cdn provider="varnish" base="http://e"/>', 'endpoint="…" is missing; Varnish has no address'],
    ['<cdn provider="varnish" endpoint="http://u:p@v" base="http://e"/>', "without a user"],
    ['<cdn provider="varnish" endpoint="http://v" base="http://e/?a=b"/>', "without ? and #"],
    ['<cdn provider="cloudfront" base="http://e"/>', "it is the distribution's id"],
    ['<cdn provider="tencent" base="http://e" network="moon"/>', 'expected "mainland" or "overseas"'],
    ['<cdn provider="bunny" base="http://e" network="moon"/>', "Bunny knows no networks"],
    ['<cdn provider="bunny" base="http://e" soft="true"/>', "Bunny cannot mark"],
    ['<cdn provider="squid" endpoint="http://s" base="http://e" collapse="5"/>', "purges no directories"],
    ['<cdn provider="squid" endpoint="http://s" base="http://e" match="(a"/>', "expected a regular expression"],
    ['<cdn provider="bunny" base="http://e" rate="0"/>', "above 0"],
  ] as const;
  for (const [element, message] of cases) expect(problems(element)).toContain(message);
});

test("a secret that stands where its place should stand is refused, and not repeated", () => {
  const message = problems('<cdn provider="bunny" base="http://e" credentials="s3cr3t-of-mine"/>');
  expect(message).toContain('"env", "env:PREFIX" or "file:PATH"');
  expect(message).not.toContain("s3cr3t-of-mine");
});

test("providerFacts() says for every provider where its numbers come from and what it purges", () => {
  for (const name of CDN_PROVIDER_NAMES) {
    const { source, calls, endpoint, inFlightMax } = providerFacts(name);
    expect(source).not.toBe("");
    expect(calls.url?.itemsMax).toBeGreaterThan(0);
    expect(inFlightMax).toBeGreaterThan(0);
    if (endpoint !== null) expect(URL.canParse(endpoint)).toBe(true);
  }
});

test("docs/cdn.md shows for every provider a configuration that can be read, and the limits that hold", () => {
  const text = readFileSync(new URL("../../../docs/cdn.md", import.meta.url), "utf8");
  const blocks = [...text.matchAll(/```xml\n(.*?)```/gs)].map(([, block]) => block!.trim());
  const whole = blocks.filter((block) => block.startsWith("<head>"));
  expect(whole).toHaveLength(1);
  const [plugin] = readTexts(whole).configuration.plugins;
  expect(plugin).toMatchObject({ name: "edge", enabled: true, when: "all", settings: { kind: "cdn" } });
  const shown = blocks.filter((block) => block.startsWith("<cdn ")).flatMap((block) => cachesOf(block));
  expect(shown.map(({ provider }) => provider)).toEqual(CDN_PROVIDER_NAMES);
  for (const name of CDN_PROVIDER_NAMES) {
    expect(text).toContain(`\`${name}\``);
    for (const { variable } of providerFacts(name).credentials) expect(text).toContain(`\`${variable}\``);
  }
});
