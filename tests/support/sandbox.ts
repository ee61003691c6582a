import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { tssyncArgv } from "./executable.ts";
import { tempDir } from "./temp_dir.ts";

/** Set up as root in namespaces of its own: a layer over this machine's files, its own loopback network, its own processes. */
const SET_UP = `
set -euo pipefail
ip link set lo up
mount -t tmpfs tmpfs "$1/disk"
mkdir "$1"/disk/changes "$1"/disk/work "$1"/disk/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/disk/changes,workdir=$1/disk/work" "$1/disk/root"
cd "$1/disk/root"
mount -t proc proc proc
# Never the machine's own /dev: what is made or removed in there would be made or removed on the machine.
mount -t tmpfs tmpfs dev
for node in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9' 'tty 5 0'; do
  read -r name major minor <<< "$node"
  mknod -m 666 "dev/$name" c "$major" "$minor"
done
ln -s /proc/self/fd dev/fd
for number in 0 1 2; do ln -s "/proc/self/fd/$number" "dev/$(cut -d' ' -f$((number + 1)) <<< 'stdin stdout stderr')"; done
mkdir -m 1777 dev/shm
# Not on the overlay: what is watched and mirrored has a file system as machines have it.
for directory in data www backup leaves restored var/lib etc/tssync etc/sersync tmp; do
  mkdir -p "$directory"
  case $directory in etc/*|var/lib) ;; *) mount -t tmpfs tmpfs "$directory" ;; esac
done
mkdir -p var/lib/tssync
printf '127.0.0.1 localhost %s nfs backup\\n' "$(hostname)" > etc/hosts
ln -sfn "$2" usr/local/bin/tssync
cp -r "$1/files" sandbox
exec chroot . /bin/bash -euo pipefail /sandbox/script
`;

export type SandboxEnd = { readonly status: number | null; readonly output: string };

/**
 * Runs a bash script on a machine of its own that looks like this one, with `tssync` in its path. Whatever it starts is ended
 * and whatever it writes is gone afterwards. `files` are found in /sandbox.
 */
export async function inSandbox(script: string, files: Readonly<Record<string, string>> = {}): Promise<SandboxEnd> {
  await using dir = await tempDir();
  mkdirSync(dir.at("disk"));
  mkdirSync(dir.at("files"));
  for (const [name, text] of Object.entries({ ...files, script })) writeFileSync(dir.at("files", name), text);
  const namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child"];
  const args = [...namespaces, "bash", "-c", SET_UP, "sandbox", dir.path, tssyncArgv()[0]!];
  const child = spawn("unshare", args, { env: environment(), stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => output += text);
  }
  const [status] = await once(child, "close") as [number | null];
  return { status, output };
}

/** Whether this machine lets the tests make such a sandbox. */
export async function canSandbox(): Promise<boolean> {
  return (await inSandbox("true")).status === 0;
}

/** Nothing of the tests' own that the programs would see. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, LANG } = process.env;
  return { PATH, LANG, HOME: "/root" };
}
