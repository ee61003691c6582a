import type { HeadReading } from "./build_root.ts";
import type { LogFileConfiguration } from "./configuration.ts";
import { resolvePath } from "./resolve_path.ts";

/** Six files of 50 MB are what a small disk has room for. The schema says the same as text. */
export const LOG_BY_DEFAULT: LogFileConfiguration = { file: null, rotateBytes: 50 * 1024 * 1024, keep: 5 };

/** That of the first file with a `<log>`. */
export function chooseLog(heads: readonly HeadReading[], cwd: string): LogFileConfiguration {
  const log = heads.map((head) => head.children.log).find(({ element }) => element !== null);
  if (log === undefined) return LOG_BY_DEFAULT;
  const { file, rotate, keep } = log.values;
  return { file: file === "" ? null : resolvePath(cwd, file), rotateBytes: rotate, keep };
}
