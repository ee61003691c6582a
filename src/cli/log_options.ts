import type { LogOptions } from "../adapters/log.ts";
import { TssyncError } from "../core/error.ts";
import { nearestName } from "../core/nearest_name.ts";
import type { OptionValues } from "./parse_arguments.ts";

const LEVELS = ["debug", "info", "warning", "error"] as const satisfies readonly LogOptions["level"][];
const FORMATS = ["text", "json"] as const satisfies readonly LogOptions["format"][];

/** `--log-level` and `--log-format`; `debug` is sersync's `<debug start="true"/>`, which the flag overrules. */
export function logOptions(options: OptionValues, debug: boolean): LogOptions {
  return {
    level: oneOf(LEVELS, "log-level", options) ?? (debug ? "debug" : "info"),
    format: oneOf(FORMATS, "log-format", options) ?? "text",
  };
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
