import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import process from "node:process";
import { type Mirror, startMirror } from "../mirror.ts";
import { type RsyncDaemon, rsyncDaemon } from "../rsync_daemon.ts";
import { tempDir } from "../temp_dir.ts";
import { differencesBetween } from "./comparison.ts";
import { KEPT } from "./name_choice.ts";
import { changeInThreads } from "./operation_threads.ts";
import type { ThreadReport } from "./operation_thread.ts";

/** How a life of tssync is configured. What is mirrored in the end does not depend on it. */
export const VARIANTS = {
  everySwitch: { createFile: true, quiet: "0.5", warm: "active" },
  closedFilesOnly: { createFile: false, quiet: "0.1", warm: "off" },
} as const;
export type Variant = keyof typeof VARIANTS;

/** A tree that threads change, tssync, and two rsync daemons. */
export type ModelWorld = AsyncDisposable & {
  readonly path: string;
  readonly source: string;
  readonly targets: readonly string[];
  readonly daemons: readonly RsyncDaemon[];
  readonly stateDir: string;
  readonly tracePath: string;
  /** The life at hand; null between two. */
  readonly mirror: Mirror | null;
  /** What all lives so far have logged, the last megabytes of it. */
  log(): string;
  /** Starts tssync. The first life makes a full sync; later ones find out by themselves what they missed. */
  start(variant?: Variant): Promise<Mirror>;
  /** Ends the life at hand as a power cut would, as far as tssync can tell. */
  kill(): Promise<void>;
  /** Ends the life at hand in order. */
  stop(): Promise<void>;
  /** Lets threads work on the tree until they have done this many operations. */
  change(options: { seed: number; threads: number; operations: number; perSecond: number }): Promise<ThreadReport>;
  /** Copies the state directory; only between two lives. */
  saveState(name: string): Promise<void>;
  /** Puts a copy back; only between two lives. */
  restoreState(name: string): Promise<void>;
  /** After a flush: one line for each difference on any remote. */
  differences(): Promise<string[]>;
};

export type ModelOptions = {
  /** Where all of it stands; removed at the end. By default a directory of its own. */
  readonly keepIn?: string;
  readonly logLevel?: "debug" | "info";
  /** Files of `BALLAST_FILE_BYTES` that nobody changes. */
  readonly ballastFiles?: number;
};

export const BALLAST_FILE_BYTES = 1_000_000;

const RSYNC_SETTINGS = {
  /** One line for each name that was sent or deleted. */
  "log format": "%i %n",
  // Without it rsync would write other targets into symbolic links that lead out of the module.
  "use chroot": process.getuid?.() === 0 ? "true" : "false",
};
const LOG_BYTES_MAX = 30_000_000;

/** Use as `await using world = await modelWorld()`. The daemons run, tssync does not yet. */
export async function modelWorld(
  { keepIn, logLevel = "info", ballastFiles = 0 }: ModelOptions = {},
): Promise<ModelWorld> {
  await using cleanUp = new AsyncDisposableStack();
  const path = keepIn ?? cleanUp.use(await tempDir()).path;
  const at = (name: string) => `${path}/${name}`;
  const names = ["one", "two"];
  const source = at("source");
  await mkdir(source, { recursive: true });
  await mkdir(at("outside"), { recursive: true });
  await mkdir(`${source}/${KEPT}`);
  for (let index = 0; index < ballastFiles; index++) {
    await writeFile(`${source}/${KEPT}/${index}`, Buffer.alloc(BALLAST_FILE_BYTES, `${index} `));
  }
  await writeFile(at("trace.log"), "");
  const daemons: RsyncDaemon[] = [];
  for (const name of names) {
    daemons.push(cleanUp.use(await rsyncDaemon([{ name, path: at(name), settings: RSYNC_SETTINGS }])));
  }
  for (const variant of Object.keys(VARIANTS) as Variant[]) {
    await writeFile(at(`${variant}.xml`), configuration(variant, source, daemons));
  }
  let mirror: Mirror | null = null;
  let earlier = "";
  const ended = () => {
    earlier = `${earlier}${mirror?.running.stderr ?? ""}--- the life ended ---\n`.slice(-LOG_BYTES_MAX);
    mirror = null;
  };
  cleanUp.defer(async () => await mirror?.[Symbol.asyncDispose]());
  let lives = 0;
  const kept = cleanUp.move();
  return {
    path,
    source,
    targets: names.map(at),
    daemons,
    stateDir: at("state"),
    tracePath: at("trace.log"),
    get mirror() {
      return mirror;
    },
    log: () => earlier + (mirror?.running.stderr ?? ""),
    start: async (variant = "everySwitch") => {
      const first = lives++ === 0 ? ["-r"] : [];
      const words = [...first, "-o", at(`${variant}.xml`), "--log-level", logLevel];
      return mirror = await startMirror(words, { stateDir: at("state") });
    },
    kill: async () => {
      await mirror?.running.stop("SIGKILL");
      ended();
    },
    stop: async () => {
      await mirror?.stop();
      ended();
    },
    change: (options) =>
      changeInThreads({ ...options, top: source, outsideTop: at("outside"), tracePath: at("trace.log") }),
    saveState: async (name) => {
      await rm(at(name), { recursive: true, force: true });
      await cp(at("state"), at(name), { recursive: true, filter: (path) => !path.endsWith(".sock") });
    },
    restoreState: async (name) => {
      await rm(at("state"), { recursive: true, force: true });
      await cp(at(name), at("state"), { recursive: true });
    },
    differences: async () => {
      const found = await Promise.all(names.map(async (name) => {
        const lines = await differencesBetween(source, at(name));
        return lines.map((line) => `${line} [${name}]`);
      }));
      return found.flat();
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The time-out is short: an rsync that opened a FIFO in the place of a file waits for ever, and is ended after it. */
function configuration(variant: Variant, source: string, daemons: readonly RsyncDaemon[]): string {
  const { createFile, quiet, warm } = VARIANTS[variant];
  const remotes = ["one", "two"].map((name, index) =>
    `<remote ip="127.0.0.1" port="${daemons[index]!.port}" name="${name}" id="${name}"${
      index === 1 ? ` warm="${warm}"` : ""
    }/>`
  );
  return `<head version="2.5"><host port="off"/>
<inotify><delete start="true"/><createFolder start="true"/><createFile start="${createFile}"/><closeWrite start="true"/>
<moveFrom start="true"/><moveTo start="true"/><attrib start="true"/><modify start="true" quiet="${quiet}" every="2"/></inotify>
<sersync><localpath watch="${source}" id="model">${remotes.join("")}</localpath>
<rsync><commonParams params="-aH"/><timeout start="true" time="8"/></rsync>
<failLog path="" timeToExecute="60"/></sersync></head>
`;
}
