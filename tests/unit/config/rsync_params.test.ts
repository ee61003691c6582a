import { expect, test } from "bun:test";
import { readRsyncParams } from "../../../src/config/rsync_params.ts";
import type { ParamsContext, RsyncParams } from "../../../src/config/rsync_params.ts";
import { splitShellWords } from "../../../src/core/shell_words.ts";

function read(text: string, context: Partial<ParamsContext> = {}): RsyncParams {
  const split = splitShellWords(text);
  if ("problem" in split) throw new Error(split.problem);
  return readRsyncParams(split.words, { kind: "daemon", deletes: true, ...context });
}

const passed: readonly [params: string, words: readonly string[]][] = [
  ["-artuz", ["-artuz"]],
  ["-az --bwlimit=10m", ["-az", "--bwlimit=10m"]],
  ["-az --bwlimit 10m --exclude '*.log'", ["-az", "--bwlimit=10m", "--exclude=*.log"]],
  ["-avz --progress -hi --stats", ["-az"]],
  ["-avP", ["-a", "--partial"]],
  ["-aHAXT /tmp -B=1024 -M--fake-super", [
    "-aHAX",
    "--temp-dir=/tmp",
    "--block-size=1024",
    "--remote-option=--fake-super",
  ]],
  ["-a --no-o --no-perms --no-h --no-motd", ["-a", "--no-o", "--no-perms", "--no-motd"]],
  ["-a --exclude-from=/etc/x -f '- *.o'", ["-a", "--exclude-from=/etc/x", "--filter=- *.o"]],
  ["-a --delete --delete-after --del", ["-a"]],
  ["-a -R --numeric-ids --contimeout=5", ["-a", "-R", "--numeric-ids", "--contimeout=5"]],
];

for (const [params, words] of passed) {
  test(`readRsyncParams() passes what is harmless in ${JSON.stringify(params)}`, () => {
    const read_ = read(params);
    expect(read_.problems).toEqual([]);
    expect(read_.words).toEqual(words);
  });
}

const OWN_LIST = "tssync gives rsync its own list of names";
const MERGE =
  "batches are lists separated by NUL, and per-directory filter files are then read the same way; use <filter>";

const refused: readonly [params: string, problems: readonly string[], context?: Partial<ParamsContext>][] = [
  ["-avzn", ['-n (in "-avzn") cannot be used: nothing would be sent']],
  ["-a -n", ["-n cannot be used: nothing would be sent"]],
  ["-a --dry-run", ["--dry-run cannot be used: nothing would be sent"]],
  ["-a0 --files-from=x", [
    `-0 (in "-a0") cannot be used: ${OWN_LIST}`,
    `--files-from cannot be used: ${OWN_LIST}`,
  ]],
  ["-a --files-from x", [`--files-from cannot be used: ${OWN_LIST}`]],
  ["-a --from0", [`--from0 cannot be used: ${OWN_LIST}`]],
  ["-a --daemon --config /x", [
    "--daemon cannot be used: it makes rsync something other than a sender",
    "--config cannot be used: it makes rsync something other than a sender",
  ]],
  ["-a --server --sender", [
    "--server cannot be used: it makes rsync something other than a sender",
    "--sender cannot be used: it makes rsync something other than a sender",
  ]],
  ["-a --remove-source-files", ["--remove-source-files cannot be used: it deletes files of the source"]],
  ["-a --ignore-errors", ["--ignore-errors cannot be used: it deletes although files could not be read"]],
  ["-a --write-batch=x", ["--write-batch cannot be used: it makes rsync work with a file instead of the remote"]],
  ["-a --password-file=/x", [
    '--password-file cannot be used: there is an attribute for it, passwordfile="…" (and --password-file)',
  ]],
  ["-a --no-R", ["--no-R cannot be used: names travel relative to the watched directory"]],
  ["-a --no-implied-dirs", [
    "--no-implied-dirs cannot be used: the attributes of the directories above a name travel with it",
  ]],
  ["-am", ['-m (in "-am") cannot be used: directories that stand alone in a batch would be left out']],
  ["-aF", [`-F (in "-aF") cannot be used: ${MERGE}`]],
  ["-a -f ': .rsync-filter'", [
    "-f cannot be used with filter files of directories: batches are lists separated by NUL, and such files are then read " +
    "the same way; use <filter>",
  ]],
  ["-a --exclude-from=-", ["--exclude-from cannot read stdin: tssync gives rsync its own list of names there"]],
  ["-a --filter='merge -'", ["--filter cannot read stdin: tssync gives rsync its own list of names there"]],
  ["-a -M --daemon", ["-M: --daemon cannot be used: it makes rsync something other than a sender"]],
  ["-a --delete", ['--delete cannot be used with <delete start="false"/>, which means no deletes anywhere'], {
    deletes: false,
  }],
  ["-a --delete-excluded", ["--delete-excluded cannot be used: what is filtered is never deleted on a remote"]],
  ["-a --dalete", ["rsync has no option --dalete. Did you mean --delete?"]],
  ["-a --no-permz", ["rsync has no option --no-permz. Did you mean --no-perms?"]],
  ["-aj", ['rsync has no option -j (in "-aj")']],
  ["-a --bwlimit", ["--bwlimit needs an argument"]],
  ["-aB", ['-B (in "-aB") needs an argument']],
  ["-a --checksum=md5", ["--checksum takes no argument"]],
  ["-a /data", ['"/data" is not an option, and names are not given here']],
  ["-a -- x", [
    "-- ends the options, and names are not given here",
    '"x" is not an option, and names are not given here',
  ]],
  ["-a -", ['"-" is not an option, and names are not given here']],
  ["-a -e ssh", ["-e does not go with an rsync daemon; for ssh switch ssh on"]],
  ["-a -e 'rsh -x'", ['-e: expected ssh and its arguments, found "rsh"'], { kind: "ssh" }],
  [`-a -e "ssh -i 'x"`, ["-e: a ' is opened and never closed"], { kind: "ssh" }],
  ["-a --contimeout=5", ["--contimeout works with an rsync daemon alone"], { kind: "ssh" }],
  ["-a --port=x", ['--port: expected a port from 1 to 65535, found "x"']],
  ["-a --timeout=soon", ['--timeout: expected a number of seconds, found "soon"']],
];

