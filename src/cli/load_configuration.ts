import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { RootConfiguration } from "../config/configuration.ts";
import type { ConfigurationFile, ConfigurationInput, ConfigurationReading } from "../config/configuration_input.ts";
import { readAndCheckConfiguration, readConfiguration } from "../config/read_configuration.ts";
import { TssyncError } from "../core/error.ts";
import type { CommandName } from "./command_table.ts";
import { machineDisk } from "./disk_probe.ts";
import { refuseLogInsideSource } from "./log_file.ts";
import { logOptions } from "./log_options.ts";
import type { Invocation, OptionValues } from "./parse_arguments.ts";

/** Where sersync looks when no file is named. */
const DEFAULT_FILE = "confxml.xml";
/** The service's. Who only wants to look may mean it; nothing is started with it unasked. */
const SERVICE_FILE = "/etc/tssync/confxml.xml";
const LOOKING: ReadonlySet<CommandName> = new Set(["check", "doctor"]);

/**
 * Reads what the command line asks for and holds it against the disk.
 *
 * @throws TssyncError CONFIG_INVALID with every problem, USAGE for an option that makes no sense.
 */
export async function loadConfiguration(invocation: Invocation, cwd: string): Promise<ConfigurationReading> {
  const reading = await readAndCheckConfiguration(await readInput(invocation, cwd), machineDisk);
  const { configuration } = reading;
  refuseLogInsideSource(logOptions(invocation.options, cwd, configuration).file, configuration.roots);
  return reading;
}

/** The same, whatever the disk has against it. */
export async function readUnchecked(invocation: Invocation, cwd: string): Promise<ConfigurationReading> {
  return readConfiguration(await readInput(invocation, cwd));
}

async function readInput(invocation: Invocation, cwd: string): Promise<ConfigurationInput> {
  const { options } = invocation;
  const flags = {
    cwd,
    watch: options.text("watch"),
    to: options.texts("to"),
    passwordFile: options.text("password-file"),
    params: options.text("params"),
    threads: threadsOf(options),
    module: options.text("module"),
    initialSync: initialSyncOf(invocation),
    listen: options.text("listen"),
    webhookAllow: options.texts("webhook-allow"),
    tlsCert: options.text("tls-cert"),
    tlsKey: options.text("tls-key"),
  };
  const named = options.texts("config");
  const withoutFile = flags.watch !== null || flags.to.length > 0;
  const names = named.length > 0 || withoutFile ? named : [defaultFile(invocation, cwd)];
  const files = await Promise.all(names.map((name) => readNamed(name, cwd, named.length === 0)));
  return { files, flags };
}

function defaultFile({ command }: Invocation, cwd: string): string {
  const isElsewhere = LOOKING.has(command) && !existsSync(resolve(cwd, DEFAULT_FILE)) && existsSync(SERVICE_FILE);
  return isElsewhere ? SERVICE_FILE : DEFAULT_FILE;
}

async function readNamed(name: string, cwd: string, isDefault: boolean): Promise<ConfigurationFile> {
  try {
    return { name, content: await readFile(resolve(cwd, name)) };
  } catch (error) {
    return { name, content: { unreadable: unreadableText(error, isDefault) } };
  }
}

function unreadableText(error: unknown, isDefault: boolean): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const cure = isDefault ? "; name one with -o FILE, or say --watch DIR --to DEST" : "";
  switch (code) {
    case "ENOENT":
      return `there is no such file${cure}`;
    case "EACCES":
      return "this user may not read it";
    case "EISDIR":
      return "it is a directory";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function threadsOf(options: OptionValues): number | null {
  const text = options.text("threads");
  if (text === null) return null;
  if (!/^\d{1,9}$/.test(text)) {
    throw new TssyncError("USAGE", `-n ${JSON.stringify(text)}: expected a whole number, such as -n 10`);
  }
  return Number(text);
}

function initialSyncOf({ bare, options }: Invocation): RootConfiguration["initialSync"] {
  if (options.has("resync")) return "always";
  const initial = options.text("initial");
  if (initial === null) return bare ? "never" : "first";
  if (initial === "none") return "never";
  if (initial === "first") return "first";
  throw new TssyncError("USAGE", `--initial ${JSON.stringify(initial)}: expected none or first`);
}
