import { ERRORS, TssyncError } from "../core/error.ts";
import type { ErrorCode } from "../core/error.ts";
import { jsonText } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** Tells a user what went wrong, one line for each problem and never a stack, and gives the exit code. */
export function reportError(error: unknown, terminal: Terminal, asJson: boolean): number {
  const known = error instanceof TssyncError ? error : unexpected(error);
  for (const line of known.message.split("\n")) terminal.err(`tssync: ${line}\n`);
  if (known.code === "USAGE") terminal.err("tssync: tssync help tells what there is\n");
  if (process.env["TSSYNC_DEBUG"] === "1" && error instanceof Error) terminal.err(`${error.stack}\n`);
  if (asJson) terminal.out(jsonText({ error: { code: known.code, message: known.message, ...known.details } }));
  return ERRORS[known.code].exitCode;
}

/** A defect of tssync: said in one line, with the way to learn more. */
export function unexpected(error: unknown): TssyncError {
  const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new TssyncError(
    "INTERNAL",
    `Something failed inside tssync: ${
      found.replaceAll("\n", " ")
    }. With TSSYNC_DEBUG=1 it says where; please report it`,
  );
}