for (const [params, problems, context] of refused) {
  test(`readRsyncParams() refuses ${JSON.stringify(params)}${context === undefined ? "" : ` ${JSON.stringify(context)}`}`, () => {
    expect(read(params, context).problems).toEqual(problems);
  });
}

test("readRsyncParams() takes port and time-out out, so that the attributes can win over them", () => {
  expect(read("-a --port=8730 --timeout 60")).toMatchObject({ words: ["-a"], port: 8730, timeoutSeconds: 60 });
  expect(read("-a --port=8730", { kind: "ssh" })).toMatchObject({ words: ["-a"], port: null, problems: [] });
});

test("readRsyncParams() takes ssh's arguments from -e, however it is written", () => {
  for (const shell of [`-e 'ssh -p 2222'`, `-ae 'ssh -p 2222'`, `--rsh='/usr/bin/ssh -p 2222'`, `-e"ssh -p 2222"`]) {
    expect(read(`-a ${shell}`, { kind: "ssh" }).sshOptions).toEqual(["-p", "2222"]);
  }
  expect(read("-a -e ssh", { kind: "local" })).toMatchObject({ words: ["-a"], problems: [], sshOptions: [] });
});

const warned: readonly [params: string, warnings: readonly string[]][] = [
  ["-az", []],
  ["-rt", []],
  ["-rc", []],
  ["-artuz", ['-u (in "-artuz"): files that are newer on the remote stay different there']],
  ["-a --size-only", ["--size-only: changes that keep a file's size stay different on the remote"]],
  ["-a --max-size=1g", ["--max-size: files beyond that size are not sent"]],
  ["-rz", ["without -t (or -a) rsync takes every file it looks at for changed and sends it again"]],
  ["-a --no-t", ["without -t (or -a) rsync takes every file it looks at for changed and sends it again"]],
  ["-a --detect-renamed-lax", [
    "--detect-renamed-lax is not an option that tssync knows; it is given to rsync as it stands",
  ]],
];

for (const [params, warnings] of warned) {
  test(`readRsyncParams() warns of what follows from ${JSON.stringify(params)}`, () => {
    expect(read(params).warnings).toEqual(warnings);
    expect(read(params).problems).toEqual([]);
  });
}
