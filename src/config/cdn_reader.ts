import { CDN_PROVIDER_NAMES, type CdnProviderName, providerFacts } from "../core/cdn_provider.ts";
import type { BytePath } from "../core/path.ts";
import type { CacheSettings } from "./cdn_settings.ts";
import type { ElementReading } from "./read_element.ts";
import type { Report } from "./report.ts";
import type { CACHE } from "./schema_cdn.ts";
import { expressionProblem } from "./value.ts";

/** The settings of one `<cdn>`; none where something was missing, which has been reported. */
export function cacheOf(
  { values, origin }: ElementReading<typeof CACHE>,
  watch: BytePath,
  report: Report,
): readonly CacheSettings[] {
  const { base, match, zone, network } = values;
  const provider = CDN_PROVIDER_NAMES.find((name) => name === values.provider);
  if (provider === undefined || base === null) return [];
  const facts = providerFacts(provider);
  const endpoint = values.endpoint ?? facts.endpoint;
  if (endpoint === null) {
    report.problem(origin(), `the attribute endpoint="…" is missing; ${facts.title} has no address of its own`);
    return [];
  }
  for (const [name, url] of [["endpoint", endpoint], ["base", base]] as const) {
    const problem = urlProblem(url);
    if (problem !== null) report.problem(origin(name), problem);
  }
  const unusable = match === null ? null : expressionProblem(match, "search");
  if (unusable !== null) report.problem(origin("match"), `expected a regular expression; ${unusable}`);
  if (facts.zone?.required === true && (zone ?? "") === "") {
    report.problem(origin(), `the attribute zone="…" is missing; for ${facts.title} it is ${facts.zone.meaning}`);
  }
  if (network !== null && !facts.networks.includes(network)) {
    report.problem(origin("network"), networkProblem(provider));
  }
  if (values.soft && !facts.soft) report.problem(origin("soft"), `${facts.title} cannot mark copies as stale`);
  if (values.collapse !== null && facts.calls.directory === undefined) {
    report.problem(origin("collapse"), `${facts.title} purges no directories`);
  }
  return [{
    provider,
    endpoint: normalUrl(endpoint).replace(/\/+$/, ""),
    zone: zone ?? "",
    network: network ?? facts.networks[0] ?? "",
    soft: values.soft,
    credentials: values.credentials,
    urls: {
      watch,
      // What an expression captures may bring the slash, so none is taken away.
      base: match === null ? normalUrl(base).replace(/\/+$/, "") : base,
      match: unusable === null ? match : null,
      indexNames: values.index,
    },
    windowMs: values.window === null ? facts.windowMs : values.window * 1_000,
    itemsMax: values.batch,
    requestsPerSecond: values.rate,
    urlsPerDay: values.urlsPerDay,
    directoriesPerDay: values.directoriesPerDay,
    collapseAbove: values.collapse,
  }];
}

function urlProblem(text: string): string | null {
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "expected a URL without a user; secrets do not stand here";
  return url.search === "" && url.hash === "" ? null : "expected a URL without ? and #";
}

/** As browsers write it. */
function normalUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}

function networkProblem(provider: CdnProviderName): string {
  const { networks, title } = providerFacts(provider);
  const known = networks.filter((name) => name !== "").map((name) => `"${name}"`);
  return known.length === 0 ? `${title} knows no networks` : `expected ${known.join(" or ")}`;
}
