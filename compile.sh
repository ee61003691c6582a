#!/usr/bin/env bash
# Sets up what a fresh machine lacks and builds the one executable. `./compile.sh help` tells how.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

readonly TOOLS=.tools
readonly STAMP=node_modules/.tssync-stamp
readonly USAGE="Usage: ./compile.sh [--target NAME]... [COMMAND [ARGUMENT]...]

Without a command: set up and build ./tssync for this machine.

Commands
  demo [ARGUMENT]...   set up, build, then run ./tssync demo
  test                 set up, build, then run the whole gate and every test (end-to-end tests use ./tssync)
  deb [amd64|arm64]    dist/tssync_VERSION_ARCHITECTURE.deb, for this machine's architecture if none is named
  release              every target, both packages, SHA256SUMS and a bill of materials (CycloneDX), all in dist/
  setup                set up only
  help                 this text

Targets (built into dist/ instead of ./tssync; may be given several times)
  linux-x64            linux-arm64          linux-x64-baseline (processors without AVX2)
  linux-x64-musl       linux-arm64-musl     linux-x64-musl-baseline"

say() { printf 'compile.sh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
has() { command -v -- "$1" >/dev/null 2>&1 || [[ -x /usr/sbin/$1 ]] || [[ $1 == /* && -e $1 ]]; }

main() {
  local targets=()
  while [[ ${1-} == --target* ]]; do
    if [[ $1 == --target=* ]]; then
      targets+=("${1#--target=}")
      shift
    elif [[ $1 == --target && $# -ge 2 ]]; then
      targets+=("$2")
      shift 2
    else
      die "cannot read the option $1: expected --target NAME, see ./compile.sh help"
    fi
  done
  local command=${1-build}
  [[ $# -eq 0 ]] || shift
  if [[ ${#targets[@]} -gt 0 && $command != build ]]; then
    die "cannot run $command together with --target: an executable for another machine does not run here"
  fi
  local target
  for target in "${targets[@]}"; do bun_package_of "$target" >/dev/null; done

  case $command in
    help | -h | --help) printf '%s\n' "$USAGE" ;;
    setup) set_up ;;
    build)
      set_up
      need_packages rsync:rsync || true # Only a running tssync needs it.
      if [[ ${#targets[@]} -eq 0 ]]; then build_here; fi
      for target in "${targets[@]}"; do build_for "$target"; done
      ;;
    demo)
      set_up
      need_packages rsync:rsync || exit 1
      build_here
      exec ./tssync demo "$@"
      ;;
    deb)
      set_up
      package_deb "${1-$(deb_architecture)}"
      ;;
    release)
      set_up
      release
      ;;
    test)
      set_up
      need_packages rsync:rsync sshd:openssh-server ssh:openssh-client chattr:e2fsprogs git:git inotifywait:inotify-tools \
        man:man-db systemd-analyze:systemd zsh:zsh fish:fish openssl:openssl promtool:prometheus jq:jq curl:curl ip:iproute2 python3:python3 faketime:faketime script:bsdutils \
        varnishd:varnish squid:squid nginx:nginx chromium:chromium \
        /usr/lib/nginx/modules/ngx_http_cache_purge_module.so:libnginx-mod-http-cache-purge || exit 1
      build_here
      # Not `bun run ok`, which would add a line of its own after the last one.
      TSSYNC_BIN=$PWD/tssync exec "$BUN" tests/ok.ts
      ;;
    *) die "unknown command $command: expected demo, test, deb, release, setup or help" ;;
  esac
}

# --- Bun, Deno and the packages of package.json, at the versions of bun.lock ----------------------------------------

BUN=
set_up() {
  local version wanted
  version=$(sed -n 's/^ *"bun": "\([0-9.]*\)",\{0,1\}$/\1/p' package.json)
  [[ -n $version ]] || die "cannot find the version of bun in package.json: expected a line \"bun\": \"X.Y.Z\""
  wanted="$(cat package.json bun.lock | sha256sum | cut -d' ' -f1) $(host_target)"
  BUN=$PWD/node_modules/.bin/bun
  if [[ -f $STAMP && $(<"$STAMP") == "$wanted" ]] && is_bun "$BUN" "$version"; then return; fi

  local installer=$BUN
  is_bun "$installer" "$version" || installer=$(command -v bun || true)
  is_bun "$installer" "$version" || installer=$(fetched_bun "$(host_target)" "$version")
  is_bun "$installer" "$version" || die "Bun $version does not run on this machine ($installer): $("$installer" --version 2>&1 | tail -n 1)"
  say "installing the packages of bun.lock"
  "$installer" install --frozen-lockfile --no-progress --no-summary >&2
  # Where package scripts may not run, the copy that installed them does the work.
  is_bun "$BUN" "$version" || BUN=$installer
  # Deno unpacks itself at its first start: better here, alone, than in several checks at once.
  node_modules/.bin/deno --version >/dev/null || die "Deno of node_modules does not start: it needs Node.js 20 or newer and glibc"
  printf '%s\n' "$wanted" >"$STAMP"
}

is_bun() { [[ -x $1 ]] && [[ $("$1" --version 2>/dev/null) == "$2" ]]; }

# Prints the path of Bun for a target, taken from its npm package: needs npm only, no package script, and npm checks what it got.
fetched_bun() {
  local target=$1 version=$2 package folder
  package=$(bun_package_of "$target")
  folder=$TOOLS/$package-$version
  if [[ ! -x $folder/package/bin/bun ]]; then
    has npm || die "install Node.js 20 or newer with npm (or Bun $version), then run ./compile.sh again"
    say "fetching Bun $version for $target"
    rm -rf -- "$folder.new"
    mkdir -p -- "$folder.new"
    npm pack --silent --pack-destination "$folder.new" "@oven/$package@$version" >/dev/null 2>"$folder.new/npm.err" ||
      die "cannot fetch @oven/$package@$version from the npm registry: $(tail -n 3 "$folder.new/npm.err" | tr '\n' ' ')"
    tar -xzf "$folder.new"/*.tgz -C "$folder.new"
    rm -- "$folder.new"/*.tgz
    chmod +x "$folder.new/package/bin/bun"
    rm -rf -- "$folder"
    mv -- "$folder.new" "$folder" # Whole or not at all: an interrupted download is never taken for Bun.
  fi
  printf '%s\n' "$PWD/$folder/package/bin/bun"
}

bun_package_of() {
  case $1 in
    linux-x64 | linux-x64-baseline | linux-x64-musl | linux-x64-musl-baseline) printf 'bun-%s\n' "$1" ;;
    linux-arm64) printf 'bun-linux-aarch64\n' ;;
    linux-arm64-musl) printf 'bun-linux-aarch64-musl\n' ;;
    *) die "unknown target $1: expected linux-x64, linux-arm64, linux-x64-baseline, linux-x64-musl, linux-arm64-musl or linux-x64-musl-baseline" ;;
  esac
}

host_target() {
  local machine libc='' level=''
  [[ $(uname -s) == Linux ]] || die "cannot build on $(uname -s): tssync runs on Linux only"
  case $(uname -m) in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *) die "cannot build on $(uname -m): Bun exists for x86_64 and aarch64" ;;
  esac
  if compgen -G '/lib/ld-musl-*' >/dev/null && ! compgen -G '/lib*/ld-linux-*' >/dev/null; then libc=-musl; fi
  if [[ $machine == x64 ]] && ! grep -qm1 avx2 /proc/cpuinfo; then level=-baseline; fi
  printf 'linux-%s%s%s\n' "$machine" "$libc" "$level"
}

# --- the executable -------------------------------------------------------------------------------------------------

build_here() { build tssync; }

build_for() {
  local executable version
  version=$("$BUN" --version)
  executable=$(fetched_bun "$1" "$version")
  mkdir -p dist
  build "dist/tssync-$1" --target="bun-$1" --compile-executable-path="$executable"
}

build() {
  local outfile=$1
  shift
  # Built under another name first, so that a running ./tssync is replaced and never overwritten ("text file busy").
  # No autoload: an .env or bunfig.toml in the directory where tssync is started is not its business.
  # Bytecode: parsing the source at every start takes 0.3 s of CPU, more than all the rest of a start.
  "$BUN" build main.ts --compile --outfile="$outfile.new" "$@" --bytecode --format=esm \
    --no-compile-autoload-dotenv --no-compile-autoload-bunfig \
    --define "TSSYNC_COMMIT=\"$(commit)\"" >&2
  mv -f -- "$outfile.new" "$outfile"
  say "built $outfile ($(($(stat -c %s -- "$outfile") / 1000000)) MB)"
}

commit() {
  local id
  id=$(git rev-parse --short=12 HEAD 2>/dev/null) || { printf 'unknown' && return; }
  if [[ -n $(git status --porcelain --untracked-files=no 2>/dev/null) ]]; then id+=-modified; fi
  printf '%s' "$id"
}

# --- packages and releases --------------------------------------------------------------------------------------------

readonly TARGETS='linux-x64 linux-arm64 linux-x64-baseline linux-x64-musl linux-arm64-musl linux-x64-musl-baseline'

deb_architecture() {
  case $(host_target) in
    linux-x64*) printf 'amd64' ;;
    linux-arm64*) printf 'arm64' ;;
  esac
}

# The package for x86_64 holds the executable for processors without AVX2: it runs on all of them.
package_deb() {
  local architecture=$1 target version outfile
  case $architecture in
    amd64) target=linux-x64-baseline ;;
    arm64) target=linux-arm64 ;;
    *) die "unknown architecture $architecture: expected amd64 or arm64" ;;
  esac
  need_packages dpkg-deb:dpkg || exit 1
  build_for "$target"
  version=$(sed -n 's/^ *"version": "\(.*\)",$/\1/p' package.json)
  outfile=dist/tssync_${version}_$architecture.deb
  BUN=$BUN packaging/deb.sh "dist/tssync-$target" "$architecture" "$version" "$outfile"
  say "built $outfile ($(($(stat -c %s -- "$outfile") / 1000000)) MB)"
}

