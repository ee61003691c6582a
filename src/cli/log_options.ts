import { resolve } from "node:path";
import type { LogOptions } from "../adapters/log.ts";
import { LOG_BY_DEFAULT } from "../config/choose_log.ts";
import type { Configuration } from "../config/configuration.ts";
import { LOG_KEEP_MAX } from "../config/schema.ts";
import { fileSize, type Value, wholeNumber } from "../config/value.ts";
import { TssyncError } from "../core/error.ts";
import { nearestName } from "../core/nearest_name.ts";
import type { OptionValues } from "./parse_arguments.ts";

const LEVELS = ["debug", "info", "warning", "error"] as const satisfies readonly LogOptions["level"][];
const FORMATS = ["text", "json"] as const satisfies readonly LogOptions["format"][];

type ConfiguredLog = Pick<Configuration, "debug" | "log">;

/** Where no configuration is read. */
const UNCONFIGURED: ConfiguredLog = { debug: false, log: LOG_BY_DEFAULT };

/** The flags about the log, which win over `<log>` and over sersync's `<debug start="true"/>`. */
export function logOptions(
  options: OptionValues,
  cwd: string,
  { debug, log }: ConfiguredLog = UNCONFIGURED,
): LogOptions {
  const file = options.text("log-file");
  return {
    level: oneOf(LEVELS, "log-level", options) ?? (debug ? "debug" : "info"),
    format: oneOf(FORMATS, "log-format", options) ?? "text",
    file: file === null ? log.file ?? undefined : resolve(cwd, file),
    rotation: {
      rotateBytes: read(fileSize, "log-rotate", options) ?? log.rotateBytes,
      keep: read(wholeNumber(0, LOG_KEEP_MAX, "files"), "log-keep", options) ?? log.keep,
    },
  };
}

/** An option that is written as the attribute of the configuration is. */
function read(value: Value<number>, name: string, options: OptionValues): number | null {
  const text = options.text(name);
  if (text === null) return null;
  const outcome = value.schema.safeParse(text);
  if (outcome.success) return outcome.data;
  throw new TssyncError("USAGE", `--${name} ${JSON.stringify(text)}: expected ${value.expected}`);
}

function oneOf<T extends string>(known: readonly T[], name: string, options: OptionValues): T | null {
  const text = options.text(name);
  if (text === null) return null;
  const found = known.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  const nearest = nearestName(text, known);
  throw new TssyncError(
    "USAGE",
    `--${name} ${JSON.stringify(text)}: expected ${known.join(", ")}${
      nearest === null ? "" : `. Did you mean ${nearest}?`
    }`,
  );
}
