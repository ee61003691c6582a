import { type CdnProvider, openCdnProvider } from "../../src/adapters/cdn_provider.ts";
import type { CacheSettings } from "../../src/config/cdn_settings.ts";
import { type CdnProviderName, providerFacts } from "../../src/core/cdn_provider.ts";
import type { BytePath } from "../../src/core/path.ts";
import type { PurgeBatch } from "../../src/core/purge.ts";
import { headerOf, type VendorAnswer, type VendorRequest, vendorServer } from "../support/vendors/vendor_server.ts";
import { acs3Problem, edgegridProblem, sigv4Problem, tc3Problem } from "../support/vendors/signature_problem.ts";

/** The secrets of every account in these tests. */
export const SECRETS: Readonly<Record<string, string>> = {
  CLOUDFLARE_API_TOKEN: "cf-secret-token",
  FASTLY_API_TOKEN: "fastly-secret-token",
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  AWS_SESSION_TOKEN: "",
  AKAMAI_CLIENT_TOKEN: "akab-client-token",
  AKAMAI_CLIENT_SECRET: "akamai/client+secret=",
  AKAMAI_ACCESS_TOKEN: "akab-access-token",
  BUNNY_API_KEY: "bunny-secret-key",
  KEYCDN_API_KEY: "keycdn-secret-key",
  ALIBABA_CLOUD_ACCESS_KEY_ID: "aliyun-key-id",
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: "aliyun-key-secret",
  TENCENTCLOUD_SECRET_ID: "tencent-secret-id",
  TENCENTCLOUD_SECRET_KEY: "tencent-secret-key",
  CHINACACHE_USERNAME: "china-user",
  CHINACACHE_PASSWORD: "china secret&=",
};

/** One vendor, as its documents describe it. */
export type Vendor = {
  readonly zone?: string;
  readonly network?: string;
  /** Why the vendor would not take this request; null: it would. What it asks for is `batch`. */
  readonly problem: (request: VendorRequest, batch: PurgeBatch) => string | null;
  readonly taken: (request: VendorRequest) => VendorAnswer;
  /** How it says that its quota or its rate is used up. */
  readonly tooMuch: VendorAnswer;
  /** How it refuses what it will never take; null: it has no way to say so. */
  readonly refused: VendorAnswer | null;
};

