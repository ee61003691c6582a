import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readSecretFile } from "../adapters/secret_file.ts";
import { type NewFile, writeNewFiles } from "../adapters/new_file.ts";
import { SystemRandom } from "../adapters/system_random.ts";
import type { ParsedDestination } from "../config/address.ts";
import { quoteForShell } from "../core/fail_log_text.ts";
import { starterConfiguration, type StarterRemote, starterServer } from "../core/starter_files.ts";
import type { Command } from "./command.ts";
import { askedFor, destinationOf } from "./init_questions.ts";
import { jsonText } from "./terminal.ts";

/** Long enough that nobody guesses it: 24 letters and digits. */
const PASSWORD_LETTERS = 24;
const USER = "tssync";

/** The Debian package's own configuration, which mirrors nothing: where nobody has changed it, it makes way. */
const PACKAGED_SHA256 = "d713e51fe81f3dff0ac7c16504d4fd0dfe985f5d9d9700a4e47c30eae75e0654";

/** `tssync init`: the first files of a mirror. */
export const initCommand: Command = async ({ options }, surroundings) => {
  const { cwd, terminal } = surroundings;
  const answers = await askedFor(options, surroundings);
  const destinations = answers.to.map(destinationOf);
  const modules = destinations.filter((each) => each.kind === "daemon");
  const config = resolve(cwd, options.text("config") ?? "confxml.xml");
  // rsync has one login for all of them here; a user before the @ is meant as much as --user.
  const named = answers.user ?? modules.find((each) => each.user !== null)?.user ?? USER;
  const user = modules.length === 0 || options.has("no-auth") ? null : named;
  const passwordFile = resolve(cwd, options.text("password-file") ?? join(dirname(config), "rsync.pass"));
  const isPasswordThere = user !== null && existsSync(passwordFile);
  const password = isPasswordThere ? readSecretFile(passwordFile) : new SystemRandom().token(PASSWORD_LETTERS);
  const server = options.text("server");
  const serverFolder = resolve(cwd, server ?? "/etc");
  const asRoot = process.geteuid?.() === 0 || server === null;
  const secretsFile = join(serverFolder, "rsyncd.secrets");
  const served = modules.map(({ module }) => ({ name: module, path: options.text("module-path") ?? `/srv/${module}` }));
  const conf = starterServer({
    modules: served,
    port: modules.find(({ port }) => port !== null)?.port ?? null,
    user,
    secretsFile,
    asRoot,
  });
  const files: NewFile[] = [{
    path: config,
    text: starterConfiguration({
      watch: resolve(cwd, answers.watch),
      remotes: destinations.map((each) => remoteOf(each, cwd)),
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
  if (server !== null && modules.length > 0) {
    const hosts = [...new Set(modules.map(({ host }) => host))];
    terminal.out(otherSideText({ hosts, folder: serverFolder, paths: served.map(({ path }) => path) }));
  }
  terminal.out(`\nNext: tssync doctor -o ${config}\n      tssync serve -o ${config}\n`);
  return 0;
};

type OtherSide = { readonly hosts: readonly string[]; readonly folder: string; readonly paths: readonly string[] };

/** How the two files come to where `rsyncd.conf` names them. */
function otherSideText({ hosts, folder, paths }: OtherSide): string {
  const [there, ...made] = [folder, ...paths].map(quoteForShell) as [string, ...string[]];
  const conf = quoteForShell(join(folder, "rsyncd.conf"));
  const copies = hosts.map((host) =>
    `  ssh root@${host} mkdir -p ${
      [there, ...made].join(" ")
    } && scp -p ${there}/rsyncd.conf ${there}/rsyncd.secrets ` +
    `root@${host}:${there}/\n`
  );
  return `\nOn the other side, the same files at the same place, and the directory of the module:\n${copies.join("")}` +
    `there: tssync doctor --rsyncd-conf ${conf} && tssync receiver --rsyncd-conf ${conf}\n` +
    `or, with the distribution's own rsync: cp ${conf} /etc/rsyncd.conf && systemctl enable --now rsync\n`;
}

function remoteOf(destination: ParsedDestination, cwd: string): StarterRemote {
  const { kind } = destination;
  if (kind === "local") return { kind, path: resolve(cwd, destination.path) };
  if (kind === "ssh") return destination;
  const { host, port, module, path } = destination;
  return { kind, host, port, module: path === "" ? module : `${module}/${path}` };
}
