import type { NewTokenDocument, TokenDocument } from "../../api/token_schema.ts";
import { isScope } from "../../api/tokens.ts";
import { SCOPES } from "../../api/scope.ts";
import { TssyncError } from "../core/error.ts";
import { Client } from "./client.ts";
import { clientTarget } from "./client_target.ts";
import type { Command } from "./command.ts";
import { only } from "./failures_command.ts";
import type { OptionValues } from "./parse_arguments.ts";
import { tableText, visibleText } from "./table_text.ts";
import { jsonText } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

type Asked = {
  readonly client: Client;
  readonly options: OptionValues;
  readonly terminal: Terminal;
  /** What follows the word. */
  readonly operand: string | undefined;
};

const ACTIONS = { create, list, revoke } as const;

/** `tssync token create|list|revoke`. */
export const tokenCommand: Command = async ({ options, operands }, surroundings) => {
  const [word, operand] = operands;
  if (word === undefined || !Object.hasOwn(ACTIONS, word)) {
    throw new TssyncError(
      "USAGE",
      `tssync token ${word === undefined ? "" : `${JSON.stringify(word)} `}wants one of create, list and revoke ID`,
    );
  }
  const action = word as keyof typeof ACTIONS;
  const { terminal } = surroundings;
  for (const name of ["scope", "name", "root"]) {
    if (action !== "create" && options.has(name)) {
      throw new TssyncError("USAGE", `--${name} goes with tssync token create alone`);
    }
  }
  const client = new Client(clientTarget(options, surroundings));
  await ACTIONS[action]({ client, options, terminal, operand });
  return 0;
};

async function create({ client, options, terminal, operand }: Asked): Promise<void> {
  refuseOperand("create", operand);
  const scope = only("scope", options);
  if (scope === null || !isScope(scope)) {
    throw new TssyncError(
      "USAGE",
      `tssync token create needs --scope ${SCOPES.join("|")}${
        scope === null ? "" : `, found ${JSON.stringify(scope)}`
      }: each includes those before it`,
    );
  }
  const name = only("name", options);
  const roots = options.texts("root");
  const made = await client.createToken({
    scope,
    ...(name === null ? {} : { name }),
    ...(roots.length === 0 ? {} : { roots }),
  });
  if (options.has("json")) return terminal.out(jsonText(made));
  // The token alone on stdout, so that a script can take it; what is to be known of it beside.
  terminal.err(`Token ${made.id}, ${reachText(made)}. It is shown this once:\n`);
  terminal.out(`${made.token}\n`);
}

async function list({ client, options, terminal, operand }: Asked): Promise<void> {
  refuseOperand("list", operand);
  const items = await client.tokens();
  terminal.out(options.has("json") ? jsonText({ items }) : tokensText(items));
}

async function revoke({ client, options, terminal, operand }: Asked): Promise<void> {
  if (operand === undefined || operand === "") {
    throw new TssyncError("USAGE", "tssync token revoke needs the ID of a token; tssync token list shows them");
  }
  await client.revokeToken(operand);
  terminal.out(
    options.has("json") ? jsonText({ id: operand, revoked: true }) : `token ${visibleText(operand)} is revoked\n`,
  );
}

function refuseOperand(action: string, operand: string | undefined): void {
  if (operand === undefined) return;
  throw new TssyncError("USAGE", `tssync token ${action} takes nothing more, found ${JSON.stringify(operand)}`);
}

function tokensText(tokens: readonly TokenDocument[]): string {
  return tableText([
    ["ID", "SCOPE", "ROOTS", "NAME", "CREATED", "LAST USED"],
    ...tokens.map(({ id, scope, roots, name, createdAt, lastUsedAt }) => [
      id,
      scope,
      roots?.join(", ") ?? "all",
      name ?? "-",
      createdAt,
      lastUsedAt ?? "never",
    ]),
  ]);
}

function reachText({ scope, roots }: NewTokenDocument): string {
  return `scope ${scope}, ${roots === null ? "all roots" : `roots ${roots.map(visibleText).join(", ")}`}`;
}
