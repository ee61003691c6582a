import process from "node:process";
import { endOnUncaughtErrors } from "./src/cli/last_resort.ts";
import { run } from "./src/cli/run.ts";
import { processTerminal } from "./src/cli/terminal.ts";

const terminal = processTerminal();
endOnUncaughtErrors(terminal);
process.exitCode = await run(process.argv.slice(2), { terminal, env: process.env, cwd: process.cwd() });
