import type { Invocation } from "./parse_arguments.ts";
import type { Surroundings } from "./terminal.ts";

/** What runs when a command is given. Resolves with the exit code; a TssyncError it throws is told to the user and gives its own. */
export type Command = (invocation: Invocation, surroundings: Surroundings) => Promise<number>;
