import { isLoopback } from "../../api/listener.ts";
import { parseListen } from "../config/address.ts";
import type { ListenAddress } from "../config/configuration.ts";
import { TssyncError } from "../core/error.ts";

/** @throws TssyncError LISTEN_REFUSED when the API would be open to the network in clear text. */
export function refuseOpenListener(tcp: ListenAddress | null, insecureHttp: boolean): void {
  if (tcp === null || tcp.tls !== null || insecureHttp || isLoopback(tcp.host)) return;
  throw new TssyncError(
    "LISTEN_REFUSED",
    `Cannot listen on ${tcp.host}:${tcp.port}: other machines reach that address, and the API would be there in clear text, ` +
      "tokens included. Use --listen 127.0.0.1:8008, give a certificate with --tls-cert FILE --tls-key FILE, or say " +
      "--insecure-http where the network is trusted",
    { address: `${tcp.host}:${tcp.port}` },
  );
}

/** `--listen-jsonl`, with the certificate of the HTTP listener. @throws TssyncError CONFIG_INVALID */
export function lineAddress(text: string | null, http: ListenAddress | null): ListenAddress | null {
  if (text === null) return null;
  const parsed = parseListen(text);
  if ("value" in parsed) return parsed.value === null ? null : { ...parsed.value, tls: http?.tls ?? null };
  const message = `--listen-jsonl "${text}": ${parsed.problem}`;
  throw new TssyncError("CONFIG_INVALID", message, { problems: [{ file: null, line: null, column: null, message }] });
}