function json(status: number, value: unknown, headers: Record<string, string> = {}): VendorAnswer {
  return { status, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** Compares what was asked for with what should have been. */
function differs(what: string, found: unknown, wanted: unknown): string | null {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
  return left === right ? null : `${what}: ${left}, not ${right}`;
}

function first(...problems: readonly (string | null)[]): string | null {
  return problems.find((problem) => problem !== null) ?? null;
}

function line({ method, target }: VendorRequest, wanted: string): string | null {
  return differs("request line", `${method} ${target}`, wanted);
}

function path(url: string): string {
  return url.replace(/^http:\/\/[^/]+/, "");
}

function bare(url: string): string {
  return url.replace(/^http:\/\//, "");
}

const TOO_MANY: VendorAnswer = { status: 429, headers: { "Retry-After": "7" }, body: "slow down" };

const httpCache = (wanted: (batch: PurgeBatch) => string): Vendor => ({
  problem: (request, batch) =>
    first(
      line(request, wanted(batch)),
      batch.kind === "tag" ? null : differs("host", headerOf(request, "host"), "www.example.com"),
      batch.kind !== "directory" || !wanted(batch).startsWith("BAN")
        ? null
        : differs("expression", headerOf(request, "x-ban-url"), "^/a/d\\.x/"),
    ),
  taken: () => ({ status: 200, body: "Purged" }),
  tooMuch: { status: 503, headers: { "Retry-After": "7" } },
  refused: { status: 400 },
});

export const VENDORS: Readonly<Record<CdnProviderName, Vendor>> = {
  varnish: httpCache(({ kind, values }) =>
    `${kind === "url" ? "PURGE" : "BAN"} ${kind === "tag" ? "/" : path(values[0]!)}`
  ),
  nginx: httpCache(({ values }) => `PURGE ${path(values[0]!)}`),
  squid: httpCache(({ values }) => `PURGE ${values[0]}`),
  cloudflare: {
    zone: "z/1",
    problem: (request, { kind, values }) =>
      first(
        line(request, "POST /client/v4/zones/z%2F1/purge_cache"),
        differs("authorization", headerOf(request, "authorization"), "Bearer cf-secret-token"),
        differs("type", headerOf(request, "content-type"), "application/json"),
        differs(
          "body",
          JSON.parse(request.body),
          kind === "url" ? { files: values } : kind === "tag" ? { tags: values } : { prefixes: values.map(bare) },
        ),
      ),
    taken: () => json(200, { success: true, errors: [], messages: [], result: { id: "z1" } }),
    tooMuch: json(429, { success: false, errors: [{ code: 10000, message: "rate" }] }, { "Retry-After": "7" }),
    refused: json(200, { success: false, errors: [{ code: 1094, message: "not of this zone" }], result: null }),
  },
  fastly: {
    zone: "svc1",
    problem: (request, { kind, values }) =>
      first(
        line(request, kind === "url" ? `POST /purge/${bare(values[0]!)}` : "POST /service/svc1/purge"),
        differs("key", headerOf(request, "fastly-key"), "fastly-secret-token"),
        kind === "url" ? null : differs("body", JSON.parse(request.body), { surrogate_keys: values }),
      ),
    taken: () => json(200, { status: "ok", id: "108-1" }),
    tooMuch: json(429, { msg: "Too many requests" }, { "Retry-After": "7" }),
    refused: json(400, { msg: "Bad request", detail: "invalid URL" }),
  },
  cloudfront: {
    zone: "E2EXAMPLE",
    problem: (request, { id, kind, values }) =>
      first(
        sigv4Problem(request, {
          keyId: SECRETS["AWS_ACCESS_KEY_ID"]!,
          secret: SECRETS["AWS_SECRET_ACCESS_KEY"]!,
          region: "us-east-1",
          service: "cloudfront",
        }),
        line(request, "POST /2020-05-31/distribution/E2EXAMPLE/invalidation"),
        differs(
          "paths",
          Array.from(request.body.matchAll(/<Path>([^<]*)<\/Path>/g), ([, found]) => found),
          values.map((value) => `${path(value).replaceAll("&", "&amp;")}${kind === "directory" ? "*" : ""}`),
        ),
        differs("quantity", /<Quantity>(\d+)</.exec(request.body)?.[1], String(values.length)),
        differs("reference", /<CallerReference>([^<]*)</.exec(request.body)?.[1], id),
      ),
    taken: () => ({ status: 201, body: "<Invalidation><Id>I1</Id><Status>InProgress</Status></Invalidation>" }),
    tooMuch: {
      status: 400,
      body: "<ErrorResponse><Error><Type>Sender</Type><Code>TooManyInvalidationsInProgress</Code>" +
        "<Message>Processing your request will cause you to exceed the limit</Message></Error></ErrorResponse>",
    },
    refused: {
      status: 400,
      body: "<ErrorResponse><Error><Code>InvalidArgument</Code><Message>no such path</Message></Error></ErrorResponse>",
    },
  },
  akamai: {
    network: "staging",
    problem: (request, { kind, values }) =>
      first(
        edgegridProblem(request, {
          clientToken: SECRETS["AKAMAI_CLIENT_TOKEN"]!,
          accessToken: SECRETS["AKAMAI_ACCESS_TOKEN"]!,
          clientSecret: SECRETS["AKAMAI_CLIENT_SECRET"]!,
        }, { nowMs: Date.now() }),
        line(request, `POST /ccu/v3/delete/${kind}/staging`),
        differs("body", JSON.parse(request.body), { objects: values }),
      ),
    taken: () => json(201, { httpStatus: 201, detail: "Request accepted", estimatedSeconds: 5, purgeId: "p-1" }),
    tooMuch: json(429, { title: "Rate Limit exceeded", detail: "too many", status: 429 }, { "Retry-After": "5" }),
    refused: json(400, { title: "Bad request", detail: "not yours" }),
  },
  bunny: {
    zone: "77",
    problem: (request, { kind, values: [value] }) => {
      const url = new URL(request.target, "http://x");
      return first(
        differs("method", request.method, "POST"),
        differs("key", headerOf(request, "accesskey"), "bunny-secret-key"),
        differs("path", url.pathname, kind === "tag" ? "/pullzone/77/purgeCache" : "/purge"),
        kind === "tag"
          ? differs("body", JSON.parse(request.body), { CacheTag: value })
          : differs("url", url.searchParams.get("url"), kind === "url" ? value : `${value}*`),
        differs("exact", url.searchParams.get("exactPath"), kind === "url" ? "true" : null),
      );
    },
    taken: () => ({ status: 204 }),
    tooMuch: TOO_MANY,
    refused: json(400, { ErrorKey: "purge.url", Message: "The URL is invalid" }),
  },
  keycdn: {
    zone: "12",
    problem: (request, { kind, values }) =>
      first(
        line(request, `DELETE /zones/${kind === "url" ? "purgeurl" : "purgetag"}/12.json`),
        differs("login", headerOf(request, "authorization"), `Basic ${btoa("keycdn-secret-key:")}`),
        differs("body", JSON.parse(request.body), kind === "url" ? { urls: values.map(bare) } : { tags: values }),
      ),
    taken: () => json(200, { status: "success", description: "Cache has been cleared" }),
    tooMuch: json(429, { status: "error", error_message: "rate limit" }, { "Retry-After": "7" }),
    refused: json(200, { status: "error", description: "no such url" }),
  },
  aliyun: {
    problem: (request, { kind, values }) =>
      first(
        acs3Problem(request, {
          keyId: SECRETS["ALIBABA_CLOUD_ACCESS_KEY_ID"]!,
          secret: SECRETS["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]!,
        }),
        line(request, "POST /"),
        differs("action", headerOf(request, "x-acs-action"), "RefreshObjectCaches"),
        differs("version", headerOf(request, "x-acs-version"), "2018-05-10"),
        differs("paths", new URLSearchParams(request.body).get("ObjectPath")?.split("\n"), values),
        differs("type", new URLSearchParams(request.body).get("ObjectType"), kind === "url" ? "File" : "Directory"),
      ),
    taken: () => json(200, { RefreshTaskId: "task-1", RequestId: "r-1" }),
    tooMuch: json(400, { Code: "QuotaExceeded.Refresh", Message: "Exceeded the refresh quota" }),
    refused: json(400, { Code: "InvalidObjectPath.Malformed", Message: "wrong" }),
  },
  tencent: {
    network: "overseas",
    problem: (request, { kind, values }) =>
      first(
        tc3Problem(request, {
          keyId: SECRETS["TENCENTCLOUD_SECRET_ID"]!,
          secret: SECRETS["TENCENTCLOUD_SECRET_KEY"]!,
          service: "cdn",
        }, Date.now()),
        line(request, "POST /"),
        differs("action", headerOf(request, "x-tc-action"), kind === "url" ? "PurgeUrlsCache" : "PurgePathCache"),
        differs("version", headerOf(request, "x-tc-version"), "2018-06-06"),
        differs(
          "values",
          (JSON.parse(request.body) as Record<string, unknown>)[kind === "url" ? "Urls" : "Paths"],
          values,
        ),
        differs("area", (JSON.parse(request.body) as Record<string, unknown>)["Area"], "overseas"),
      ),
    taken: () => json(200, { Response: { TaskId: "t-1", RequestId: "r-1" } }),
    tooMuch: json(200, {
      Response: { Error: { Code: "LimitExceeded.CdnPurgeUrlExceedDayLimit", Message: "quota" }, RequestId: "r" },
    }),
    refused: json(200, {
      Response: { Error: { Code: "InvalidParameter.CdnPurgeWildcardNotAllowed", Message: "wrong" }, RequestId: "r" },
    }),
  },
  chinacache: {
    problem: (request, { kind, values }) => {
      const form = new URLSearchParams(request.body);
      return first(
        line(request, "POST /index.jsp"),
        differs("login", [form.get("user"), form.get("pswd"), form.get("ok")], ["china-user", "china secret&=", "ok"]),
        differs("values", form.get(kind === "url" ? "urls" : "dirs")?.split("\r\n"), values),
        differs("others", form.get(kind === "url" ? "dirs" : "urls"), null),
      );
    },
    taken: () => ({ status: 200, headers: { whatsup: 'content="succeed"' }, body: "" }),
    tooMuch: { status: 200, headers: { urlexceed: "3000", direxceed: "10" } },
    refused: null,
  },
  chinacache2: {
    problem: (request, { kind, values }) =>
      first(
        line(request, "POST /content/refresh"),
        differs("body", JSON.parse(request.body), {
          username: "china-user",
          password: "china secret&=",
          task: { urls: kind === "url" ? values : [], dirs: kind === "directory" ? values : [] },
        }),
      ),
    taken: () => json(200, { r_id: "5f0c1" }),
    tooMuch: TOO_MANY,
    refused: json(400, { message: "not yours" }),
  },
};

/** What each kind of purge is tried with. */
export const SAMPLES: Readonly<Record<PurgeBatch["kind"], readonly string[]>> = {
  url: ["http://www.example.com/a/b%20c&d.png", "http://www.example.com/%C3%A4/%0A;'.txt"],
  directory: ["http://www.example.com/a/d.x/"],
  tag: ["article-7"],
};

export type CdnUnderTest = AsyncDisposable & {
  readonly provider: CdnProvider;
  readonly vendor: Vendor;
  /** Whatever was wrong with the requests so far. */
  readonly problems: readonly string[];
  readonly requests: readonly VendorRequest[];
  readonly endpoint: string;
  /** Batches as small as the provider wants them. */
  batches(): readonly PurgeBatch[];
  /** From now on every request gets this answer; null: what the vendor says when it takes it. */
  answerWith(answer: VendorAnswer | null): void;
};

/** A provider with a vendor's server that looks at every request as the vendor would. */
export async function cdnUnderTest(name: CdnProviderName): Promise<CdnUnderTest> {
  const vendor = VENDORS[name];
  const problems: string[] = [];
  let answer: VendorAnswer | null = null;
  let expected: PurgeBatch | null = null;
  const server = await vendorServer((request) => {
    if (answer !== null) return answer;
    const problem = expected === null ? "nothing was expected" : vendor.problem(request, expected);
    if (problem === null) return vendor.taken(request);
    problems.push(problem);
    return { status: 403, body: problem };
  });
  const opened = await openCdnProvider(cacheSettings(name, server.endpoint));
  const provider: CdnProvider = {
    ...opened,
    purge: (batch, signal) => {
      expected = batch;
      return opened.purge(batch, signal);
    },
  };
  return {
    provider,
    vendor,
    problems,
    requests: server.requests,
    endpoint: server.endpoint,
    batches: () => batchesFor(provider),
    answerWith: (next) => void (answer = next),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export function cacheSettings(provider: CdnProviderName, endpoint: string): CacheSettings {
  const { zone = "", network = providerFacts(provider).networks[0] ?? "" } = VENDORS[provider];
  return {
    provider,
    endpoint,
    zone,
    network,
    soft: false,
    credentials: { from: "environment", prefix: PREFIX },
    urls: { watch: "/data" as BytePath, base: "http://www.example.com", match: null, indexNames: [] },
    windowMs: 0,
    itemsMax: null,
    requestsPerSecond: null,
    urlsPerDay: null,
    directoriesPerDay: null,
    collapseAbove: null,
  };
}

/** The tests' secrets stand in the environment behind this. */
export const PREFIX = "TSSYNC_TEST_";

function batchesFor({ limits: { calls } }: CdnProvider): readonly PurgeBatch[] {
  return (["url", "directory", "tag"] as const).flatMap((kind) => {
    const call = calls[kind];
    if (call === undefined) return [];
    const values = SAMPLES[kind];
    const groups = call.itemsMax === 1 ? values.map((value) => [value]) : [values];
    return groups.map((group, index) => ({ id: `batch-${kind}-${index}`, kind, values: group }));
  });
}
