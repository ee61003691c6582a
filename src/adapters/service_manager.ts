/** systemd's notification protocol (`sd_notify`): what a service says of itself. Without a service manager it says nothing. */
import { loadLibcNotify } from "./load_libc.ts";

export interface ServiceManager {
  /** Whether there is one. */
  readonly listens: boolean;
  /** How often it wants to hear that the service lives, in milliseconds; null: it does not watch. */
  readonly watchdogMs: number | null;
  /** The service runs, also again after a reload. */
  ready(status: string): void;
  reloading(): void;
  stopping(): void;
  /** One line for `systemctl status`. */
  status(text: string): void;
  /** It lives. */
  alive(): void;
}

const NOBODY: ServiceManager = {
  listens: false,
  watchdogMs: null,
  ready: () => {},
  reloading: () => {},
  stopping: () => {},
  status: () => {},
  alive: () => {},
};

/** That of this process, as `NOTIFY_SOCKET` and `WATCHDOG_USEC` name it. Throws an `Error` where the C library cannot be opened. */
export async function openServiceManager(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): Promise<ServiceManager> {
  const address = env["NOTIFY_SOCKET"];
  if (address === undefined || address === "") return NOBODY;
  const libc = await loadLibcNotify();
  // A message that nobody takes is lost: the service goes on, and a manager that misses it says so itself.
  const tell = (...lines: readonly string[]) => void libc.sendDatagram(address, lines.join("\n"));
  return {
    listens: true,
    watchdogMs: watchdogMs(env, pid),
    ready: (status) => tell("READY=1", statusLine(status)),
    // Before READY again; without the time newer systemd ignores it.
    reloading: () => tell("RELOADING=1", `MONOTONIC_USEC=${libc.monotonicUsec()}`, "STATUS=Reading the configuration"),
    stopping: () => tell("STOPPING=1", "STATUS=Stopping: running transfers may end"),
    status: (text) => tell(statusLine(text)),
    alive: () => tell("WATCHDOG=1"),
  };
}

function statusLine(text: string): string {
  return `STATUS=${text.replaceAll(/\s+/g, " ")}`;
}

function watchdogMs(env: Readonly<Record<string, string | undefined>>, pid: number): number | null {
  const meant = env["WATCHDOG_PID"];
  if (meant !== undefined && Number(meant) !== pid) return null;
  const usec = Number(env["WATCHDOG_USEC"] ?? 0);
  return Number.isFinite(usec) && usec > 0 ? usec / 1000 : null;
}
