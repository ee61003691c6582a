import { join, resolve } from "node:path";
import { TssyncError } from "../core/error.ts";

/** Files of the state directory that the command line knows. */
export type StatePaths = {
  readonly directory: string;
  readonly socket: string;
  readonly token: string;
  readonly log: string;
};

type StateSurroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Default: that of this process. */
  readonly userId?: number | undefined;
};

/**
 * Where the state lives: `--state-dir`, else what systemd gave, else the place for root, else the user's own.
 *
 * @throws TssyncError STATE_UNUSABLE when the environment names no home.
 */
export function statePaths(given: string | null, surroundings: StateSurroundings): StatePaths {
  const directory = given === null ? defaultDirectory(surroundings) : resolve(surroundings.cwd, given);
  return {
    directory,
    socket: join(directory, "tssync.sock"),
    token: join(directory, "token"),
    log: join(directory, "tssync.log"),
  };
}

function defaultDirectory({ env, userId = process.getuid?.() }: StateSurroundings): string {
  // systemd separates several with colons; the first is the unit's own.
  const fromSystemd = env["STATE_DIRECTORY"]?.split(":")[0];
  if (fromSystemd !== undefined && fromSystemd !== "") return fromSystemd;
  if (userId === 0) return "/var/lib/tssync";
  const stateHome = env["XDG_STATE_HOME"];
  if (stateHome?.startsWith("/") === true) return join(stateHome, "tssync");
  const home = env["HOME"];
  if (home?.startsWith("/") === true) return join(home, ".local/state/tssync");
  throw new TssyncError(
    "STATE_UNUSABLE",
    "Cannot tell where the state directory is: neither XDG_STATE_HOME nor HOME is set; give one with --state-dir",
  );
}
