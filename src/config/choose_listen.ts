import { listenHost, parseListen } from "./address.ts";
import type { HeadReading } from "./build_root.ts";
import { flagOrigin } from "./command_line.ts";
import type { ListenAddress, TlsFiles } from "./configuration.ts";
import type { ConfigurationFlags } from "./configuration_input.ts";
import type { Report } from "./report.ts";
import { resolvePath } from "./resolve_path.ts";

type Address = Pick<ListenAddress, "host" | "port">;

const DEFAULT_LISTEN: Address = { host: "127.0.0.1", port: 8008 };

/** Where the API listens on TCP (null: not at all), and the certificate for whatever listens there (null: clear text). */
export function chooseListen(
  heads: readonly HeadReading[],
  flags: ConfigurationFlags,
  report: Report,
): { readonly listen: ListenAddress | null; readonly tls: TlsFiles | null } {
  const address = chooseAddress(heads, flags, report);
  const tls = chooseTls(heads, flags, report);
  return { listen: address === null ? null : { ...address, tls }, tls };
}

/** `--tls-cert` and `--tls-key`, else those of the first `<host>`. */
function chooseTls(heads: readonly HeadReading[], flags: ConfigurationFlags, report: Report): TlsFiles | null {
  const { cwd, tlsCert, tlsKey } = flags;
  if (tlsCert !== null && tlsKey !== null) {
    return { certFile: resolvePath(cwd, tlsCert), keyFile: resolvePath(cwd, tlsKey) };
  }
  if (tlsCert !== null) report.problem(flagOrigin(`--tls-cert "${tlsCert}"`), "it goes with --tls-key FILE");
  if (tlsKey !== null) report.problem(flagOrigin(`--tls-key "${tlsKey}"`), "it goes with --tls-cert FILE");
  const host = heads.map((head) => head.children.host).find(({ element }) => element !== null);
  if (host === undefined) return null;
  const { tlsCert: certFile, tlsKey: keyFile } = host.values;
  if (certFile !== null && keyFile !== null) {
    return { certFile: resolvePath(cwd, certFile), keyFile: resolvePath(cwd, keyFile) };
  }
  if (certFile !== null) report.problem(host.origin("tlsCert"), "it goes with tlsKey, which is missing");
  if (keyFile !== null) report.problem(host.origin("tlsKey"), "it goes with tlsCert, which is missing");
  return null;
}

/** `--listen`, else the first `<host>`, else the default. */
function chooseAddress(heads: readonly HeadReading[], flags: ConfigurationFlags, report: Report): Address | null {
  if (flags.listen !== null) {
    const listen = parseListen(flags.listen);
    if ("value" in listen) return listen.value;
    report.problem(flagOrigin(`--listen "${flags.listen}"`), listen.problem);
    return null;
  }
  const hosts = heads.map((head) => head.children.host).filter((host) => host.element !== null);
  const wanted = hosts.map(({ values }) =>
    values.port === "off" ? null : { host: listenHost(values.hostip), port: values.port }
  );
  const [first] = wanted;
  if (first === undefined) return DEFAULT_LISTEN;
  for (const [index, host] of hosts.entries()) {
    const other = wanted[index] ?? null;
    if (other?.host === first?.host && other?.port === first?.port) continue;
    report.warning(
      host.origin("port"),
      "an earlier file says otherwise, and the API listens in one place: that one counts",
    );
  }
  return first;
}
