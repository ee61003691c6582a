import { expect, test } from "bun:test";
import fc from "fast-check";
import { COMMAND_NAMES, COMMANDS } from "../../../src/cli/command_table.ts";
import { parseArguments } from "../../../src/cli/parse_arguments.ts";
import { TssyncError } from "../../../src/core/error.ts";

/** The options as a plain object; `true` for one without a value, a list where it may be repeated. */
function optionsOf(args: readonly string[]) {
  const { command, options } = parseArguments(args);
  return Object.fromEntries(
    COMMANDS[command].options.filter(({ name }) => options.has(name)).map((option) => {
      if (!("value" in option)) return [option.name, true];
      return [option.name, "repeatable" in option ? options.texts(option.name) : options.text(option.name)];
    }),
  );
}

function refusalOf(args: readonly string[]): string {
  try {
    parseArguments(args);
  } catch (error) {
    if (error instanceof TssyncError && error.code === "USAGE") return error.message;
    throw error;
  }
  return "accepted";
}

const SERSYNC: readonly (readonly [args: string, options: Record<string, unknown>])[] = [
  ["", {}],
  ["-d", { daemon: true }],
  ["-r", { resync: true }],
  ["-h", { help: true }],
  ["-o f.xml", { config: ["f.xml"] }],
  ["-of.xml", { config: ["f.xml"] }],
  ["-n 10", { threads: "10" }],
  ["-n10", { threads: "10" }],
  ["-m command", { module: "command" }],
  ["-mcommand", { module: "command" }],
  ["-dr", { daemon: true, resync: true }],
  ["-rd", { daemon: true, resync: true }],
  ["-d -r", { daemon: true, resync: true }],
  ["-do f.xml", { daemon: true, config: ["f.xml"] }],
  ["-dro f.xml", { daemon: true, resync: true, config: ["f.xml"] }],
  ["-drof.xml", { daemon: true, resync: true, config: ["f.xml"] }],
  ["-rdo f.xml", { daemon: true, resync: true, config: ["f.xml"] }],
  ["-d -r -o f.xml", { daemon: true, resync: true, config: ["f.xml"] }],
  ["-o f.xml -d -r", { daemon: true, resync: true, config: ["f.xml"] }],
  ["-dro f.xml -n 5", { daemon: true, resync: true, config: ["f.xml"], threads: "5" }],
  ["-drn 5 -o f.xml", { daemon: true, resync: true, config: ["f.xml"], threads: "5" }],
  ["-drn5 -of.xml", { daemon: true, resync: true, config: ["f.xml"], threads: "5" }],
  ["-n 5 -dr -m socket -o f.xml", { daemon: true, resync: true, config: ["f.xml"], threads: "5", module: "socket" }],
  ["-dm refreshCDN", { daemon: true, module: "refreshCDN" }],
  ["-o a.xml -o b.xml", { config: ["a.xml", "b.xml"] }],
  ["-o -d", { config: ["-d"] }],
  ["--daemon --resync --config f.xml --threads 5", { daemon: true, resync: true, config: ["f.xml"], threads: "5" }],
  ["--config=f.xml --threads=5", { config: ["f.xml"], threads: "5" }],
  ["--watch /d --to h::m --to /b --params -az", { watch: "/d", to: ["h::m", "/b"], params: "-az" }],
];

for (const [args, options] of SERSYNC) {
  const words = args === "" ? [] : args.split(" ");
  test(`parseArguments() reads "tssync ${args}" as sersync's getopt does`, () => {
    expect(parseArguments(words)).toMatchObject({ command: "serve", bare: true, operands: [] });
    expect<unknown>(optionsOf(words)).toEqual(options);
  });

  test(`parseArguments() reads "tssync serve ${args}" the same, but not as sersync's`, () => {
    expect(parseArguments(["serve", ...words])).toMatchObject({ command: "serve", bare: false });
    expect<unknown>(optionsOf(["serve", ...words])).toEqual(options);
  });
}

