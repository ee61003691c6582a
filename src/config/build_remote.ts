import { destinationAddress, destinationId, parseModule, parseRemotePath, parseUser } from "./address.ts";
import type { ParsedDestination } from "./address.ts";
import type { Destination, RemoteConfiguration } from "./configuration.ts";
import type { Origin } from "./configuration_input.ts";
import type { ElementReading } from "./read_element.ts";
import type { Report } from "./report.ts";
import { resolvePath } from "./resolve_path.ts";
import { readRsyncParams } from "./rsync_params.ts";
import type { RsyncParams } from "./rsync_params.ts";
import type { HEAD } from "./schema.ts";
import { splitShellWords } from "../core/shell_words.ts";

type SersyncReading = ElementReading<(typeof HEAD)["children"]["sersync"]>;
export type RsyncReading = SersyncReading["children"]["rsync"];
export type RemoteReading = SersyncReading["children"]["localpath"][number]["children"]["remote"][number];

/** A remote whose id is not settled yet: it depends on its neighbours. */
export type RemoteDraft = Omit<RemoteConfiguration, "id"> & {
  /** From the `id` attribute. */
  readonly chosenId: string | null;
  readonly usualId: string;
  readonly origin: Origin;
  readonly passwordFileOrigin: Origin | null;
};

export type BuildContext = {
  readonly cwd: string;
  readonly report: Report;
  /** Whether `<delete>` is on for the root. */
  readonly deletes: boolean;
};

/** One `<remote>` with what `<rsync>` says for all; null where it names no usable place (which has been reported). */
export function buildRemote(remote: RemoteReading, rsync: RsyncReading, context: BuildContext): RemoteDraft | null {
  const target = remote.values.path === null
    ? readHostTarget(remote, rsync, context)
    : readLocalTarget(remote, context);
  if (target === null) return null;
  const ownParams = remote.values.params !== null;
  const paramsOrigin = ownParams ? remote.origin("params") : rsync.children.commonParams.origin("params");
  const params = readParams(
    remote.values.params ?? rsync.children.commonParams.values.params,
    paramsOrigin,
    target.kind,
    context,
  );
  const withPassword = passwordFile(remote, rsync, target.kind, context);
  const { timeout } = rsync.children;
  return finishRemote({
    target,
    params,
    ports: { own: remote.values.port, shared: sharedPort(rsync, target.kind, context.report) },
    passwordFile: withPassword.file,
    identityFile: remote.values.identityFile ?? rsync.children.ssh.values.identityFile,
    sshOptions: remote.values.sshOptions ?? rsync.children.ssh.values.sshOptions ?? [],
    timeoutSeconds: remote.values.timeout ?? (timeout.values.start ? timeout.values.time : null),
    warm: remote.values.warm,
    chosenId: remote.values.id,
    origin: remote.origin(target.kind === "local" ? "path" : "name"),
    passwordFileOrigin: withPassword.origin,
  }, context.cwd);
}

export type RemoteParts = {
  readonly target: ParsedDestination;
  readonly params: RsyncParams;
  /** `own`: of this remote; `shared`: of all. */
  readonly ports: { readonly own: number | null; readonly shared: number | null };
  readonly passwordFile: string | null;
  readonly identityFile: string | null;
  readonly sshOptions: readonly string[];
  readonly timeoutSeconds: number | null;
  readonly warm: RemoteConfiguration["warm"];
  readonly chosenId: string | null;
  readonly origin: Origin;
  readonly passwordFileOrigin: Origin | null;
};

/** Puts a remote together. What is said for the remote itself wins over what is said for all, and that over `params`. */
export function finishRemote(parts: RemoteParts, cwd: string): RemoteDraft {
  const { target, params, ports } = parts;
  const timeout = parts.timeoutSeconds ?? params.timeoutSeconds;
  const destination = completeDestination(parts, ports.own ?? ports.shared ?? params.port, cwd);
  return {
    destination,
    address: destinationAddress(destination),
    params: params.words,
    timeoutSeconds: timeout === 0 ? null : timeout,
    warm: parts.warm,
    chosenId: parts.chosenId,
    usualId: destinationId(target),
    origin: parts.origin,
    passwordFileOrigin: parts.passwordFileOrigin,
  };
}

function completeDestination(parts: RemoteParts, port: number | null, cwd: string): Destination {
  const { target } = parts;
  switch (target.kind) {
    case "local":
      return target;
    case "daemon": {
      const passwordFile = parts.passwordFile === null ? null : resolvePath(cwd, parts.passwordFile);
      return { ...target, port: target.port ?? port, passwordFile };
    }
    case "ssh": {
      const identityFile = parts.identityFile === null ? null : resolvePath(cwd, parts.identityFile);
      return { ...target, port, identityFile, options: [...parts.params.sshOptions, ...parts.sshOptions] };
    }
  }
}

