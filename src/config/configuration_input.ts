import type { Configuration, RootConfiguration, TlsFiles } from "./configuration.ts";
import type { Problem } from "./problem.ts";

/** What `readConfiguration` works on: the files as bytes, and what the command line said. It touches nothing else. */
export type ConfigurationInput = {
  /** In the order of the `-o` flags; empty where `--watch` stands in for a file. */
  readonly files: readonly ConfigurationFile[];
  readonly flags: ConfigurationFlags;
};

export type ConfigurationFile = {
  /** As the user wrote it; it stands in every message. */
  readonly name: string;
  /** The content, or why it could not be read: then it is one problem among the others. */
  readonly content: Uint8Array | { readonly unreadable: string };
};

/** The part of the command line that decides what is mirrored; null and empty mean "not given". */
export type ConfigurationFlags = {
  /** Absolute; relative paths in the files and on the command line start here. */
  readonly cwd: string;
  /** `--watch DIR`. */
  readonly watch: string | null;
  /** `--to DEST`, in order. */
  readonly to: readonly string[];
  readonly passwordFile: string | null;
  /** `--params "-az"`, still one string. */
  readonly params: string | null;
  /** `-n N`; null and anything below 1 mean 10, as in sersync. */
  readonly threads: number | null;
  /** `-m NAME`. */
  readonly module: string | null;
  /** `-r` is "always", `serve` is "first", sersync's bare flags and `--initial none` are "never". */
  readonly initialSync: RootConfiguration["initialSync"];
  /** `--listen HOST:PORT|off`, as written. It wins over `<host>`. */
  readonly listen: string | null;
  /** `--webhook-allow CIDR`, as written. */
  readonly webhookAllow: readonly string[];
  /** `--tls-cert FILE` and `--tls-key FILE`, as written. They win over those of `<host>`. */
  readonly tlsCert: string | null;
  readonly tlsKey: string | null;
};

/** What `readConfiguration` gives back. */
export type ConfigurationReading = {
  readonly configuration: Configuration;
  /** The certificate of every TCP listener, also where the API has none; null: clear text. */
  readonly tls: TlsFiles | null;
  /** Surprising, but not wrong: for the log and for `tssync check`. */
  readonly warnings: readonly Problem[];
  /** Where things were written down, so that the checks against the disk can name the line. */
  readonly origins: ConfigurationOrigins;
};

/** Where one part of the configuration was written down; `found` is how it stands there, such as `<localpath watch="/data">`. */
export type Origin = {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly found: string;
};

/** By root id; `remotes` by remote id. */
export type ConfigurationOrigins = ReadonlyMap<string, RootOrigin>;

export type RootOrigin = { readonly watch: Origin; readonly remotes: ReadonlyMap<string, RemoteOrigin> };

export type RemoteOrigin = { readonly address: Origin; readonly passwordFile: Origin | null };