test("parseArguments() reads sersync's boolean flags in every order and grouping", () => {
  fc.assert(fc.property(
    fc.uniqueArray(fc.constantFrom("d", "r"), { minLength: 1 }),
    fc.uniqueArray(fc.constantFrom("o f.xml", "n 5", "m x"), { minLength: 1 }),
    fc.boolean(),
    (flags, valued, sticky) => {
      const [last, ...others] = valued;
      const word = (text: string) => sticky ? [text.replace(" ", "")] : text.split(" ");
      const args = [...word(`-${flags.join("")}${last}`), ...others.flatMap((text) => word(`-${text}`))];
      const names = { d: "daemon", r: "resync", o: "config", n: "threads", m: "module" } as const;
      const expected = [...flags, ...valued.map((text) => text[0])].map((letter) =>
        names[letter as keyof typeof names]
      );
      expect(Object.keys(optionsOf(args)).toSorted()).toEqual(expected.toSorted());
    },
  ));
});

for (
  const [args, message] of [
    [["stats"], 'Unknown command "stats". Did you mean status?'],
    [["resink"], 'Unknown command "resink". Did you mean resync?'],
    [["STATUS"], 'Unknown command "STATUS". Did you mean status?'],
    [["xyzzy"], 'Unknown command "xyzzy". There are: serve,'],
    [["toString"], 'Unknown command "toString"'],
    [["__proto__"], 'Unknown command "__proto__"'],
    [[""], 'Unknown command ""'],
    [["-x"], "Unknown option -x. tssync help serve lists the options"],
    [["-dx"], "Unknown option -x in -dx"],
    [["-drox"], "accepted"],
    [["--demon"], "Unknown option --demon. Did you mean --daemon?"],
    [["-daemon"], "Unknown option -a in -daemon. Did you mean --daemon?"],
    [["serve", "--confg=f.xml"], "Unknown option --confg. Did you mean --config?"],
    [["status", "--jsn"], "Unknown option --jsn. Did you mean --json?"],
    [["status", "--resync"], "Unknown option --resync. tssync help status lists the options"],
    [["--"], "accepted"],
    [["--=x"], "Unknown option --."],
    [["-o"], "-o needs a value: -o FILE"],
    [["-dro"], "-o needs a value: -o FILE"],
    [["--config"], "--config needs a value: --config FILE"],
    [["--config="], "--config needs a value, found an empty one"],
    [["-o", ""], "-o needs a value, found an empty one"],
    [["--daemon=yes"], '--daemon takes no value, found "yes"'],
    [["-n", "1", "-n", "2"], '-n is given twice: "1" and "2"'],
    [["-d", "-d"], "accepted"],
    [["-dr", "confxml.xml"], "A configuration file is given as -o confxml.xml"],
    [["-d", "status"], "Options stand behind the command: tssync status"],
    [["--json", "status"], "Options stand behind the command: tssync status"],
    [["serve", "--", "-o"], 'Unexpected "-o"'],
    [["serve", "f.xml"], "A configuration file is given as -o f.xml"],
    [["status", "web"], 'Unexpected "web": tssync status takes options only'],
    [["failures", "1", "2"], 'Unexpected "2": tssync failures takes 1 at most'],
    [["help", "serve", "x"], 'Unexpected "x": tssync help takes 1 at most'],
  ] as const
) {
  test(`parseArguments() of ${JSON.stringify(args)} says: ${message}`, () => {
    expect(refusalOf(args)).toContain(message);
  });
}

test("parseArguments() takes --version and -V for the command version", () => {
  expect(parseArguments(["--version"]).command).toBe("version");
  expect(parseArguments(["-V"]).command).toBe("version");
});

test("parseArguments() gives help for a command whatever else stands there", () => {
  for (const command of COMMAND_NAMES) {
    expect(parseArguments([command, "--help", "a", "b", "c"]).options.has("help")).toBe(true);
  }
});

test("parseArguments() never fails but with USAGE", () => {
  const word = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom("-", "--", "-o", "-n", "-d", "--config", "--json", "serve", "resync", "--root"),
  );
  fc.assert(fc.property(fc.array(word, { maxLength: 5 }), (args) => void refusalOf(args)));
});

test("every option has one name and one letter within its command", () => {
  for (const command of COMMAND_NAMES) {
    const { options } = COMMANDS[command];
    const letters = options.flatMap((option) => "short" in option ? [option.short] : []);
    expect(new Set(options.map((option) => option.name)).size).toBe(options.length);
    expect(new Set(letters).size).toBe(letters.length);
  }
});
