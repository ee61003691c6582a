/** Opens a cache or CDN: its way of speaking, the account's secrets as they are at each request, and one request per batch. */
import type { CacheSettings } from "../config/cdn_settings.ts";
import { type CdnProviderName, limitsOf, providerFacts, type ProviderLimits } from "../core/cdn_provider.ts";
import { answerText } from "../core/purge_answer.ts";
import { allRefused, type PurgeBatch, type PurgeResult } from "../core/purge.ts";
import { readCredentials } from "./cdn_credentials.ts";
import type { CdnDialect } from "./cdn_dialect.ts";
import { askCdn, type CdnRequest } from "./cdn_request.ts";

/** A cache, or an account at a CDN, that forgets what it is told to. */
export interface CdnProvider {
  readonly name: CdnProviderName;
  /** What it takes in one request and how much over time. It does not keep to them itself: whoever calls it does. */
  readonly limits: ProviderLimits;
  /**
   * One request for a batch that is within `limits`. Calls may overlap. Never rejects: no answer, a foreign answer and an abort are
   * refusals that may be tried again. What was not cached counts as purged. Follows no redirect, reads a bounded answer, and no
   * message holds a secret.
   */
  purge(batch: PurgeBatch, signal: AbortSignal): Promise<PurgeResult>;
  /** That request as text, with masks in the places of secrets and of what is signed with them. Contacts nobody, never rejects. */
  preview(batch: PurgeBatch): Promise<string>;
}

const MASK = "***";
const SIGNED = /authorization|signature/i;

/** Loaded when configured, each by a literal name, so that it is part of the executable. */
const DIALECTS: Readonly<Record<CdnProviderName, () => Promise<CdnDialect>>> = {
  varnish: async () => (await import("./cdn_http_purge.ts")).varnish,
  nginx: async () => (await import("./cdn_http_purge.ts")).nginx,
  squid: async () => (await import("./cdn_http_purge.ts")).squid,
  cloudflare: async () => (await import("./cdn_cloudflare.ts")).cloudflare,
  fastly: async () => (await import("./cdn_fastly.ts")).fastly,
  cloudfront: async () => (await import("./cdn_cloudfront.ts")).cloudfront,
  akamai: async () => (await import("./cdn_akamai.ts")).akamai,
  bunny: async () => (await import("./cdn_bunny.ts")).bunny,
  keycdn: async () => (await import("./cdn_keycdn.ts")).keycdn,
  aliyun: async () => (await import("./cdn_aliyun.ts")).aliyun,
  tencent: async () => (await import("./cdn_tencent.ts")).tencent,
  chinacache: async () => (await import("./cdn_chinacache.ts")).chinacache,
  chinacache2: async () => (await import("./cdn_chinacache.ts")).chinacache2,
};

/** The provider of one `<cdn>`. Contacts nobody yet. Throws TssyncError CONFIG_INVALID where its secrets cannot be read. */
export async function openCdnProvider(settings: CacheSettings): Promise<CdnProvider> {
  const { provider: name, endpoint, zone, network, soft, credentials } = settings;
  const facts = providerFacts(name);
  const dialect = await DIALECTS[name]();
  readCredentials(facts, credentials);
  return {
    name,
    limits: limitsOf(settings),
    async preview(batch) {
      try {
        const given = Object.entries(readCredentials(facts, credentials)).filter(([, secret]) => secret !== "");
        // It is made with masks, so there is no secret that could be overlooked in it.
        const secrets = Object.fromEntries(given.map(([variable]) => [variable, MASK]));
        return requestText(await dialect.request(batch, { endpoint, zone, network, soft, secrets }));
      } catch (error) {
        return `cannot ask ${new URL(endpoint).host}: ${(error as Error).message}`;
      }
    },
    async purge(batch, signal): Promise<PurgeResult> {
      let secrets: Readonly<Record<string, string>> = {};
      const clean = (text: string) => answerText(text, Object.values(secrets));
      try {
        // Read each time: a secret that was replaced counts at once.
        secrets = readCredentials(facts, credentials);
        const request = await dialect.request(batch, { endpoint, zone, network, soft, secrets });
        const answer = await askCdn(request, signal);
        const result = dialect.result(batch, answer, Date.now());
        return { ...result, refused: result.refused.map((one) => ({ ...one, message: clean(one.message) })) };
      } catch (error) {
        const found = error instanceof Error ? error.message : String(error);
        return allRefused(batch, { retryable: true, message: clean(`cannot ask ${new URL(endpoint).host}: ${found}`) });
      }
    },
  };
}

function requestText({ method, url, target, headers, body }: CdnRequest): string {
  const where = target === undefined ? url.href : `${target} at ${url.host}`;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${SIGNED.test(name) ? MASK : value}`);
  return [`${method} ${where}`, ...lines, ...(body === null ? [] : ["", body])].join("\n");
}
