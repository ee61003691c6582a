import type { BytePath } from "../core/path.ts";
import type { PluginMoment, PluginSettings } from "./plugin_settings.ts";

/** Everything one instance was asked to do: complete, validated and immutable. Made only by `src/config`. */
export type Configuration = {
  /** The files it was read from, in order; empty when it came from the command line alone. */
  readonly files: readonly string[];
  /** Where the HTTP API listens on TCP; null: only on the unix socket. */
  readonly listen: ListenAddress | null;
  /** sersync's `<debug>`: log every event and every rsync command. */
  readonly debug: boolean;
  /** Where the log goes and how large it grows; flags may say otherwise. */
  readonly log: LogFileConfiguration;
  /** rsync processes at most, over all remotes. */
  readonly threadsMax: number;
  readonly roots: readonly RootConfiguration[];
  readonly failLog: FailLogConfiguration;
  readonly plugins: readonly PluginConfiguration[];
  /** Networks that webhooks may go to although they are not public, or over plain http. */
  readonly webhookAllow: readonly string[];
  /** `-m NAME`: this plugin alone, without any rsync. */
  readonly module: string | null;
};

export type ListenAddress = {
  readonly host: string;
  readonly port: number;
  /** null: clear text. */
  readonly tls: TlsFiles | null;
};

/** Absolute paths of PEM files. */
export type TlsFiles = { readonly certFile: string; readonly keyFile: string };

export type FailLogConfiguration = {
  /** The file for people who have scripts around it; null: none is written. */
  readonly path: string | null;
  /** How often failed paths are tried again, in milliseconds. */
  readonly retryEveryMs: number;
};

/** One watched directory and the remotes it is mirrored to. */
export type RootConfiguration = {
  /** Unique; the last path component by default. */
  readonly id: string;
  /** Absolute, without trailing slash. */
  readonly path: BytePath;
  /** Regular expressions of paths that do not exist for tssync (see `core/filter.ts`); empty: no filter. */
  readonly excludes: readonly string[];
  readonly switches: EventSwitches;
  readonly remotes: readonly RemoteConfiguration[];
  /** When a full sync is made at start: always (`-r`), for a remote without watermark, or not at all. */
  readonly initialSync: "always" | "first" | "never";
  /** sersync's `<crontab>`; null: no periodic full sync. */
  readonly periodicSync: PeriodicSync | null;
  /** How changes are found: by the kernel's events, by looking every `pollEveryMs`, or by what the file system is good for. */
  readonly watcher: "auto" | "inotify" | "poll";
  readonly pollEveryMs: number;
  readonly openFiles: OpenFiles;
  /** Deletes that one batch of changes may bring a remote without being asked; null: any number. */
  readonly maxDelete: number | null;
  /** Directory on the remote that keeps deleted and replaced files by day; null: they are gone. */
  readonly trash: string | null;
};

/** When a file that is written and never closed is sent (`modify`). */
export type OpenFiles = {
  /** After so long without a write. */
  readonly quietMs: number;
  /** And, while writes go on, at the latest after so long. */
  readonly everyMs: number;
};

/** Which events become marks. The kernel's watch mask does not depend on it. */
export type LogFileConfiguration = {
  /** Absolute; null: standard error, and with `-d` a file in the state directory. */
  readonly file: string | null;
  /** 0: it is never rotated. */
  readonly rotateBytes: number;
  /** Old files that stay. */
  readonly keep: number;
};

export type EventSwitches = {
  /** Also decides whether anything is ever deleted on a remote. */
  readonly delete: boolean;
  readonly createFolder: boolean;
  readonly createFile: boolean;
  readonly closeWrite: boolean;
  readonly moveFrom: boolean;
  readonly moveTo: boolean;
  readonly attrib: boolean;
  readonly modify: boolean;
};

export type PeriodicSync = {
  readonly everyMs: number;
  /** rsync wildcard patterns (`<crontabfilter>`), given to rsync as `--exclude`. */
  readonly excludePatterns: readonly string[];
};

export type RemoteConfiguration = {
  /** One string used everywhere, such as `172.16.1.41::www`; unique within its root. */
  readonly id: string;
  /** The full address with port, for people. */
  readonly address: string;
  readonly destination: Destination;
  /** rsync's options (`commonParams`), already split into arguments. */
  readonly params: readonly string[];
  /** rsync's `--timeout` in seconds; null: none given. */
  readonly timeoutSeconds: number | null;
  /** Whether a started rsync waits for changes: while there is activity, all the time, or never. */
  readonly warm: "active" | "always" | "off";
};

export type Destination =
  | {
    readonly kind: "daemon";
    readonly host: string;
    /** null: rsync's own default, 873. */
    readonly port: number | null;
    readonly user: string | null;
    readonly passwordFile: string | null;
    readonly module: string;
    /** Below the module, without leading or trailing slash; empty: the module itself. */
    readonly path: string;
  }
  | {
    readonly kind: "ssh";
    readonly host: string;
    readonly port: number | null;
    readonly user: string | null;
    readonly identityFile: string | null;
    /** Further arguments of ssh, such as `-o` `StrictHostKeyChecking=yes`. */
    readonly options: readonly string[];
    readonly path: string;
  }
  | { readonly kind: "local"; readonly path: string };

export type PluginConfiguration = {
  /** Several blocks may have the same one. */
  readonly name: string;
  /** Whether `<sersync>` or `-m` switches it on. */
  readonly enabled: boolean;
  readonly when: PluginMoment;
  readonly settings: PluginSettings;
  /** As it stands in the file, to be shown. */
  readonly element: PluginElement;
};

/** One element of a plugin's block, attributes and children as written. */
export type PluginElement = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly PluginElement[];
};
