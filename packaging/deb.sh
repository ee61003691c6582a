#!/usr/bin/env bash
# Makes a Debian package around an executable: packaging/deb.sh EXECUTABLE ARCHITECTURE VERSION OUTFILE
# BUN names the Bun that writes man pages and completions, ZSTD_LEVEL how hard to compress (default 9).
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

readonly executable=$1 architecture=$2 version=$3 outfile=$4
readonly bun=${BUN:-node_modules/.bin/bun}
# The same commit gives the same package.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
root=$(mktemp -d)
trap 'rm -rf -- "$root"' EXIT
chmod 755 "$root"

put() { install -D -m "$1" -- "$2" "$root/$3"; }

put 755 "$executable" usr/bin/tssync
put 644 packaging/systemd/tssync.service lib/systemd/system/tssync.service
put 644 packaging/systemd/tssync@.service lib/systemd/system/tssync@.service
put 644 packaging/sysctl/50-tssync.conf usr/lib/sysctl.d/50-tssync.conf
put 644 packaging/confxml.xml etc/tssync/confxml.xml
put 644 LICENSE usr/share/doc/tssync/copyright
put 644 README.md usr/share/doc/tssync/README.md
put 644 README.zh-CN.md usr/share/doc/tssync/README.zh-CN.md
for file in docs/*.md docs/*/*.md; do
  if [[ -f $file ]]; then put 644 "$file" "usr/share/doc/tssync/$file"; fi
done
put 644 packaging/grafana/tssync.json usr/share/tssync/grafana/tssync.json
put 644 packaging/prometheus/tssync.rules.yml usr/share/tssync/prometheus/tssync.rules.yml

"$bun" docs/man_pages.ts "$root/man"
put 644 "$root/man/tssync.1" usr/share/man/man1/tssync.1
put 644 "$root/man/confxml.xml.5" usr/share/man/man5/confxml.xml.5
rm -r -- "$root/man"
gzip -9n -- "$root"/usr/share/man/man*/*
for pair in bash:bash-completion/completions/tssync zsh:zsh/vendor-completions/_tssync fish:fish/vendor_completions.d/tssync.fish; do
  "$bun" main.ts completion "${pair%%:*}" >"$root/completion"
  put 644 "$root/completion" "usr/share/${pair#*:}"
done
rm -- "$root/completion"

mkdir "$root/DEBIAN"
(cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum -- >DEBIAN/md5sums)
for script in postinst prerm postrm; do install -m 755 "packaging/debian/$script" "$root/DEBIAN/$script"; done
printf '/etc/tssync/confxml.xml\n' >"$root/DEBIAN/conffiles"
cat >"$root/DEBIAN/control" <<CONTROL
Package: tssync
Version: $version
Architecture: $architecture
Maintainer: tssync <tssync@localhost>
Installed-Size: $(du -sk --exclude=DEBIAN -- "$root" | cut -f1)
Depends: rsync (>= 3.1), libc6 (>= 2.28)
Section: net
Priority: optional
Description: one-way mirror of directories in real time
 Watches directories with inotify and sends what changed to other machines
 with rsync. Reads the configuration of sersync and takes its place. It runs
 as a daemon with an HTTP API and its own command line.
CONTROL
mkdir -p -- "$(dirname -- "$outfile")"
# zstd: half the size of the program, read by dpkg since Debian 12 and Ubuntu 18.04.
dpkg-deb --root-owner-group -Zzstd "-z${ZSTD_LEVEL:-9}" --build "$root" "$outfile" >/dev/null
