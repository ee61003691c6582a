/** One option of the command line; parsing, help and suggestions all read this. */
export type Option = {
  /** Without the dashes. */
  readonly name: string;
  /** One letter; sersync's own where it has one. */
  readonly short?: string;
  /** What the value is called in the help; absent: the option takes none. */
  readonly value?: string;
  /** May be given several times. */
  readonly repeatable?: true;
  /** The empty text is a value like any other. */
  readonly mayBeEmpty?: true;
  readonly brief: string;
};

export const HELP: Option = { name: "help", short: "h", brief: "This text" };
const JSON_OUTPUT: Option = { name: "json", brief: "Print one JSON document instead of text" };
const STATE_DIR: Option = {
  name: "state-dir",
  value: "DIR",
  brief: "State directory (root: /var/lib/tssync, else $XDG_STATE_HOME/tssync)",
};

/** What every command takes. */
export const COMMON_OPTIONS: readonly Option[] = [JSON_OUTPUT, HELP];

/** What is mirrored, and how. */
export const MIRROR_OPTIONS: readonly Option[] = [
  { name: "config", short: "o", value: "FILE", repeatable: true, brief: "Configuration file (default confxml.xml)" },
  { name: "watch", value: "DIR", brief: "Mirror this directory, without a configuration file" },
  {
    name: "to",
    value: "DEST",
    repeatable: true,
    brief: "Where to, as rsync writes it: host::module, host:/path, /path",
  },
  { name: "password-file", value: "FILE", brief: "rsync's password file, with --to" },
  { name: "params", value: "OPTIONS", brief: "rsync's options, with --to" },
  { name: "threads", short: "n", value: "N", brief: "rsync processes at most (default 10)" },
  { name: "module", short: "m", value: "NAME", brief: "Run this plugin alone" },
  STATE_DIR,
];

export const LOG_OPTIONS: readonly Option[] = [
  { name: "log-level", value: "debug|info|warning|error", brief: "Leave out what is less urgent (default info)" },
  { name: "log-format", value: "text|json", brief: "For people or for machines (default text)" },
  {
    name: "log-file",
    value: "FILE",
    brief: "Instead of standard error; opened anew on USR1 (default with -d: in the state directory)",
  },
  { name: "log-rotate", value: "SIZE", brief: "Where that file becomes FILE.1, such as 20m; 0: never (default 50m)" },
  { name: "log-keep", value: "N", brief: "How many old log files stay (default 5)" },
];

export const SERVE_OPTIONS: readonly Option[] = [
  { name: "resync", short: "r", brief: "Full sync first, whatever is known of the remotes" },
  { name: "initial", value: "none|first", brief: "Remotes met for the first time: none, or a full sync (default)" },
  { name: "daemon", short: "d", brief: "Go to the background once all watches stand" },
  { name: "listen", value: "HOST:PORT|off", brief: "Where the API listens on TCP (default 127.0.0.1:8008)" },
  {
    name: "tls-cert",
    value: "FILE",
    brief: "Serve the API over https with this certificate (PEM, with what it rests on)",
  },
  { name: "tls-key", value: "FILE", brief: "The certificate's private key (PEM)" },
  {
    name: "listen-jsonl",
    value: "HOST:PORT",
    brief: "Tell events as JSON lines over TCP there too, for agents without HTTP (default: off)",
  },
  {
    name: "webhook-allow",
    value: "CIDR",
    repeatable: true,
    brief: "Let webhooks go to this network, public or not, also over plain http",
  },
  { name: "insecure-http", brief: "Let --listen take an address that other machines reach, in clear text" },
];

/** How a client finds the daemon. */
export const CLIENT_OPTIONS: readonly Option[] = [
  { name: "api", value: "URL|SOCKET", brief: "The daemon's API (default: the socket in the state directory)" },
  {
    name: "ca-file",
    value: "FILE",
    brief: "For https: trust what this certificate (PEM) signed, instead of the usual",
  },
  { name: "token-file", value: "FILE", brief: "File that holds the token for a URL (or set TSSYNC_TOKEN)" },
  STATE_DIR,
];

export const ROOT_OPTION: Option = { name: "root", value: "ID", repeatable: true, brief: "Only this root" };
export const REMOTE_OPTION: Option = { name: "remote", value: "ID", repeatable: true, brief: "Only this remote" };
