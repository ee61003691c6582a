import { expect, test } from "bun:test";
import type { ConfigurationFlags } from "../../../src/config/configuration_input.ts";
import { readAndCheckConfiguration } from "../../../src/config/read_configuration.ts";
import { TssyncError } from "../../../src/core/error.ts";
import { NO_FLAGS, oneRoot } from "../../support/configuration_text.ts";
import { memoryConfigurationDisk } from "../../support/memory_configuration_disk.ts";
import type { MemoryEntry } from "../../support/memory_configuration_disk.ts";

type Disk = Readonly<Record<string, MemoryEntry>>;

/** The whole message, or "" where nothing is wrong. */
async function check(text: string | null, disk: Disk, flags: Partial<ConfigurationFlags> = {}, userId = 1000) {
  const files = text === null ? [] : [{ name: "a.xml", content: new TextEncoder().encode(text) }];
  try {
    const input = { files, flags: { ...NO_FLAGS, ...flags } };
    await readAndCheckConfiguration(input, memoryConfigurationDisk(disk, userId));
    return "";
  } catch (error) {
    if (error instanceof TssyncError && error.code === "CONFIG_INVALID") return error.message;
    throw error;
  }
}

const at = "Cannot read a.xml at line 1: ";
const watch = `${at}<localpath watch="/data">: `;
const DATA: Disk = { "/data": {} };
const FILE = { kind: "file" } as const;
const password = oneRoot({ rsync: '<auth start="true" users="bob" passwordfile="/etc/p"/>' });
const passwordProblem = (what: string) => `${at}<auth passwordfile="/etc/p">: ${what}.`;
const local = (path: string) => oneRoot({ remote: `<remote path="${path}"/>` });
const roots = (...pairs: readonly (readonly [watch: string, target: string])[]) =>
  `<head><sersync>${
    pairs.map(([source, target]) => `<localpath watch="${source}"><remote path="${target}"/></localpath>`).join("")
  }</sersync></head>`;

