import { expect, test } from "bun:test";
import type { ConfigurationFlags } from "../../../src/config/configuration_input.ts";
import { oneRoot, problemsOf, readTexts } from "../../support/configuration_text.ts";

test("readCommandLine() mirrors one directory with every event to every kind of destination", () => {
  const { configuration, warnings } = readTexts([], {
    cwd: "/home/me",
    watch: "www/",
    to: ["bob@backup::www/sub", "rsync://[::1]:8730/m", "eve@backup:/srv", "copies/www"],
    passwordFile: "secret",
    params: "-az --timeout=30",
    initialSync: "first",
  });
  expect(warnings).toEqual([]);
  expect(configuration).toMatchObject({ files: [], failLog: { path: null }, plugins: [], listen: { port: 8008 } });
  expect(configuration.roots).toHaveLength(1);
  const [root] = configuration.roots;
  expect(root).toMatchObject({
    id: "www",
    path: "/home/me/www",
    excludes: [],
    initialSync: "first",
    periodicSync: null,
  });
  expect(Object.values(root?.switches ?? {})).toEqual(Array.from({ length: 8 }, () => true));
  expect(root?.remotes).toEqual([
    {
      id: "backup::www/sub",
      address: "rsync://bob@backup:873/www/sub",
      destination: {
        kind: "daemon",
        host: "backup",
        port: null,
        user: "bob",
        passwordFile: "/home/me/secret",
        module: "www",
        path: "sub",
      },
      params: ["-az"],
      timeoutSeconds: 30,
      warm: "active",
    },
    {
      id: "[::1]::m",
      address: "rsync://[::1]:8730/m",
      destination: {
        kind: "daemon",
        host: "::1",
        port: 8730,
        user: null,
        passwordFile: "/home/me/secret",
        module: "m",
        path: "",
      },
      params: ["-az"],
      timeoutSeconds: 30,
      warm: "active",
    },
    {
      id: "backup:/srv",
      address: "ssh://eve@backup/srv",
      destination: {
        kind: "ssh",
        host: "backup",
        port: null,
        user: "eve",
        identityFile: null,
        options: [],
        path: "/srv",
      },
      params: ["-az"],
      timeoutSeconds: 30,
      warm: "active",
    },
    {
      id: "/home/me/copies/www",
      address: "/home/me/copies/www",
      destination: { kind: "local", path: "/home/me/copies/www" },
      params: ["-az"],
      timeoutSeconds: 30,
      warm: "active",
    },
  ]);
});

test("readCommandLine() takes ssh's port and key from --params", () => {
  const { configuration } = readTexts([], { watch: "/d", to: ["h:/b"], params: "-a -e 'ssh -p 2222 -i /k'" });
  expect(configuration.roots[0]?.remotes[0]).toMatchObject({
    params: ["-a"],
    destination: { kind: "ssh", options: ["-p", "2222", "-i", "/k"] },
  });
});

test("readCommandLine() sends with -az where no --params are given", () => {
  expect(readTexts([], { watch: "/d", to: ["h::m"] }).configuration.roots[0]?.remotes[0]?.params).toEqual(["-az"]);
});

const refused: readonly [flags: Partial<ConfigurationFlags>, message: string][] = [
  [{ watch: "/d" }, 'Cannot use --watch "/d": --to DEST is missing: nowhere to send to.'],
  [{ watch: "", to: ["h::m"] }, 'Cannot use --watch "": expected a path, found nothing.'],
  [{ watch: "/d ", to: ["h::m"] }, 'Cannot use --watch "/d ": expected a path, found a blank at its end; remove it.'],
  [{ watch: "/d", to: ["h::"] }, 'Cannot use --to "h::": expected the name of an rsync module.'],
  [{ watch: "/d", to: ["h::m", "h::m"] }, 'Cannot use --to "h::m": it is the same place as --to "h::m"; give it once.'],
  [
    { watch: "/d", to: ["h::m"], params: "-an" },
    'Cannot use --params "-an": -n (in "-an") cannot be used: nothing would be sent.',
  ],
  [
    { watch: "/d", to: ["h::m", "h2::m"], params: "-a -e ssh" },
    'Cannot use --params "-a -e ssh": -e does not go with an rsync daemon; for ssh switch ssh on.',
  ],
  [
    { watch: "/d", to: ["h::m"], passwordFile: "-" },
    "Cannot use --password-file -: the password cannot come from stdin.",
  ],
  [
    { to: ["h::m"] },
    'Cannot use --to "h::m": it goes with --watch DIR; in a file it is said in the file.\n' +
    "Cannot use the command line: neither a configuration file nor --watch DIR --to DEST is given.",
  ],
];

for (const [flags, message] of refused) {
  test(`readCommandLine() refuses ${JSON.stringify(flags)}`, () => {
    expect(problemsOf(() => readTexts([], flags))).toBe(message);
  });
}

test("readCommandLine() does not mix with a file", () => {
  expect(problemsOf(() => readTexts([oneRoot()], { watch: "/d", to: ["h::m"] }))).toBe(
    'Cannot use --watch "/d": it does not go with a configuration file; give one of the two.',
  );
  expect(problemsOf(() => readTexts([oneRoot()], { to: ["h::m"], params: "-a", passwordFile: "/p" }))).toBe(
    'Cannot use --to "h::m": it goes with --watch DIR; in a file it is said in the file.\n' +
      "Cannot use --password-file: it goes with --watch DIR; in a file it is said in the file.\n" +
      "Cannot use --params: it goes with --watch DIR; in a file it is said in the file.",
  );
});