release() {
  local target
  rm -rf -- dist
  for target in $TARGETS; do build_for "$target"; done
  package_deb amd64
  package_deb arm64
  "$BUN" packaging/sbom.ts >dist/tssync.cdx.json
  (cd dist && sha256sum -- * >../SHA256SUMS.new && mv ../SHA256SUMS.new SHA256SUMS)
  say "built dist/SHA256SUMS over $(wc -l <dist/SHA256SUMS) files"
}

# --- Debian packages --------------------------------------------------------------------------------------------------

# Arguments are PROGRAM:PACKAGE; an absolute path is a file that has to be there. Installs what is missing, or says in one line
# what to install and returns 1.
need_packages() {
  local pair missing=()
  for pair in "$@"; do has "${pair%%:*}" || missing+=("${pair#*:}"); done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  if [[ $(id -u) -ne 0 ]] || ! has apt-get; then
    say "please install: ${missing[*]} (Debian and Ubuntu: sudo apt-get install ${missing[*]})"
    return 1
  fi
  say "installing with apt-get: ${missing[*]}"
  local log
  log=$(mktemp)
  if apt_install "${missing[@]}" >"$log" 2>&1 || { apt-get update >"$log" 2>&1 && apt_install "${missing[@]}" >>"$log" 2>&1; }; then
    rm -- "$log"
    return 0
  fi
  tail -n 5 -- "$log" >&2
  rm -- "$log"
  say "please install: ${missing[*]} (apt-get could not)"
  return 1
}

apt_install() {
  # The tests start their own sshd and rsync daemon: the packages must not start services on this machine.
  local policy=/usr/sbin/policy-rc.d ours='' status=0
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    ours=1
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -- "$@" || status=$?
  if [[ -n $ours ]]; then
    rm -f -- "$policy"
    if has systemctl; then disable_services "$@" || true; fi
  fi
  return "$status"
}

# Nor at the next start of this machine.
disable_services() {
  local package
  for package in "$@"; do
    case $package in
      openssh-server) systemctl disable ssh.service ssh.socket ;;
      varnish | squid | nginx) systemctl disable "$package.service" ;;
    esac
  done
}

main "$@"
