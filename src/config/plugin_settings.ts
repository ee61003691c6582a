import type { BytePath } from "../core/path.ts";
import type { CacheSettings } from "./cdn_settings.ts";

/** When a plugin hears of a file: once every remote has it, once the first one has it, or once the change was seen. */
export const PLUGIN_MOMENTS = ["all", "any", "changed"] as const;
export type PluginMoment = (typeof PLUGIN_MOMENTS)[number];

/** Where a secret stands. It is read by whoever needs it, and kept nowhere else. */
export type SecretSource =
  | { readonly from: "text"; readonly text: string }
  /** A relative path is looked for in systemd's `$CREDENTIALS_DIRECTORY` first. */
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "environment"; readonly variable: string };

/** What a plugin was told to do. The union is closed: a new kind is a new member, and the compiler names what is missing. */
export type PluginSettings =
  | CommandSettings
  | SocketSettings
  | HttpSettings
  | RefreshCdnSettings
  | CdnSettings
  | WebhookSettings;

export type PluginKind = PluginSettings["kind"];

/** sersync's `command`: a program, with the path as an argument. */
export type CommandSettings = {
  readonly kind: "command";
  /** The program and its first arguments. */
  readonly prefix: readonly string[];
  /** Arguments behind the path. */
  readonly suffix: readonly string[];
  /** Its output is thrown away and its exit code does not matter. */
  readonly ignoreError: boolean;
  /** Expressions of which one must match the absolute path in full; null: every path. */
  readonly includes: readonly string[] | null;
};

/** sersync's `socket`: the path, over a connection of its own. */
export type SocketSettings = {
  readonly kind: "socket";
  readonly receivers: readonly {
    readonly watch: BytePath;
    readonly host: string;
    readonly port: number;
    /** `path`: the bytes of the absolute path; `json`: the event and a newline. */
    readonly format: "path" | "json";
  }[];
};

/** sersync's `http`: a form. */
export type HttpSettings = {
  readonly kind: "http";
  readonly receivers: readonly { readonly watch: BytePath; readonly url: string }[];
};

/** sersync's `refreshCDN`: ChinaCache's old interface. */
export type RefreshCdnSettings = {
  readonly kind: "refreshCDN";
  readonly receivers: readonly {
    readonly watch: BytePath;
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly password: string;
    /** What stands before the path in a URL. */
    readonly base: string;
    /** Searched in the absolute path: the URL is `base`, the first group and what follows the match. null: by `watch`. */
    readonly match: string | null;
  }[];
};

/** Caches and CDNs to purge. */
export type CdnSettings = {
  readonly kind: "cdn";
  readonly caches: readonly CacheSettings[];
};

/** A signed request for each event, as Standard Webhooks says. */
export type WebhookSettings = {
  readonly kind: "webhook";
  readonly url: string;
  /** Types of events, or beginnings of types that end with `*`; empty: all. */
  readonly types: readonly string[];
  /** Ids of roots; empty: all. */
  readonly roots: readonly string[];
  readonly secret: SecretSource;
  /** The one before, with which it is signed as well for a while; null: none. */
  readonly previous: { readonly secret: SecretSource; readonly untilMs: number } | null;
  /** Events in one request; 1: each in its own, as the specification says. */
  readonly batchMax: number;
  /** How long a batch is waited for. */
  readonly batchWaitMs: number;
};