/** Splits and reads rsync's options, and reports what is wrong with them. */
export function readParams(
  text: string,
  origin: Origin,
  kind: Destination["kind"],
  { deletes, report }: BuildContext,
): RsyncParams {
  const split = splitShellWords(text);
  if ("problem" in split) report.problem(origin, `expected words, quoted as for a shell; ${split.problem}`);
  const params = readRsyncParams("words" in split ? split.words : [], { kind, deletes });
  for (const problem of params.problems) report.problem(origin, problem);
  // Nothing could be split: what its absence would mean is no matter.
  if ("words" in split) { for (const warning of params.warnings) report.warning(origin, warning); }
  return params;
}

/** `path`: a directory of this machine. */
function readLocalTarget(remote: RemoteReading, { report }: BuildContext): ParsedDestination | null {
  const path = remote.values.path ?? "";
  for (const attribute of OF_HOSTS) {
    if (remote.values[attribute] === null) continue;
    report.problem(remote.origin(attribute), `${attribute}="…" does not go with path="…", a directory of this machine`);
  }
  if (!path.startsWith("/")) {
    report.problem(remote.origin("path"), "expected an absolute path, so that it is clear what is overwritten");
    return null;
  }
  return { kind: "local", path: resolvePath("/", path) };
}

const OF_HOSTS = ["ip", "name", "port", "user", "passwordfile", "ssh", "identityFile", "sshOptions"] as const;
const OF_SSH = ["identityFile", "sshOptions"] as const;

/** `ip` and `name`: an rsync daemon's module or, with ssh, a path. */
function readHostTarget(
  remote: RemoteReading,
  rsync: RsyncReading,
  { report }: BuildContext,
): ParsedDestination | null {
  const { ip, name } = remote.values;
  const overSsh = remote.values.ssh ?? rsync.children.ssh.values.start;
  const user = readUser(remote, rsync, report);
  if (!overSsh) {
    for (const attribute of OF_SSH) {
      if (remote.values[attribute] !== null) {
        report.problem(remote.origin(attribute), `it is for ssh, which is not switched on`);
      }
    }
  }
  if (ip === null && name === null) {
    const isReported = ["ip", "name", "path"].some((attribute) => remote.element?.attributes.has(attribute));
    if (!isReported) report.problem(remote.origin(), 'expected ip="…" and name="…", or path="…"');
    return null;
  }
  if (ip === null) {
    if (!remote.element?.attributes.has("ip")) {
      report.problem(remote.origin("name"), 'ip="…" is missing: the host to send to');
    }
    return null;
  }
  if (name === null) {
    if (!remote.element?.attributes.has("name")) {
      const what = overSsh ? "the path on that host" : "the module of the rsync daemon";
      report.problem(remote.origin("ip"), `name="…" is missing: ${what}`);
    }
    return null;
  }
  if (overSsh) {
    const path = parseRemotePath(name);
    if ("value" in path) return { kind: "ssh", host: ip, port: null, user, path: path.value };
    report.problem(remote.origin("name"), path.problem);
    return null;
  }
  const module = parseModule(name);
  if ("value" in module) return { kind: "daemon", host: ip, port: null, user, ...module.value };
  report.problem(remote.origin("name"), module.problem);
  return null;
}

function readUser(remote: RemoteReading, rsync: RsyncReading, report: Report): string | null {
  const { auth } = rsync.children;
  const own = remote.values.user !== null;
  const user = parseUser(own ? remote.values.user : auth.values.start ? auth.values.users : null);
  if ("value" in user) return user.value;
  report.problem(own ? remote.origin("user") : auth.origin("users"), user.problem);
  return null;
}

function sharedPort(rsync: RsyncReading, kind: Destination["kind"], report: Report): number | null {
  const { userDefinedPort, ssh } = rsync.children;
  const daemonPort = userDefinedPort.values.start ? userDefinedPort.values.port : null;
  if (kind !== "ssh") return kind === "daemon" ? daemonPort : null;
  if (daemonPort !== null) {
    report.warning(
      userDefinedPort.origin("port"),
      'it is the port of rsync daemons; ssh\'s is <ssh port="…">, so it is not used',
    );
  }
  return ssh.values.port;
}

function passwordFile(
  remote: RemoteReading,
  rsync: RsyncReading,
  kind: Destination["kind"],
  { report }: BuildContext,
): { readonly file: string | null; readonly origin: Origin | null } {
  const { auth } = rsync.children;
  const own = remote.values.passwordfile !== null;
  const file = remote.values.passwordfile ?? (auth.values.start ? auth.values.passwordfile : "");
  if (file === "" || kind === "local") return { file: null, origin: null };
  const origin = own ? remote.origin("passwordfile") : auth.origin("passwordfile");
  if (file === "-") {
    report.problem(origin, "the password cannot come from stdin: tssync gives rsync its list of names there");
    return { file: null, origin: null };
  }
  if (kind === "ssh") {
    const what = "a password file is for an rsync daemon; ssh asks for keys";
    if (own) report.problem(origin, what);
    else report.warning(origin, `${what}, so it is not used for remotes over ssh`);
    return { file: null, origin: null };
  }
  return { file, origin };
}
