import type { RemoteDocument, RootDocument } from "../../api/status_schema.ts";
import { TssyncError } from "../core/error.ts";
import { Client } from "./client.ts";
import { clientTarget } from "./client_target.ts";
import type { Command } from "./command.ts";
import { visibleText } from "./table_text.ts";
import { jsonText } from "./terminal.ts";

/** `tssync pause`. */
export const pauseCommand: Command = changeCommand("pause");

/** `tssync resume`. */
export const resumeCommand: Command = changeCommand("resume");

/** Without operands it means every root; with `--json` a list then, otherwise the one that was named. */
function changeCommand(action: "pause" | "resume"): Command {
  return async ({ options, operands }, surroundings) => {
    const client = new Client(clientTarget(options, surroundings));
    const reason = options.text("reason");
    const { terminal } = surroundings;
    const tell = (state: RootDocument | RemoteDocument) =>
      terminal.out(options.has("json") ? jsonText(state) : stateLine(state));
    const [root, remote] = operands;
    if (root === "" || remote === "") {
      throw new TssyncError(
        "USAGE",
        "A root or remote is named by its id, found an empty one; tssync status shows them",
      );
    }
    if (root !== undefined && remote !== undefined) {
      tell(await client.changeRemote(action, { root, remote: await idOf(client, root, remote) }, reason));
    } else if (root !== undefined) tell(await client.changeRoot(action, root, reason));
    else {
      const items: RootDocument[] = [];
      for (const { id } of (await client.status()).roots) items.push(await client.changeRoot(action, id, reason));
      terminal.out(options.has("json") ? jsonText({ items }) : items.map(stateLine).join(""));
    }
    return 0;
  };
}

/** A remote may be named by its address too, since the status shows that one. */
async function idOf(client: Client, root: string, named: string): Promise<string> {
  const remotes = (await client.status()).roots.find(({ id }) => id === root)?.remotes ?? [];
  return remotes.find(({ id }) => id === named)?.id ?? remotes.find(({ address }) => address === named)?.id ?? named;
}

function stateLine({ id, state, reason }: RootDocument | RemoteDocument): string {
  return `${visibleText(id)}: ${state}${reason === null ? "" : `: ${visibleText(reason)}`}\n`;
}
