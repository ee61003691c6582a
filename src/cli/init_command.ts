import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { readSecretFile } from "../adapters/secret_file.ts";
import { type NewFile, writeNewFiles } from "../adapters/new_file.ts";
import { SystemRandom } from "../adapters/system_random.ts";
import { type ParsedDestination, parseDestination } from "../config/address.ts";
import { TssyncError } from "../core/error.ts";
import { starterConfiguration, type StarterRemote, starterServer } from "../core/starter_files.ts";
import type { Command } from "./command.ts";
import type { OptionValues } from "./parse_arguments.ts";
import { jsonText, type Surroundings } from "./terminal.ts";

/** Long enough that nobody guesses it: 24 letters and digits. */
const PASSWORD_LETTERS = 24;
const USER = "tssync";

/** The Debian package's own configuration, which mirrors nothing: where nobody has changed it, it makes way. */
const PACKAGED_SHA256 = "d713e51fe81f3dff0ac7c16504d4fd0dfe985f5d9d9700a4e47c30eae75e0654";

/** `tssync init`: the first files of a mirror. */
export const initCommand: Command = async ({ options }, surroundings) => {
  const { cwd, terminal } = surroundings;
  const answers = await answersOf(options, surroundings);
  const destinations = answers.to.map(destinationOf);
  const modules = destinations.filter((each) => each.kind === "daemon");
  const config = resolve(cwd, options.text("config") ?? "confxml.xml");
  const user = modules.length === 0 || options.has("no-auth") ? null : answers.user;
  const passwordFile = resolve(cwd, options.text("password-file") ?? join(dirname(config), "rsync.pass"));
  const isPasswordThere = user !== null && existsSync(passwordFile);
  const password = isPasswordThere ? readSecretFile(passwordFile) : new SystemRandom().token(PASSWORD_LETTERS);
  const server = options.text("server");
  const serverFolder = resolve(cwd, server ?? "/etc");
  const asRoot = process.geteuid?.() === 0 || server === null;
  const secretsFile = join(serverFolder, "rsyncd.secrets");
  const conf = starterServer({
    modules: modules.map(({ module }) => ({ name: module, path: options.text("module-path") ?? `/srv/${module}` })),
    port: modules.find(({ port }) => port !== null)?.port ?? null,
    user,
    secretsFile,
    asRoot,
  });
  const files: NewFile[] = [{
    path: config,
    text: starterConfiguration({
      watch: resolve(cwd, answers.watch),
      remotes: destinations.map(remoteOf),
      login: user === null ? null : { user, passwordFile },
    }),
    mode: 0o644,
    replaces: PACKAGED_SHA256,
  }];
  if (user !== null && !isPasswordThere) files.push({ path: passwordFile, text: `${password}\n`, mode: 0o600 });
  if (server !== null && modules.length > 0) {
    files.push({ path: join(serverFolder, "rsyncd.conf"), text: conf, mode: 0o644 });
    if (user !== null) files.push({ path: secretsFile, text: `${user}:${password}\n`, mode: 0o600 });
  }
  writeNewFiles(files);
  if (options.has("json")) {
    terminal.out(jsonText({ written: files.map(({ path, mode }) => ({ path, mode: `0${mode.toString(8)}` })) }));
    return 0;
  }
  for (const { path, mode } of files) terminal.out(`wrote ${path} (0${mode.toString(8)})\n`);
  if (server === null && modules.length > 0) {
    terminal.out(`\nOn the other side, /etc/rsyncd.conf:\n\n${conf}`);
    if (user !== null) {
      terminal.out(
        `\nand ${secretsFile} with the one line ${user}:PASSWORD, PASSWORD being what stands in ${passwordFile}; then: ` +
          `chmod 600 ${secretsFile}\n(tssync init --server DIR writes both.)\n`,
      );
    }
  }
  terminal.out(`\nNext: tssync doctor -o ${config}\n      tssync serve -o ${config}\n`);
  return 0;
};

type Answers = { readonly watch: string; readonly to: readonly string[]; readonly user: string };

/** What the flags say; what they leave open is asked for on a terminal. */
async function answersOf(options: OptionValues, { terminal }: Surroundings): Promise<Answers> {
  const watch = options.text("watch");
  const to = options.texts("to");
  const user = options.text("user") ?? USER;
  if (watch !== null && to.length > 0) return { watch, to, user };
  if (process.stdin.isTTY !== true) {
    throw new TssyncError("USAGE", "tssync init: say --watch DIR and --to DEST, or run it on a terminal to be asked");
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const directory = watch ?? await ask(asking, "Directory to mirror: ");
    const first = to.length > 0 ? to : [await ask(asking, "Where to (host::module, user@host:/path, /path): ")];
    const more = [...first];
    for (let next = await asking.question("Another place (empty: none): "); next.trim() !== "";) {
      more.push(next.trim());
      next = await asking.question("Another place (empty: none): ");
    }
    const name = options.text("user") ??
      ((await asking.question(`User at the rsync daemon [${USER}]: `)).trim() || USER);
    terminal.err("\n");
    return { watch: directory, to: more, user: name };
  } finally {
    asking.close();
  }
}

async function ask(asking: ReturnType<typeof createInterface>, question: string): Promise<string> {
  for (;;) {
    const answer = (await asking.question(question)).trim();
    if (answer !== "") return answer;
  }
}

function destinationOf(text: string): ParsedDestination {
  const parsed = parseDestination(text);
  if ("problem" in parsed) throw new TssyncError("USAGE", `--to ${JSON.stringify(text)}: ${parsed.problem}`);
  return parsed.value;
}

function remoteOf(destination: ParsedDestination): StarterRemote {
  const { kind } = destination;
  if (kind !== "daemon") return destination;
  const { host, port, module, path } = destination;
  return { kind, host, port, module: path === "" ? module : `${module}/${path}` };
}
