import { TssyncError } from "../core/error.ts";
import { buildPlugins, checkModule } from "./build_plugins.ts";
import { allowedNetworks, buildWebhooks } from "./build_webhooks.ts";
import { pluginRoots } from "./plugin_roots.ts";
import type { PluginDraft } from "./build_plugins.ts";
import { buildRoots } from "./build_root.ts";
import type { HeadReading, RootDraft } from "./build_root.ts";
import { checkAgainstDisk } from "./check_against_disk.ts";
import { chooseListen } from "./choose_listen.ts";
import { chooseLog } from "./choose_log.ts";
import { flagOrigin, readCommandLine } from "./command_line.ts";
import type { Configuration, FailLogConfiguration, PluginConfiguration } from "./configuration.ts";
import type { ConfigurationDisk } from "./configuration_disk.ts";
import type { ConfigurationFile, ConfigurationInput, ConfigurationReading } from "./configuration_input.ts";
import { readElement } from "./read_element.ts";
import { createReport, inReadingOrder } from "./report.ts";
import type { Report } from "./report.ts";
import { resolvePath } from "./resolve_path.ts";
import { HEAD } from "./schema.ts";
import { settleIds } from "./settle_ids.ts";
import { reportSharedDestinations } from "./shared_destination.ts";
import { readXml } from "./xml_document.ts";

/**
 * Reads files and flags into one complete configuration, without touching the disk.
 *
 * Throws CONFIG_INVALID whose `details.problems` holds every `Problem`; its message has one line for each.
 */
export function readConfiguration(input: ConfigurationInput): ConfigurationReading {
  const report = createReport();
  const draft = draftConfiguration(input, report);
  return finish(draft, report);
}

/**
 * The same, and asks the disk whether the configuration can be served there: directories, password files, sources inside
 * targets. What the files and the disk have against it is told at once.
 */
export async function readAndCheckConfiguration(
  input: ConfigurationInput,
  disk: ConfigurationDisk,
): Promise<ConfigurationReading> {
  const report = createReport();
  const draft = draftConfiguration(input, report);
  await checkAgainstDisk(draft, disk, report);
  return finish(draft, report);
}

type Draft = Omit<ConfigurationReading, "warnings">;

function finish(draft: Draft, report: Report): ConfigurationReading {
  const { files } = draft.configuration;
  if (report.problems.length === 0) return { ...draft, warnings: inReadingOrder(report.warnings, files) };
  const problems = inReadingOrder(report.problems, files);
  throw new TssyncError("CONFIG_INVALID", problems.map(({ message }) => message).join("\n"), { problems });
}

/** Everything that can be read, also where something is wrong: then `report` has the problems. */
function draftConfiguration({ files, flags }: ConfigurationInput, report: Report): Draft {
  const heads = files.flatMap((file) => readFile(file, report));
  const rootDrafts: RootDraft[] = [];
  const plugins: PluginDraft[] = [];
  const webhooks: PluginConfiguration[] = [];
  for (const head of heads) {
    const drafts = buildPlugins(head, { cwd: flags.cwd, report, module: flags.module });
    plugins.push(...drafts);
    if (flags.module === null) rootDrafts.push(...buildRoots(head, flags.cwd, report));
    rootDrafts.push(...pluginRoots(head, drafts, { cwd: flags.cwd, report, module: flags.module, known: rootDrafts }));
  }
  for (const head of heads) {
    const known = [...plugins.map(({ plugin }) => plugin), ...webhooks];
    webhooks.push(...buildWebhooks(head, { report, module: flags.module, known }));
  }
  const fromFlags = readCommandLine(flags, files.length > 0, report);
  if (fromFlags !== null && flags.module === null) rootDrafts.push(fromFlags);
  if (files.length === 0 && fromFlags === null) {
    report.problem(flagOrigin("the command line"), "neither a configuration file nor --watch DIR --to DEST is given");
  }
  if (flags.module !== null) checkModule(flags.module, plugins, report);

  const { roots, origins } = settleIds(rootDrafts, flags.initialSync, report);
  reportSharedDestinations(roots, origins, report);
  const { listen, tls } = chooseListen(heads, flags, report);
  const configuration: Configuration = {
    files: files.map(({ name }) => name),
    listen,
    debug: heads.some((head) => head.children.debug.values.start),
    log: chooseLog(heads, flags.cwd),
    threadsMax: chooseThreads(flags.threads, report),
    roots,
    failLog: chooseFailLog(heads, flags.cwd, report),
    plugins: [...plugins.map(({ plugin }) => plugin), ...webhooks],
    webhookAllow: allowedNetworks(heads, flags, report),
    module: flags.module,
  };
  return { configuration, tls, origins };
}

/** The file's outermost element, or nothing where the file cannot be read at all. */
function readFile({ name, content }: ConfigurationFile, report: Report): readonly HeadReading[] {
  const whole = { file: name, line: null, column: null, found: "" };
  if (!(content instanceof Uint8Array)) {
    report.problem(whole, content.unreadable);
    return [];
  }
  const xml = readXml(content);
  for (const { position, message } of xml.problems) report.problem({ ...whole, ...position }, message);
  if (xml.root === null) return [];
  if (xml.root.name !== "head") {
    const found = `<${xml.root.name}>`;
    report.problem({ ...whole, ...xml.root.position, found }, "expected <head> as the outermost element");
    return [];
  }
  return [readElement(xml.root, HEAD, { file: name, report })];
}

/** rsync processes at most, as sersync's threads. */
const THREADS_DEFAULT = 10;
/** Beyond this a machine does nothing but start rsyncs; it is a slip of the pen. */
const THREADS_MAX = 1000;

function chooseThreads(threads: number | null, report: Report): number {
  if (threads === null || !(threads >= 1)) return THREADS_DEFAULT;
  if (threads <= THREADS_MAX && Number.isInteger(threads)) return threads;
  report.problem(flagOrigin(`-n ${threads}`), `expected a whole number from 1 to ${THREADS_MAX}`);
  return THREADS_DEFAULT;
}

const MINUTE_MS = 60_000;
/** Without a file nobody has scripts around a fail log. */
const NO_FAIL_LOG: FailLogConfiguration = { path: null, retryEveryMs: 60 * MINUTE_MS };

/** That of the first file. */
function chooseFailLog(heads: readonly HeadReading[], cwd: string, report: Report): FailLogConfiguration {
  const readings = heads.map((head) => head.children.sersync.children.failLog);
  const [first] = readings;
  if (first === undefined) return NO_FAIL_LOG;
  for (const other of readings) {
    if (other.values.path !== first.values.path) {
      report.warning(
        other.origin("path"),
        "an earlier file names another one, and there is one for all: that one counts",
      );
    }
    if (other.values.timeToExecute !== first.values.timeToExecute) {
      report.warning(
        other.origin("timeToExecute"),
        "an earlier file says otherwise, and there is one for all: that one counts",
      );
    }
  }
  const { path, timeToExecute } = first.values;
  return { path: path === "" ? null : resolvePath(cwd, path), retryEveryMs: timeToExecute * MINUTE_MS };
}
