import { reachRemote, tryRemote } from "../adapters/remote_trial.ts";
import { freeBytesAt, probeHost, probePasswordFile, probeRoot } from "../adapters/host_probe.ts";
import { probeServer } from "../adapters/server_probe.ts";
import { SystemRandom } from "../adapters/system_random.ts";
import type { Configuration, RemoteConfiguration } from "../config/configuration.ts";
import type { Problem } from "../config/problem.ts";
import { type Finding, FINDINGS, type FindingSeverity, wouldBreak } from "../core/doctor_finding.ts";
import { judgeHost } from "../core/doctor_host.ts";
import { judgeRemote, type RemoteFacts } from "../core/doctor_remote.ts";
import { judgeServer } from "../core/doctor_server.ts";
import { TssyncError } from "../core/error.ts";
import type { Command } from "./command.ts";
import { loadConfiguration, readUnchecked } from "./load_configuration.ts";
import type { Invocation } from "./parse_arguments.ts";
import { refuseStateInsideSource } from "./state_placement.ts";
import { statePaths } from "./state_paths.ts";
import { countText, visibleText } from "./table_text.ts";
import { jsonText, type Surroundings } from "./terminal.ts";

/** `tssync doctor`: looks for what will not work, and says what mends it. */
export const doctorCommand: Command = async (invocation, surroundings) => {
  const { options } = invocation;
  const { terminal } = surroundings;
  const servers = options.texts("rsyncd-conf");
  // On the receiving side there may be nothing else to look at.
  const isServerAlone = servers.length > 0 && options.texts("config").length === 0 && options.text("watch") === null;
  const findings: Finding[] = servers.flatMap((file) => judgeServer(probeServer(file)));
  if (!isServerAlone) findings.push(...await examine(invocation, surroundings));
  const isBroken = wouldBreak(findings);
  if (options.has("json")) {
    const documents = findings.map((finding) => ({ ...finding, ...FINDINGS[finding.code] }));
    terminal.out(jsonText({ ok: !isBroken, findings: documents }));
  } else terminal.out(findingsText(findings));
  return isBroken ? 1 : 0;
};

async function examine(invocation: Invocation, surroundings: Surroundings): Promise<Finding[]> {
  const { options } = invocation;
  const state = statePaths(options.text("state-dir"), surroundings);
  const { configuration, problems } = await configurationOf(invocation, surroundings.cwd);
  const remotes = configuration?.roots.flatMap((root) => root.remotes) ?? [];
  // Told below, with what mends it.
  const files = remotes.map(passwordFileOf).filter((file) => file !== null);
  const findings: Finding[] = problems
    .filter(({ message }) => !files.some((file) => message.includes(file)))
    .map(({ file, message }) => ({
      code: "CONFIGURATION",
      subject: file ?? "command line",
      found: message,
      cure: "correct it, then: tssync check",
    }));
  if (configuration !== null) {
    const placement = placementTrouble(state.directory, configuration);
    if (placement !== null) findings.push(placement);
  }
  const roots = [];
  for (const root of configuration?.roots ?? []) roots.push(await probeRoot(root));
  const host = await probeHost(state.directory);
  findings.push(...judgeHost(host, roots));
  // Without rsync every trial would only say so again.
  const mayTry = !options.has("no-write") && !("trouble" in host.rsync);
  const facts = await Promise.all(remotes.map((remote) => factsOf(remote, mayTry)));
  return [...findings, ...facts.flatMap(judgeRemote)];
}

type Examined = { readonly configuration: Configuration | null; readonly problems: readonly Problem[] };

/** What is wrong with the configuration; and the configuration all the same, where only the disk has something against it. */
async function configurationOf(invocation: Invocation, cwd: string): Promise<Examined> {
  try {
    return { configuration: (await loadConfiguration(invocation, cwd)).configuration, problems: [] };
  } catch (error) {
    if (!(error instanceof TssyncError) || error.code !== "CONFIG_INVALID") throw error;
    const problems = error.details["problems"] as readonly Problem[];
    const reading = await readUnchecked(invocation, cwd).catch(() => null);
    return { configuration: reading?.configuration ?? null, problems };
  }
}

function placementTrouble(directory: string, { roots }: Configuration): Finding | null {
  try {
    refuseStateInsideSource(directory, roots);
    return null;
  } catch (error) {
    const cure = "name another with --state-dir";
    return { code: "STATE_UNUSABLE", subject: directory, found: (error as Error).message, cure };
  }
}

async function factsOf(remote: RemoteConfiguration, mayWrite: boolean): Promise<RemoteFacts> {
  const { destination, address } = remote;
  const passwordFile = passwordFileOf(remote);
  const user = destination.kind === "local" ? null : destination.user;
  const reach = await reachRemote(remote);
  return {
    address,
    module: destination.kind === "daemon" ? destination.module : null,
    passwordFile: passwordFile === null ? null : probePasswordFile(passwordFile, user),
    reach,
    trial: reach.ok && mayWrite ? await tryRemote(remote, new SystemRandom().token(8)) : null,
    freeBytes: destination.kind === "local" ? freeBytesAt(destination.path) : null,
  };
}

function passwordFileOf({ destination }: RemoteConfiguration): string | null {
  return destination.kind === "daemon" ? destination.passwordFile : null;
}

const HEADINGS = { error: "ERROR", warning: "WARNING", note: "NOTE" } as const satisfies Record<
  FindingSeverity,
  string
>;
const ORDER: readonly FindingSeverity[] = ["error", "warning", "note"];

export function findingsText(findings: readonly Finding[]): string {
  if (findings.length === 0) return "Nothing found that would not work.\n";
  const parts = ORDER.flatMap((severity) =>
    findings.filter(({ code }) => FINDINGS[code].severity === severity).map((finding) => {
      const { code, subject, found, cure } = finding;
      return [
        `${HEADINGS[severity]}  ${visibleText(subject)}: ${visibleText(found)}  (${code})`,
        `  why:  ${FINDINGS[code].why}`,
        `  mend: ${visibleText(cure)}`,
      ].join("\n");
    })
  );
  const errors = findings.filter(({ code }) => FINDINGS[code].severity === "error").length;
  return `${parts.join("\n\n")}\n\n${countText(errors, "error")} among ${countText(findings.length, "finding")}\n`;
}
