/** sersync's `command`: a program that gets the path as one argument. No shell sees it, whatever is in the name. */
import process from "node:process";
import { pathOfEvent, type PluginEvent, toldPathOf } from "../core/plugin_event.ts";
import { type BytePath, isValidUtf8, pathToBytes, pathToText, textToBytePath, textToBytes } from "../core/path.ts";
import { compileIncludes } from "../core/include_filter.ts";
import { PLUGIN_DELAYS_MS } from "../core/plugin_delays.ts";
import type { CommandSettings } from "../config/plugin_settings.ts";
import type { Plugin, PluginAnswer, RsyncEnd } from "../ports.ts";
import type { PluginOpening } from "./plugin_factory.ts";
import { startProcess } from "./process_runner.ts";

/** A script may upload what it was told of. */
const DEADLINE_MS = 300_000;
const KILL_GRACE_MS = 2_000;
/** What a message keeps of what the program wrote. */
const STDERR_CHARACTERS_MAX = 300;

const LIMITS = { batchMax: 1, windowMs: 0, inFlightMax: 4, deadlineMs: DEADLINE_MS, retryDelaysMs: PLUGIN_DELAYS_MS };

export function openCommand(settings: CommandSettings, { plugin: { name, when } }: PluginOpening): Plugin {
  const isIncluded = compileIncludes(settings.includes);
  return {
    name,
    kind: "command",
    receiver: "",
    interest: { files: when, types: [], roots: [], below: null },
    limits: LIMITS,
    quotas: () => [],
    wants(event) {
      const path = toldPathOf(event);
      return path !== null && isIncluded(path);
    },
    preview: async (events) => events.map((event) => JSON.stringify(wordsFor(event, settings))),
    deliver: async ([event], signal) => [await run(event!, settings, signal)],
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The argument vector, for people. */
function wordsFor(event: PluginEvent, { prefix, suffix }: CommandSettings): readonly string[] {
  return [...prefix, pathToText(pathOfEvent(event) ?? ""), ...suffix];
}

async function run(event: PluginEvent, settings: CommandSettings, signal: AbortSignal): Promise<PluginAnswer> {
  const path = pathOfEvent(event);
  if (path === null) return { outcome: "dead", message: "its root is no longer configured" };
  const { program, args, stdin } = callOf(path, settings);
  const running = startProcess({
    program,
    args,
    cwd: textToBytePath(process.cwd()),
    env: { ...process.env, ...environmentOf(event) },
  });
  const end = () => running.end(KILL_GRACE_MS);
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  running.send(pathToBytes(stdin));
  const ended = await running.ended;
  signal.removeEventListener("abort", end);
  return answerOf(ended, settings.ignoreError && !signal.aborted);
}

/** A runtime puts only text into an argument vector: another name is handed over by `xargs`, which passes bytes on. */
function callOf(path: BytePath, { prefix, suffix }: CommandSettings) {
  const [program, ...first] = prefix;
  if (isValidUtf8(path)) return { program: program!, args: [...first, pathToText(path), ...suffix], stdin: "" };
  return {
    program: "xargs",
    args: ["-0", ...prefix],
    stdin: [path, ...suffix.map(textToBytes)].map((word) => `${word}\0`).join(""),
  };
}

/** What sersync never told: a script may look at it. */
function environmentOf({ id, root, item }: PluginEvent): Record<string, string> {
  return { TSSYNC_EVENT: id, TSSYNC_ROOT: root ?? "", TSSYNC_OPERATION: item?.operation ?? "" };
}

function answerOf({ exitCode, signal, startError, stderr }: RsyncEnd, ignoresError: boolean): PluginAnswer {
  if (startError !== null) return { outcome: "retry", message: startError, afterMs: null };
  const ending = signal === null ? `exit code ${exitCode}` : `ended by ${signal}`;
  if (exitCode === 0 || ignoresError) return { outcome: "delivered", message: ending };
  const said = pathToText(stderr.trim().slice(-STDERR_CHARACTERS_MAX));
  return { outcome: "retry", message: said === "" ? ending : `${ending}: ${said}`, afterMs: null };
}
