import { expect, test } from "bun:test";
import {
  destinationAddress,
  destinationId,
  parseDestination,
  parseHost,
  parseListen,
} from "../../../src/config/address.ts";

/** DEST as written, its id, its address. */
const destinations: readonly [text: string, id: string, address: string][] = [
  ["backup::www", "backup::www", "rsync://backup:873/www"],
  ["bob@172.16.1.41::www/sub//dir/", "172.16.1.41::www/sub/dir", "rsync://bob@172.16.1.41:873/www/sub/dir"],
  ["[::1]::www", "[::1]::www", "rsync://[::1]:873/www"],
  ["bob@[fe80::1%eth0]::www", "[fe80::1%eth0]::www", "rsync://bob@[fe80::1%eth0]:873/www"],
  ["rsync://bob@backup:8730/www/sub", "backup::www/sub", "rsync://bob@backup:8730/www/sub"],
  ["rsync://backup/www/", "backup::www", "rsync://backup:873/www"],
  ["rsync://[2001:db8::1]:8730/www", "[2001:db8::1]::www", "rsync://[2001:db8::1]:8730/www"],
  ["backup:/srv/www/", "backup:/srv/www", "ssh://backup/srv/www"],
  ["bob@backup:www", "backup:www", "ssh://bob@backup/~/www"],
  ["user@domain@backup:/srv", "backup:/srv", "ssh://user@domain@backup/srv"],
  ["[::1]:/", "[::1]:/", "ssh://[::1]/"],
  ["/backup", "/backup", "/backup"],
  ["./a:b", "./a:b", "./a:b"],
  ["dir/a::b", "dir/a::b", "dir/a::b"],
];

for (const [text, id, address] of destinations) {
  test(`parseDestination() reads ${text}`, () => {
    const parsed = parseDestination(text);
    if ("problem" in parsed) throw new Error(parsed.problem);
    expect(destinationId(parsed.value)).toBe(id);
    expect(destinationAddress(parsed.value)).toBe(address);
  });
}

const PASSWORD =
  "a password cannot stand in an address, where every user of this machine can read it; use a password file";

const refused: readonly [text: string, problem: string][] = [
  ["", "expected a destination, found nothing"],
  [" /backup", "a blank stands at its beginning or end; remove it"],
  ["backup::", "expected the name of an rsync module"],
  ["backup::/www", "expected the name of an rsync module, found a path; for a path over ssh switch ssh on"],
  ["backup::www/../etc", 'a ".." cannot stand in a remote path'],
  ["rsync://backup", "expected the name of an rsync module"],
  ["rsync://backup:99999/www", "expected a port from 1 to 65535"],
  ["rsync://bob:secret@backup/www", PASSWORD],
  ["bob:secret@backup::www", PASSWORD],
  ["backup:", "expected a path on the remote host, found nothing"],
  ["backup:/a/../b", 'a ".." cannot stand in a remote path'],
  ["-oProxyCommand=x::www", "expected a host name or an IP address"],
  ["-l@backup::www", "expected a user name without blanks and slashes that does not begin with a hyphen"],
  ["::www", "expected a host name or an IP address, found nothing"],
  ["[1.2.3.4]::www", "expected a host name or an IP address"],
  ["[::1::www", "expected a host name or an IP address"],
  [
    "http://backup/www",
    "of the URLs only rsync://… is understood; write host:/path for ssh, host::module for an rsync daemon",
  ],
];

for (const [text, problem] of refused) {
  test(`parseDestination() refuses ${JSON.stringify(text)}`, () => {
    expect(parseDestination(text)).toEqual({ problem });
  });
}

test("parseHost() knows names and addresses", () => {
  for (
    const host of ["backup", "web_1.example.org", "10.0.0.1", "::1", "2001:db8::1", "::ffff:10.0.0.1", "备份.example"]
  ) {
    expect(parseHost(host)).toEqual({ value: host });
  }
  expect(parseHost("[::1]")).toEqual({ value: "::1" });
  for (const host of ["", "a b", "a/b", "a@b", "-x", "a:b", "[a]", "1:2:z"]) {
    expect(parseHost(host)).toHaveProperty("problem");
  }
});

test("parseListen() reads HOST:PORT and off", () => {
  expect(parseListen("off")).toEqual({ value: null });
  expect(parseListen("localhost:8008")).toEqual({ value: { host: "127.0.0.1", port: 8008 } });
  expect(parseListen("[::1]:80")).toEqual({ value: { host: "::1", port: 80 } });
  expect(parseListen("127.0.0.1:0")).toEqual({ value: { host: "127.0.0.1", port: 0 } });
  for (const text of ["", "8008", "localhost", "::1:80", "localhost:99999", "a b:1", ":80"]) {
    expect(parseListen(text)).toHaveProperty("problem");
  }
});
