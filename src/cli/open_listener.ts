import { isLoopback } from "../../api/listener.ts";
import { parseListen } from "../config/address.ts";
import type { ListenAddress, TlsFiles } from "../config/configuration.ts";
import type { ConfigurationReading } from "../config/configuration_input.ts";
import { TssyncError } from "../core/error.ts";
import type { OptionValues } from "./parse_arguments.ts";

/**
 * Where `--listen-jsonl` listens, with the certificate of all listeners; null: nowhere.
 *
 * @throws TssyncError CONFIG_INVALID for what is no address, LISTEN_REFUSED when this or the API would be open to the network in
 * clear text.
 */
export function chooseLineListener(
  { configuration, tls }: ConfigurationReading,
  options: OptionValues,
): ListenAddress | null {
  const lines = lineAddress(options.text("listen-jsonl"), tls);
  if (!options.has("insecure-http")) {
    refuseOpenListener("--listen", configuration.listen);
    refuseOpenListener("--listen-jsonl", lines);
  }
  return lines;
}

function refuseOpenListener(option: string, tcp: ListenAddress | null): void {
  if (tcp === null || tcp.tls !== null || isLoopback(tcp.host)) return;
  throw new TssyncError(
    "LISTEN_REFUSED",
    `Cannot listen on ${tcp.host}:${tcp.port}: other machines reach that address, and the API would be there in clear text, ` +
      `tokens included. Use ${option} 127.0.0.1:${tcp.port}, give a certificate with --tls-cert FILE --tls-key FILE, or say ` +
      "--insecure-http where the network is trusted",
    { address: `${tcp.host}:${tcp.port}` },
  );
}

function lineAddress(text: string | null, tls: TlsFiles | null): ListenAddress | null {
  if (text === null) return null;
  const parsed = parseListen(text);
  if ("value" in parsed) return parsed.value === null ? null : { ...parsed.value, tls };
  const message = `--listen-jsonl "${text}": ${parsed.problem}`;
  throw new TssyncError("CONFIG_INVALID", message, { problems: [{ file: null, line: null, column: null, message }] });
}
