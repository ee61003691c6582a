import { TssyncError } from "../core/error.ts";
import { nearestName } from "../core/nearest_name.ts";
import { COMMAND_NAMES, COMMANDS, isCommandName, optionsFor } from "./command_table.ts";
import type { CommandName, CommandSpec } from "./command_table.ts";
import type { Option } from "./option.ts";

/** What was asked for on the command line. */
export type Invocation = {
  readonly command: CommandName;
  /** No command was named: these are sersync's flags, and mean what they mean there. */
  readonly bare: boolean;
  readonly options: OptionValues;
  readonly operands: readonly string[];
};

/** The options that were given, by their long names. */
export class OptionValues {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value, or null when the option was not given. */
  text(name: string): string | null {
    return this.#values.get(name)?.at(-1) ?? null;
  }

  /** Every value of an option that may be repeated, in order. */
  texts(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

/**
 * Reads the arguments after the program's name, with getopt's rules: short flags combine (`-dro FILE`), a value may stick to
 * its flag (`-n10`, `--to=DEST`), whatever follows a flag that wants a value is that value, `--` ends the options.
 *
 * @throws TssyncError USAGE saying what was found and what was probably meant.
 */
export function parseArguments(args: readonly string[]): Invocation {
  const [first] = args;
  if (first === "--version" || first === "-V") return parseCommand("version", args.slice(1), false);
  if (first === undefined || first.startsWith("-")) return parseCommand("serve", args, true);
  if (!isCommandName(first)) throw unknownCommand(first);
  return parseCommand(first, args.slice(1), false);
}

function parseCommand(command: CommandName, args: readonly string[], bare: boolean): Invocation {
  const spec: CommandSpec = { ...COMMANDS[command], options: optionsFor(COMMANDS[command], args) };
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  const take = (option: Option, written: string, attached: string | null, rest: string[]): void => {
    const value = valueOf(option, written, attached, rest);
    const before = values.get(option.name);
    if (before !== undefined && option.value !== undefined && option.repeatable !== true) {
      throw usage(`${written} is given twice: ${JSON.stringify(before[0])} and ${JSON.stringify(value)}`);
    }
    values.set(option.name, [...(before ?? []), value]);
  };

  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") operands.push(...rest.splice(0));
    else if (arg.startsWith("--")) takeLong(arg, spec, command, rest, take);
    else if (arg.startsWith("-") && arg !== "-") takeShort(arg, spec, command, rest, take);
    else operands.push(arg);
  }
  const invocation = { command, bare, options: new OptionValues(values), operands };
  if (!invocation.options.has("help")) refuseOperands(invocation, spec);
  return invocation;
}

type Take = (option: Option, written: string, attached: string | null, rest: string[]) => void;

function takeLong(arg: string, spec: CommandSpec, command: CommandName, rest: string[], take: Take): void {
  const equals = arg.indexOf("=");
  const name = arg.slice(2, equals < 0 ? undefined : equals);
  const option = spec.options.find((candidate) => candidate.name === name) ?? abbreviated(name, spec);
  if (option === undefined) throw unknownOption(`--${name}`, command, spec);
  take(option, `--${option.name}`, equals < 0 ? null : arg.slice(equals + 1), rest);
}

function abbreviated(name: string, { abbreviates, options }: CommandSpec): Option | undefined {
  const found = abbreviates === true && name !== "" ? options.filter((option) => option.name.startsWith(name)) : [];
  return found.length === 1 ? found[0] : undefined;
}

function takeShort(arg: string, spec: CommandSpec, command: CommandName, rest: string[], take: Take): void {
  for (let index = 1; index < arg.length; index++) {
    const letter = arg[index]!;
    const option = spec.options.find((candidate) => candidate.short === letter);
    if (option === undefined) throw unknownOption(`-${letter}`, command, spec, arg);
    const attached = option.value !== undefined && index + 1 < arg.length ? arg.slice(index + 1) : null;
    take(option, `-${letter}`, attached, rest);
    if (attached !== null) return;
  }
}

function valueOf(option: Option, written: string, attached: string | null, rest: string[]): string {
  if (option.value === undefined) {
    if (attached !== null) throw usage(`${written} takes no value, found ${JSON.stringify(attached)}`);
    return "";
  }
  const value = attached ?? rest.shift();
  if (value === undefined) throw usage(`${written} needs a value: ${written} ${option.value}`);
  if (value === "" && option.mayBeEmpty !== true) {
    throw usage(`${written} needs a value, found an empty one: ${written} ${option.value}`);
  }
  return value;
}

function refuseOperands({ command, bare, operands }: Invocation, spec: CommandSpec): void {
  const extra = operands[spec.operandsMax];
  if (extra === undefined) return;
  if (bare && isCommandName(extra)) throw usage(`Options stand behind the command: tssync ${extra} ...`);
  const hint = spec.options.some((option) => option.name === "config")
    ? `. A configuration file is given as -o ${extra}`
    : "";
  throw usage(
    `Unexpected ${JSON.stringify(extra)}: ${bare ? "tssync" : `tssync ${command}`} takes ${
      spec.operandsMax === 0 ? "options only" : `${spec.operandsMax} at most`
    }${hint}`,
  );
}

function unknownCommand(name: string): TssyncError {
  const nearest = nearestName(name, COMMAND_NAMES);
  return usage(
    `Unknown command ${JSON.stringify(name)}. ${
      nearest === null ? `There are: ${COMMAND_NAMES.join(", ")}` : `Did you mean ${nearest}?`
    }`,
  );
}

function unknownOption(written: string, command: CommandName, spec: CommandSpec, within?: string): TssyncError {
  const name = within !== undefined && within.length > 3 ? within.replace(/^-/, "") : written.replace(/^-+/, "");
  const nearest = name.length < 2 ? null : nearestName(name, spec.options.map((option) => option.name));
  const place = within === undefined || within === written ? "" : ` in ${within}`;
  return usage(
    `Unknown option ${written}${place}. ${
      nearest === null ? `tssync help ${command} lists the options` : `Did you mean --${nearest}?`
    }`,
  );
}

function usage(message: string): TssyncError {
  return new TssyncError("USAGE", message);
}
