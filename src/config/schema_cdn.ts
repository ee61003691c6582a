import { CDN_PROVIDER_NAMES, CDN_PROVIDERS } from "../core/cdn_provider.ts";
import { many, optional, required, withDefault } from "./schema_rule.ts";
import {
  credentials,
  decimal,
  httpUrl,
  nameOrEmpty,
  oneOf,
  pattern,
  seconds,
  shellWords,
  trueOrFalse,
  wholeNumber,
} from "./value.ts";

const WINDOW_SECONDS_MAX = 3_600;
const ITEMS_MAX = 10_000;
const REQUESTS_PER_SECOND_MAX = 10_000;
const PER_DAY_MAX = 100_000_000;
const COLLAPSE_MAX = 100_000;

const [first, ...others] = CDN_PROVIDER_NAMES;
const withoutEndpoint = CDN_PROVIDER_NAMES.filter((name) => CDN_PROVIDERS[name].endpoint === null).join(", ");

/** One `<cdn>`. */
export const CACHE = many("A cache or CDN to purge (see [docs/cdn.md](cdn.md)).", {
  provider: required(oneOf(first!, ...others), { meaning: "Which one.", example: "varnish" }),
  base: required(httpUrl, {
    meaning: "What stands before the path below `watch` in a URL.",
    example: "http://www.example.com",
  }),
  endpoint: optional(httpUrl, {
    meaning: `Where it takes purges; by default where the vendor does. Must be given for ${withoutEndpoint}.`,
    example: "http://127.0.0.1:6081",
  }),
  match: optional(pattern, {
    meaning:
      "An expression that is searched in the absolute path: the URL is `base`, its first group and what follows " +
      "the match. A path without a match has no URL.",
    example: "site([/a-z]*)/images",
  }),
  index: withDefault(shellWords, "index.html", {
    meaning: "Names of files that are served under the URL of their directory too.",
    example: "index.html index.php",
  }),
  zone: optional(nameOrEmpty, {
    meaning: "Cloudflare's and KeyCDN's zone, CloudFront's distribution, Fastly's service, Bunny's pull zone.",
    example: "E2QWRUHAPOMQZL",
  }),
  network: optional(nameOrEmpty, {
    meaning: "Akamai: `production` (the default) or `staging`. Tencent: `mainland` or `overseas`, both by default.",
    example: "staging",
  }),
  soft: withDefault(trueOrFalse, "false", {
    meaning: "Fastly and Akamai: whether copies are marked as stale instead of removed.",
    example: "true",
  }),
  credentials: withDefault(credentials, "env", {
    meaning:
      "Where the account's secrets are: in the environment, there with something before their names, or in a file " +
      "of lines `NAME=value`. A relative path is looked for in systemd's `$CREDENTIALS_DIRECTORY` first.",
    example: "file:/etc/tssync/cdn",
  }),
  window: optional(seconds(0, WINDOW_SECONDS_MAX), {
    meaning:
      "How many seconds changes are collected, so that each is asked for once. By default 0.1 for a cache of one's " +
      "own and 2 for a vendor's.",
    example: "5",
  }),
  batch: optional(wholeNumber(1, ITEMS_MAX, "URLs"), {
    meaning: "How many go into one request, where the provider takes several. By default what it publishes.",
    example: "30",
  }),
  rate: optional(decimal(REQUESTS_PER_SECOND_MAX, "requests a second"), {
    meaning: "How many requests go in a second, instead of what the provider publishes.",
    example: "10",
  }),
  urlsPerDay: optional(wholeNumber(1, PER_DAY_MAX, "URLs"), {
    meaning: "The account's quota, instead of what the provider publishes.",
    example: "50000",
  }),
  directoriesPerDay: optional(wholeNumber(1, PER_DAY_MAX, "directories"), {
    meaning: "The same for directories.",
    example: "500",
  }),
  collapse: optional(wholeNumber(1, COLLAPSE_MAX, "files"), {
    meaning:
      "More changed files than that in one directory are purged as the directory: fewer requests, of a kind that is " +
      "scarcer at most vendors. By default never.",
    example: "200",
  }),
});