const cases: readonly [title: string, text: string, disk: Disk, message: string, userId?: number][] = [
  ["a directory that is there", oneRoot(), DATA, ""],
  [
    "a missing directory",
    oneRoot(),
    { "/other": {} },
    `${watch}there is no such directory; create it or correct the path.`,
  ],
  [
    "a file to watch",
    oneRoot(),
    { "/data": FILE },
    `${watch}expected a directory, found a file; watch the directory it is in.`,
  ],
  [
    "a device to watch",
    oneRoot(),
    { "/data": { kind: "other" } },
    `${watch}expected a directory, found something else.`,
  ],
  [
    "a directory that may not be read",
    oneRoot(),
    { "/data": { readable: false } },
    `${watch}this user (id 1000) may not read it.`,
  ],
  [
    "a directory that may not be reached",
    oneRoot(),
    { "/data": { code: "EACCES" } },
    `${watch}this user (id 1000) may not read it.`,
  ],
  [
    "a path through a file",
    oneRoot(),
    { "/data": { code: "ENOTDIR" } },
    `${watch}a part of the path is not a directory; correct the path.`,
  ],
  ["symlinks without end", oneRoot(), { "/data": { code: "ELOOP" } }, `${watch}it cannot be looked at (ELOOP).`],

  ["a good password file", password, { ...DATA, "/etc/p": FILE }, ""],
  ["a password file that the group can read", password, { ...DATA, "/etc/p": { ...FILE, mode: 0o640 } }, ""],
  ["a missing password file", password, DATA, passwordProblem("there is no such file; create it or correct the path")],
  [
    "a directory as password file",
    password,
    { ...DATA, "/etc/p": {} },
    passwordProblem("expected a file with a password, found something else"),
  ],
  [
    "a password file that others can read",
    password,
    { ...DATA, "/etc/p": { ...FILE, mode: 0o644 } },
    passwordProblem("others can read or write it (mode 644), and rsync refuses that; chmod 600 /etc/p"),
  ],
  [
    "a password file that others can write",
    password,
    { ...DATA, "/etc/p": { ...FILE, mode: 0o602 } },
    passwordProblem("others can read or write it (mode 602), and rsync refuses that; chmod 600 /etc/p"),
  ],
  [
    "a password file that cannot be read",
    password,
    { ...DATA, "/etc/p": { ...FILE, readable: false } },
    passwordProblem("this user (id 1000) may not read it"),
  ],
  [
    "someone's password file for root",
    password,
    { ...DATA, "/etc/p": { ...FILE, ownerId: 1000 } },
    passwordProblem("it belongs to user 1000, and rsync run by root takes root's alone; chown root /etc/p"),
    0,
  ],
  ["root's password file for root", password, { ...DATA, "/etc/p": { ...FILE, ownerId: 0 } }, "", 0],
  [
    "one password file for two remotes",
    password.replace("</localpath>", '<remote ip="far" name="www"/></localpath>'),
    DATA,
    passwordProblem("there is no such file; create it or correct the path"),
  ],

  ["a target elsewhere", local("/backup"), { ...DATA, "/backup": {} }, ""],
  ["a target that does not exist yet", local("/backup/x"), { ...DATA, "/backup": {} }, ""],
  ["a target with a name that begins the same", local("/data-copy"), { ...DATA, "/data-copy": {} }, ""],
  [
    "the source as target",
    local("/data"),
    DATA,
    `${at}<remote path="/data">: it is the watched directory (<localpath watch="/data"> at line 1 of a.xml) itself.`,
  ],
  [
    "a target inside the source",
    local("/data/copy/new"),
    DATA,
    `${at}<remote path="/data/copy/new">: it lies inside the watched directory (<localpath watch="/data"> at line 1 of ` +
    "a.xml), so the mirror would mirror itself.",
  ],
  [
    "a target around the source",
    local("/"),
    DATA,
    `${at}<remote path="/">: it holds the watched directory (<localpath watch="/data"> at line 1 of a.xml), which the mirror ` +
    "would delete.",
  ],
  [
    "a target inside the source through a symlink",
    local("/mnt/new"),
    { ...DATA, "/mnt": { leadsTo: "/data/copy" }, "/data/copy": {} },
    `${at}<remote path="/mnt/new">: it lies inside the watched directory (<localpath watch="/data"> at line 1 of a.xml), so ` +
    "the mirror would mirror itself.",
  ],

  [
    "one directory twice",
    roots(["/data", "/x"], ["/link", "/y"]),
    { ...DATA, "/link": { leadsTo: "/data" } },
    `${at}<localpath watch="/link">: it is the same directory as <localpath watch="/data"> at line 1 of a.xml; name it once, ` +
    "with all its remotes.",
  ],
  ["a directory inside another", roots(["/data", "/x"], ["/data/sub", "/y"]), { "/data/sub": {} }, ""],
  ["a chain of mirrors", roots(["/a", "/b"], ["/b", "/c"]), { "/a": {}, "/b": {}, "/c": {} }, ""],
  ["a chain through a part", roots(["/a", "/b/copy"], ["/b", "/c"]), { "/a": {}, "/b/copy": {} }, ""],
  [
    "a circle of mirrors",
    roots(["/a", "/b"], ["/b", "/a"]),
    { "/a": {}, "/b": {} },
    `${at}<remote path="/b">: <localpath watch="/b"> at line 1 of a.xml watches it and leads back here; a mirror goes one way.\n` +
    `${at}<remote path="/a">: <localpath watch="/a"> at line 1 of a.xml watches it and leads back here; a mirror goes one way.`,
  ],
  [
    "a target that holds another's source",
    roots(["/a", "/srv"], ["/srv/b", "/c"]),
    { "/a": {}, "/srv/b": {} },
    `${at}<remote path="/srv">: it holds the watched directory (<localpath watch="/srv/b"> at line 1 of a.xml), which the ` +
    "mirror would delete.",
  ],
  [
    "one target for two",
    roots(["/a", "/t"], ["/b", "/t/"]),
    { "/a": {}, "/b": {} },
    `${at}<remote path="/t/">: it is the same place as <remote path="/t"> at line 1 of a.xml, and each would delete what the ` +
    "other sent.",
  ],
  [
    "a target in another's target",
    roots(["/a", "/t"], ["/b", "/t/b"]),
    { "/a": {}, "/b": {} },
    `${at}<remote path="/t/b">: it lies inside the place of <remote path="/t"> at line 1 of a.xml, which would delete it.`,
  ],
];

for (const [title, text, disk, message, userId] of cases) {
  test(`checkAgainstDisk() ${message === "" ? "accepts" : "refuses"} ${title}${userId === undefined ? "" : ` (user ${userId})`}`, async () => {
    expect(await check(text, disk, {}, userId)).toBe(message);
  });
}

test("checkAgainstDisk() tells what the disk has against a configuration together with what the file has wrong", async () => {
  expect(await check(oneRoot({ head: '<debug start="1"/>' }), {})).toBe(
    `${at}<debug start="1">: expected "true" or "false".\n${watch}there is no such directory; create it or correct the path.`,
  );
});

test("checkAgainstDisk() names the flags where there is no file", async () => {
  const flags = { cwd: "/data", watch: "sub", to: ["h::m", "/data/sub/x"], passwordFile: "p" };
  expect(await check(null, { "/data/sub": {} }, flags)).toBe(
    'Cannot use --password-file "p": there is no such file; create it or correct the path.\n' +
      'Cannot use --to "/data/sub/x": it lies inside the watched directory (--watch "sub"), so the mirror would mirror itself.',
  );
});
