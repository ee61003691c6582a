/**
 * The caches and CDNs that can be purged, as data: what they take in one request, how fast and how often, and where that stands.
 * How each is spoken to is in `src/adapters/cdn_*.ts`.
 */
import type { PurgeKind } from "./purge.ts";
import type { CallLimits } from "./purge_plan.ts";
import type { Quota } from "./purge_quota.ts";
import type { Rate } from "./token_bucket.ts";

/** One kind of purge at one provider. */
export type CallFacts = CallLimits & {
  /** What an account may do; the empty list: nothing is published. */
  readonly rates: readonly Rate[];
};

/** A secret of an account: what it is for, and the name under which it is looked for. */
export type CredentialField = { readonly variable: string; readonly required: boolean };

/** What a provider takes. */
export type ProviderLimits = {
  /** Kinds that are missing cannot be purged. A directory is then purged file by file, as far as its files are there. */
  readonly calls: Partial<Readonly<Record<PurgeKind, CallFacts>>>;
  readonly quotas: readonly Quota[];
  /** Requests under way at once. */
  readonly inFlightMax: number;
};

export type ProviderFacts = ProviderLimits & {
  readonly title: string;
  /** Where purges go; null: the configuration must say. */
  readonly endpoint: string | null;
  /** What the attribute `zone` holds; null: it has no meaning here. */
  readonly zone: { readonly meaning: string; readonly required: boolean } | null;
  /** What the attribute `network` may be, its default first; empty: it has no meaning here. */
  readonly networks: readonly string[];
  /** Whether `soft` (mark as stale instead of removing) is offered. */
  readonly soft: boolean;
  readonly credentials: readonly CredentialField[];
  /** How long changes are collected by default: a cache of one's own is asked at once, an account's requests are counted. */
  readonly windowMs: number;
  /** Where the numbers come from. */
  readonly source: string;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TEN_MINUTES_MS = 600_000;

/** A cache of one's own takes one object per request, as fast as it can. */
const ONE_AT_A_TIME: CallFacts = { itemsMax: 1, bytesMax: null, rates: [] };

/** Where a vendor publishes no number: a request that stays small. */
const UNPUBLISHED_ITEMS_MAX = 100;

function key(variable: string): CredentialField {
  return { variable, required: true };
}

const OWN_CACHE = {
  endpoint: null,
  zone: null,
  networks: [],
  soft: false,
  credentials: [],
  quotas: [],
  inFlightMax: 8,
  windowMs: 100,
} as const;

const VENDOR = { zone: null, networks: [], soft: false, quotas: [], inFlightMax: 4, windowMs: 2_000 } as const;

/** One account, however it is spoken to. */
const CHINACACHE = {
  ...VENDOR,
  credentials: [key("CHINACACHE_USERNAME"), key("CHINACACHE_PASSWORD")],
  calls: {
    url: { itemsMax: UNPUBLISHED_ITEMS_MAX, bytesMax: null, rates: [] },
    directory: { itemsMax: 10, bytesMax: null, rates: [] },
  },
  quotas: [
    { kind: "url", count: 3_000, everyMs: HOUR_MS },
    { kind: "url", count: 72_000, everyMs: DAY_MS },
    { kind: "directory", count: 10, everyMs: TEN_MINUTES_MS },
  ],
  inFlightMax: 1,
  source: "public programs that call it; the vendor's own pages are gone",
} as const;

export const CDN_PROVIDERS = {
  varnish: {
    ...OWN_CACHE,
    title: "Varnish",
    calls: { url: ONE_AT_A_TIME, directory: ONE_AT_A_TIME, tag: ONE_AT_A_TIME },
    source: "https://varnish-cache.org/docs/7.5/users-guide/purging.html",
  },
  nginx: {
    ...OWN_CACHE,
    title: "nginx with ngx_cache_purge",
    calls: { url: ONE_AT_A_TIME },
    source: "https://github.com/nginx-modules/ngx_cache_purge",
  },
  squid: {
    ...OWN_CACHE,
    title: "Squid",
    calls: { url: ONE_AT_A_TIME },
    source: "https://wiki.squid-cache.org/SquidFaq/OperatingSquid",
  },
  cloudflare: {
    ...VENDOR,
    title: "Cloudflare",
    endpoint: "https://api.cloudflare.com",
    zone: { meaning: "the zone's id", required: true },
    credentials: [key("CLOUDFLARE_API_TOKEN")],
    calls: {
      url: { itemsMax: 100, bytesMax: null, rates: [{ per: "item", burst: 800, perSecond: 800 }] },
      directory: { itemsMax: 100, bytesMax: null, rates: [{ per: "request", burst: 25, perSecond: 5 / 60 }] },
      tag: { itemsMax: 100, bytesMax: null, rates: [{ per: "request", burst: 25, perSecond: 5 / 60 }] },
    },
    // The numbers of the Free plan; larger plans may more, and `batch` and `rate` say so.
    source: "https://developers.cloudflare.com/cache/how-to/purge-cache",
  },
  fastly: {
    ...VENDOR,
    title: "Fastly",
    endpoint: "https://api.fastly.com",
    zone: { meaning: "the service's id, for tags", required: false },
    soft: true,
    credentials: [key("FASTLY_API_TOKEN")],
    calls: { url: ONE_AT_A_TIME, tag: { itemsMax: 256, bytesMax: null, rates: [] } },
    // Some 100,000 purges an hour and account are common knowledge, and not in the vendor's published text.
    quotas: [{ kind: "url", count: 100_000, everyMs: HOUR_MS }],
    inFlightMax: 8,
    source: "https://github.com/fastly/fastly-js/blob/main/docs/PurgeApi.md",
  },
  cloudfront: {
    ...VENDOR,
    title: "Amazon CloudFront",
    endpoint: "https://cloudfront.amazonaws.com",
    zone: { meaning: "the distribution's id", required: true },
    credentials: [
      key("AWS_ACCESS_KEY_ID"),
      key("AWS_SECRET_ACCESS_KEY"),
      { variable: "AWS_SESSION_TOKEN", required: false },
    ],
    // Counted over all invalidations in progress; what is too much is refused and tried again.
    calls: {
      url: { itemsMax: 3_000, bytesMax: null, rates: [] },
      directory: { itemsMax: 15, bytesMax: null, rates: [] },
    },
    inFlightMax: 1,
    source: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html",
  },
  akamai: {
    ...VENDOR,
    title: "Akamai Fast Purge",
    // Each account has a host of its own.
    endpoint: null,
    networks: ["production", "staging"],
    soft: true,
    credentials: [key("AKAMAI_CLIENT_TOKEN"), key("AKAMAI_CLIENT_SECRET"), key("AKAMAI_ACCESS_TOKEN")],
    calls: {
      url: {
        itemsMax: 10_000,
        bytesMax: 49_000,
        rates: [{ per: "request", burst: 100, perSecond: 50 }, { per: "item", burst: 10_000, perSecond: 200 }],
      },
      tag: {
        itemsMax: 5_000,
        bytesMax: 49_000,
        rates: [{ per: "request", burst: 100, perSecond: 50 }, { per: "item", burst: 5_000, perSecond: 500 / 60 }],
      },
    },
    source: "https://techdocs.akamai.com/purge-cache/reference/rate-limiting (body of 50,000 bytes at most)",
  },
  bunny: {
    ...VENDOR,
    title: "Bunny",
    endpoint: "https://api.bunny.net",
    zone: { meaning: "the pull zone's id, for tags", required: false },
    credentials: [key("BUNNY_API_KEY")],
    calls: {
      url: { itemsMax: 1, bytesMax: null, rates: [{ per: "request", burst: 120, perSecond: 5 }] },
      directory: { itemsMax: 1, bytesMax: null, rates: [{ per: "request", burst: 20, perSecond: 0.5 }] },
      tag: { itemsMax: 1, bytesMax: null, rates: [{ per: "request", burst: 20, perSecond: 0.5 }] },
    },
    source: "https://docs.bunny.net/docs/cdn-api-purge-rate-limits",
  },
  keycdn: {
    ...VENDOR,
    title: "KeyCDN",
    endpoint: "https://api.keycdn.com",
    zone: { meaning: "the zone's id", required: true },
    credentials: [key("KEYCDN_API_KEY")],
    calls: {
      url: {
        itemsMax: UNPUBLISHED_ITEMS_MAX,
        bytesMax: null,
        rates: [{ per: "request", burst: 20, perSecond: 20 / 60 }],
      },
      tag: {
        itemsMax: UNPUBLISHED_ITEMS_MAX,
        bytesMax: 128,
        rates: [{ per: "request", burst: 20, perSecond: 20 / 60 }],
      },
    },
    source: "https://www.drupal.org/node/2878035 (as reported there)",
  },
  aliyun: {
    ...VENDOR,
    title: "Aliyun CDN",
    endpoint: "https://cdn.aliyuncs.com",
    credentials: [key("ALIBABA_CLOUD_ACCESS_KEY_ID"), key("ALIBABA_CLOUD_ACCESS_KEY_SECRET")],
    calls: {
      url: { itemsMax: 1_000, bytesMax: null, rates: [{ per: "request", burst: 50, perSecond: 50 }] },
      directory: { itemsMax: 100, bytesMax: null, rates: [{ per: "request", burst: 50, perSecond: 50 }] },
    },
    quotas: [
      { kind: "url", count: 10_000, everyMs: DAY_MS },
      { kind: "directory", count: 100, everyMs: DAY_MS },
    ],
    source: "https://www.alibabacloud.com/help/en/alibaba-cloud-cdn/latest/refreshobjectcaches",
  },
  tencent: {
    ...VENDOR,
    title: "Tencent CDN",
    endpoint: "https://cdn.tencentcloudapi.com",
    networks: ["", "mainland", "overseas"],
    credentials: [key("TENCENTCLOUD_SECRET_ID"), key("TENCENTCLOUD_SECRET_KEY")],
    calls: {
      url: { itemsMax: 1_000, bytesMax: null, rates: [{ per: "request", burst: 20, perSecond: 20 }] },
      directory: { itemsMax: 500, bytesMax: null, rates: [{ per: "request", burst: 20, perSecond: 20 }] },
    },
    quotas: [
      { kind: "url", count: 10_000, everyMs: DAY_MS },
      { kind: "directory", count: 100, everyMs: DAY_MS },
    ],
    source: "https://www.tencentcloud.com/document/product/228/33601",
  },
  chinacache: {
    ...CHINACACHE,
    title: "ChinaCache, the interface of sersync's time",
    endpoint: "http://ccms.chinacache.com",
  },
  chinacache2: { ...CHINACACHE, title: "ChinaCache, the newer interface", endpoint: "https://r.chinacache.com" },
} as const satisfies Record<string, ProviderFacts>;

export type CdnProviderName = keyof typeof CDN_PROVIDERS;

export const CDN_PROVIDER_NAMES = Object.keys(CDN_PROVIDERS) as CdnProviderName[];

/** The facts of a provider, with every field there. */
export function providerFacts(name: CdnProviderName): ProviderFacts {
  return CDN_PROVIDERS[name];
}

/** What the configuration says instead. */
export type LimitChoices = {
  readonly provider: CdnProviderName;
  readonly itemsMax: number | null;
  readonly requestsPerSecond: number | null;
  readonly urlsPerDay: number | null;
  readonly directoriesPerDay: number | null;
};

/** The provider's limits, with what was chosen otherwise: an account may have others than those published for all. */
export function limitsOf({ provider, itemsMax, requestsPerSecond, ...perDay }: LimitChoices): ProviderLimits {
  const { calls, quotas, inFlightMax } = providerFacts(provider);
  const rate: Rate | null = requestsPerSecond === null
    ? null
    : { per: "request", burst: Math.max(1, Math.ceil(requestsPerSecond)), perSecond: requestsPerSecond };
  const chosen = (call: CallFacts): CallFacts => ({
    ...call,
    itemsMax: itemsMax === null || call.itemsMax === 1 ? call.itemsMax : itemsMax,
    rates: rate === null ? call.rates : [rate],
  });
  return {
    calls: Object.fromEntries(Object.entries(calls).map(([kind, call]) => [kind, chosen(call)])),
    quotas: [
      ...quotas.filter(({ kind }) => chosenPerDay(kind, perDay) === null),
      ...(["url", "directory"] as const).flatMap((kind) => {
        const count = chosenPerDay(kind, perDay);
        return count === null ? [] : [{ kind, count, everyMs: DAY_MS }];
      }),
    ],
    inFlightMax,
  };
}

function chosenPerDay(kind: PurgeKind, perDay: Pick<LimitChoices, "urlsPerDay" | "directoriesPerDay">): number | null {
  return kind === "url" ? perDay.urlsPerDay : kind === "directory" ? perDay.directoriesPerDay : null;
}
