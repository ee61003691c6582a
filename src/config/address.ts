import type { Destination, ListenAddress } from "./configuration.ts";

type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** A host as it may stand before `:` or `::`: a name, an IPv4 address, or an IPv6 address with or without brackets. */
export function parseHost(text: string): Parsed<string> {
  const bare = /^\[([^\]]*)\]$/.exec(text)?.[1] ?? text;
  if (bare === "") return { problem: "expected a host name or an IP address, found nothing" };
  if (bare.includes(":")) {
    return /^[0-9A-Fa-f:]*(?:(?:\d{1,3}\.){3}\d{1,3})?(?:%[\w.-]+)?$/.test(bare) && /:.*:/.test(bare)
      ? { value: bare }
      : { problem: "expected a host name or an IP address" };
  }
  if (/\s/u.test(bare)) return { problem: "expected a host name or an IP address, found a blank in it" };
  if (bare !== text || !/^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u.test(bare)) {
    return { problem: "expected a host name or an IP address" };
  }
  return { value: bare };
}

/** `HOST:PORT` or `off`, as `--listen` takes it. `localhost` is 127.0.0.1, so that it means one address everywhere. */
export function parseListen(text: string): Parsed<Pick<ListenAddress, "host" | "port"> | null> {
  if (text === "off") return { value: null };
  const parts = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(text);
  const port = Number(parts?.[2] ?? Number.NaN);
  if (parts === null || port > 65535) return { problem: 'expected HOST:PORT (an IPv6 address in brackets) or "off"' };
  const host = parseHost(parts[1] ?? "");
  return "problem" in host ? host : { value: { host: listenHost(host.value), port } };
}

/** The address to listen on that a host name from the configuration means. */
export function listenHost(host: string): string {
  return host.toLowerCase() === "localhost" ? "127.0.0.1" : host;
}

/** A destination without what stands elsewhere (password file, ssh's options). */
export type ParsedDestination =
  | Omit<Extract<Destination, { kind: "daemon" }>, "passwordFile">
  | Omit<Extract<Destination, { kind: "ssh" }>, "identityFile" | "options">
  | Extract<Destination, { kind: "local" }>;

/**
 * Reads a destination as rsync writes it: `[user@]host::module[/path]`, `rsync://[user@]host[:port]/module[/path]`,
 * `[user@]host:path` (over ssh), or a local path.
 */
export function parseDestination(text: string): Parsed<ParsedDestination> {
  if (text.trim() !== text) return { problem: "a blank stands at its beginning or end; remove it" };
  if (text === "") return { problem: "expected a destination, found nothing" };
  const url = /^rsync:\/\/(?:([^/]*)@)?(\[[^\]]*\]|[^:/@]*)(?::(\d{1,5}))?(?:\/(.*))?$/s.exec(text);
  if (url !== null) return parseUrl(url);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    return {
      problem: "of the URLs only rsync://… is understood; write host:/path for ssh, host::module for an rsync daemon",
    };
  }
  const remote = /^(?:([^/]*)@)?(\[[^\]]*\]|[^:/@]*):(:?)(.*)$/s.exec(text);
  if (remote === null || /^[^:]*\//.test(text)) return { value: { kind: "local", path: text } };
  const [, user, hostText = "", second, rest = ""] = remote;
  const host = parseHost(hostText);
  if ("problem" in host) return host;
  const checkedUser = parseUser(user ?? null);
  if ("problem" in checkedUser) return checkedUser;
  const shared = { host: host.value, port: null, user: checkedUser.value };
  if (second === ":") {
    const module = parseModule(rest);
    return "problem" in module ? module : { value: { kind: "daemon", ...shared, ...module.value } };
  }
  const path = parseRemotePath(rest);
  return "problem" in path ? path : { value: { kind: "ssh", ...shared, path: path.value } };
}

function parseUrl(parts: RegExpExecArray): Parsed<ParsedDestination> {
  const [, userText, hostText = "", portText, rest = ""] = parts;
  const host = parseHost(hostText);
  if ("problem" in host) return host;
  const user = parseUser(userText ?? null);
  if ("problem" in user) return user;
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && (port < 1 || port > 65535)) return { problem: "expected a port from 1 to 65535" };
  const module = parseModule(rest);
  return "problem" in module
    ? module
    : { value: { kind: "daemon", host: host.value, port, user: user.value, ...module.value } };
}

/** A user before `@`; null: none. Never repeats it: what stands after a colon is a password. */
export function parseUser(text: string | null): Parsed<string | null> {
  if (text === null || text === "") return { value: null };
  if (text.includes(":")) {
    return {
      problem:
        "a password cannot stand in an address, where every user of this machine can read it; use a password file",
    };
  }
  if (/[\s/]/u.test(text) || text.startsWith("-")) {
    return { problem: "expected a user name without blanks and slashes that does not begin with a hyphen" };
  }
  return { value: text };
}

/** `module` or `module/path/below`. */
export function parseModule(text: string): Parsed<{ readonly module: string; readonly path: string }> {
  const trimmed = text.replace(/\/+$/, "");
  if (trimmed === "") return { problem: "expected the name of an rsync module" };
  if (trimmed.startsWith("/")) {
    return { problem: "expected the name of an rsync module, found a path; for a path over ssh switch ssh on" };
  }
  const [module = "", ...below] = trimmed.split("/");
  const parts = below.filter((part) => part !== "" && part !== ".");
  if (parts.includes("..") || module === "..") return { problem: 'a ".." cannot stand in a remote path' };
  return { value: { module, path: parts.join("/") } };
}

/** A path on a host that ssh reaches; relative ones begin at the user's home there. */
export function parseRemotePath(text: string): Parsed<string> {
  if (text === "") return { problem: "expected a path on the remote host, found nothing" };
  if (text.split("/").includes("..")) return { problem: 'a ".." cannot stand in a remote path' };
  return { value: text === "/" ? text : text.replace(/\/+$/, "") };
}

/** A host as it stands in an address. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** How a remote is called by default: as rsync would write it, without user and port. */
export function destinationId(destination: ParsedDestination): string {
  switch (destination.kind) {
    case "daemon":
      return `${bracketed(destination.host)}::${modulePath(destination)}`;
    case "ssh":
      return `${bracketed(destination.host)}:${destination.path}`;
    case "local":
      return destination.path;
  }
}

/** The full address with its port, for people. */
export function destinationAddress(destination: ParsedDestination): string {
  if (destination.kind === "local") return destination.path;
  const user = destination.user === null ? "" : `${destination.user}@`;
  const host = bracketed(destination.host);
  if (destination.kind === "daemon") {
    return `rsync://${user}${host}:${destination.port ?? RSYNC_PORT}/${modulePath(destination)}`;
  }
  const path = destination.path.startsWith("/") ? destination.path : `/~/${destination.path}`;
  // Without a port ssh looks into its own configuration.
  return `ssh://${user}${host}${destination.port === null ? "" : `:${destination.port}`}${path}`;
}

/** IANA's number for rsync. */
const RSYNC_PORT = 873;

function modulePath(destination: { readonly module: string; readonly path: string }): string {
  return destination.path === "" ? destination.module : `${destination.module}/${destination.path}`;
}
