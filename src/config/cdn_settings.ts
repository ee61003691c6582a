import type { CdnProviderName } from "../core/cdn_provider.ts";
import type { UrlRule } from "../core/purge_url.ts";

/** Where the secrets of an account stand. They are read by whoever sends, and kept nowhere. */
export type CredentialSource =
  /** Variables with the names of `core/cdn_provider.ts`, each behind the prefix. */
  | { readonly from: "environment"; readonly prefix: string }
  /** Lines `NAME=value`. A relative path is looked for in systemd's `$CREDENTIALS_DIRECTORY` first. */
  | { readonly from: "file"; readonly path: string };

/** One `<cdn>`: a cache or an account, and how paths become what it knows. */
export type CacheSettings = {
  readonly provider: CdnProviderName;
  /** Without a slash at its end. */
  readonly endpoint: string;
  /** Empty where none is given. */
  readonly zone: string;
  readonly network: string;
  readonly soft: boolean;
  readonly credentials: CredentialSource;
  readonly urls: UrlRule;
  /** How long changes are collected. */
  readonly windowMs: number;
  /** Things in one request at most; null: as many as the provider takes. */
  readonly itemsMax: number | null;
  /** Requests a second instead of the provider's own rates; null: those hold. */
  readonly requestsPerSecond: number | null;
  /** In a day, instead of the provider's own quotas; null: those hold. */
  readonly urlsPerDay: number | null;
  readonly directoriesPerDay: number | null;
  /** More changed files than that in one directory are purged as the directory; null: never. */
  readonly collapseAbove: number | null;
};
