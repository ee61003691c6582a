import { writeFileSync } from "node:fs";
import { type Contender, rsyncOptionWords, runningContender } from "./contender.ts";
import { programMissing } from "./program.ts";
import { startProcess } from "./started_process.ts";

/**
 * What people write themselves, and as well as it can be written: all events that wait are swallowed before one rsync of the
 * whole tree to every remote, so a burst costs few of them and none is missed.
 */
const SCRIPT = `source=$1; options=$2; shift 2
inotifywait -m -r --format . -e close_write,create,delete,move -- "$source" |
while IFS= read -r _; do
  while IFS= read -r -t 0.01 _; do :; done
  for url; do rsync $options --delete "$source/" "$url" & done
  wait
done
`;

export const loop: Contender = {
  name: "inotifywait loop",
  missing: () => programMissing("inotifywait", "inotify-tools") ?? programMissing("bash", "bash"),
  start: async ({ source, urls, folder, options }) => {
    writeFileSync(`${folder}/loop.sh`, SCRIPT);
    const argv = ["bash", `${folder}/loop.sh`, source, rsyncOptionWords(options).join(" "), ...urls];
    const startedAtMs = performance.now();
    const started = await startProcess(argv);
    return runningContender(started, { startedAtMs, ready: "Watches established.", overflow: "Q_OVERFLOW" });
  },
};

/** inotifywait alone, whose time to place watches is the floor of starting. */
export const inotifywait: Contender = {
  name: "inotifywait",
  missing: () => programMissing("inotifywait", "inotify-tools"),
  start: async ({ source }) => {
    const startedAtMs = performance.now();
    const events = "close_write,create,delete,move,delete_self,move_self";
    const started = await startProcess(["inotifywait", "-m", "-r", "-e", events, "--", source]);
    return runningContender(started, { startedAtMs, ready: "Watches established.", overflow: "Q_OVERFLOW" });
  },
};
