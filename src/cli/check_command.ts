import type { Problem } from "../config/problem.ts";
import { TssyncError } from "../core/error.ts";
import { pathToText } from "../core/path.ts";
import { ERRORS } from "../core/error.ts";
import type { Command } from "./command.ts";
import { loadConfiguration } from "./load_configuration.ts";
import { chooseLineListener } from "./open_listener.ts";
import { countText } from "./table_text.ts";
import { readTlsFiles } from "./tls_files.ts";
import { jsonText } from "./terminal.ts";

/** `tssync check`: its results are the problems, so they go to stdout. */
export const checkCommand: Command = async (invocation, { cwd, terminal }) => {
  const asJson = invocation.options.has("json");
  try {
    const reading = await loadConfiguration(invocation, cwd);
    const { configuration, tls, warnings } = reading;
    chooseLineListener(reading, invocation.options);
    if (tls !== null) readTlsFiles(tls);
    const roots = configuration.roots.map((root) => ({
      id: root.id,
      path: pathToText(root.path),
      remotes: root.remotes.map((remote) => remote.address),
    }));
    if (asJson) terminal.out(jsonText({ ok: true, problems: [], warnings, roots }));
    else {
      for (const warning of warnings) terminal.out(`warning: ${warning.message}\n`);
      const remotes = roots.reduce((count, root) => count + root.remotes.length, 0);
      terminal.out(`ok: ${countText(roots.length, "source")}, ${countText(remotes, "remote")}\n`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof TssyncError) || error.code !== "CONFIG_INVALID") throw error;
    const problems = error.details["problems"] as readonly Problem[];
    if (asJson) terminal.out(jsonText({ ok: false, problems, warnings: [] }));
    else terminal.out(problems.map((problem) => `${problem.message}\n`).join(""));
    return ERRORS.CONFIG_INVALID.exitCode;
  }
};
