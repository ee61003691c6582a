import { writeFileSync } from "node:fs";
import { type Contender, type MirrorOrder, runningContender } from "./contender.ts";
import { programMissing } from "./program.ts";
import { startProcess } from "./started_process.ts";

/** lsyncd, told to wait for nothing: its default of 15 s would be all that is measured. */
export const lsyncd: Contender = {
  name: "lsyncd",
  missing: () => programMissing("lsyncd", "lsyncd"),
  start: async (order) => {
    const path = `${order.folder}/lsyncd.lua`;
    writeFileSync(path, configuration(order));
    const startedAtMs = performance.now();
    const started = await startProcess(["lsyncd", "-nodaemon", path]);
    // It places all watches first, then says that it begins its initial rsync.
    return runningContender(started, { startedAtMs, ready: "recursive startup rsync", overflow: "OVERFLOW" });
  },
};

function configuration({ source, urls, options, modify }: MirrorOrder): string {
  const rsync = ["archive = true"];
  if (options.compress === true) rsync.push("compress = true");
  if (options.bandwidthKiBPerSecond !== undefined) rsync.push(`bwlimit = ${options.bandwidthKiBPerSecond}`);
  const syncs = urls.map((url) =>
    `sync { default.rsync, source = "${source}/", target = "${url}", delay = 0, rsync = { ${rsync.join(", ")} } }`
  );
  const settings = ["nodaemon = true", "insist = true"];
  if (modify === true) settings.push('inotifyMode = "CloseWrite or Modify"');
  return `settings { ${settings.join(", ")} }\n${syncs.join("\n")}\n`;
}
