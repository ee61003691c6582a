import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { BytePath } from "../../../src/core/path.ts";
import type { RemoteConfiguration } from "../../../src/config/configuration.ts";
import { readConfiguration } from "../../../src/config/read_configuration.ts";
import { NO_FLAGS, oneRoot, problemsOf, readTexts } from "../../support/configuration_text.ts";

function readFixture(name: string) {
  const content = readFileSync(new URL(`../../fixtures/configs/${name}.xml`, import.meta.url));
  return readConfiguration({ files: [{ name: `${name}.xml`, content }], flags: NO_FLAGS });
}

function onlyRemote(text: string): RemoteConfiguration {
  const remote = readTexts([text]).configuration.roots[0]?.remotes[0];
  if (remote === undefined) throw new Error("no remote was read");
  return remote;
}

const DEFAULT_SWITCHES = {
  delete: true,
  createFolder: true,
  createFile: false,
  closeWrite: true,
  moveFrom: true,
  moveTo: true,
  attrib: false,
  modify: false,
};

test("readConfiguration() reads the file that sersync ships", () => {
  const { configuration, warnings } = readFixture("shipped-default");
  expect({ ...configuration, plugins: configuration.plugins.map(({ name, enabled }) => [name, enabled]) }).toEqual({
    files: ["shipped-default.xml"],
    listen: { host: "127.0.0.1", port: 8008, tls: null },
    debug: false,
    log: { file: null, rotateBytes: 52_428_800, keep: 5 },
    threadsMax: 10,
    roots: [{
      id: "tongbu",
      path: "/opt/tongbu" as never,
      excludes: [],
      switches: DEFAULT_SWITCHES,
      remotes: [{
        id: "127.0.0.1::tongbu1",
        address: "rsync://127.0.0.1:873/tongbu1",
        destination: {
          kind: "daemon",
          host: "127.0.0.1",
          port: null,
          user: null,
          passwordFile: null,
          module: "tongbu1",
          path: "",
        },
        params: ["-artuz"],
        timeoutSeconds: null,
        warm: "active",
      }],
      initialSync: "never",
      watcher: "auto",
      pollEveryMs: 60_000,
      openFiles: { quietMs: 500, everyMs: 10_000 },
      maxDelete: null,
      trash: null,
      periodicSync: null,
    }],
    failLog: { path: "/tmp/rsync_fail_log.sh", retryEveryMs: 3_600_000 },
    plugins: [["command", false], ["socket", false], ["refreshCDN", false]],
    module: null,
    webhookAllow: [],
  });
  expect(warnings.map(({ message }) => message)).toEqual([
    'Note on shipped-default.xml at line 29: <commonParams params="-artuz">: -u (in "-artuz"): files that are newer on the ' +
    "remote stay different there.",
  ]);
});

test("readConfiguration() keeps a plugin's block as it stands", () => {
  const { configuration } = readFixture("shipped-default");
  expect(configuration.plugins[0]).toEqual({
    name: "command",
    enabled: false,
    when: "all",
    settings: { kind: "command", prefix: ["/bin/sh"], suffix: [], ignoreError: true, includes: null },
    element: {
      name: "plugin",
      attributes: { name: "command" },
      children: [
        { name: "param", attributes: { prefix: "/bin/sh", suffix: "", ignoreError: "true" }, children: [] },
        {
          name: "filter",
          attributes: { start: "false" },
          children: [
            { name: "include", attributes: { expression: "(.*)\\.php" }, children: [] },
            { name: "include", attributes: { expression: "(.*)\\.sh" }, children: [] },
          ],
        },
      ],
    },
  });
});

test("readConfiguration() makes settings of every kind of plugin", () => {
  const head = `<plugin name="command"><param prefix="/bin/sh -e /x.sh" suffix="a 'b c'" ignoreError="false"/>
      <filter start="true"><include expression="(.*)\\.php"/></filter></plugin>
    <plugin name="socket"><localpath watch="/data"><deshost ip="10.0.0.1" port="8009"/>
      <deshost ip="10.0.0.2" port="8010" format="json"/></localpath></plugin>
    <plugin name="form" kind="http" when="any"><localpath watch="/data/"><deshost url="http://h/x" port="80"/></localpath></plugin>
    <plugin name="refreshCDN"><localpath watch="/data/"><cdninfo domainname="cdn.example" username="u" passwd="p"/>
      <sendurl base="http://e/x"/><regexurl regex="true" match="site([/a-z]*)/images"/></localpath></plugin>
    <plugin name="edge"><localpath watch="/data"><cdn provider="varnish" endpoint="http://v" base="http://e"/></localpath></plugin>`;
  const sersync = '<plugin start="true" name="form"/><plugin start="true" name="edge" when="changed"/>';
  const { plugins } = readTexts([oneRoot({ head, sersync })]).configuration;
  const watch = "/data" as BytePath;
  expect(plugins.map(({ name, enabled, when, settings }) => ({ name, enabled, when, settings }))).toEqual([
    {
      name: "command",
      enabled: false,
      when: "all",
      settings: {
        kind: "command",
        prefix: ["/bin/sh", "-e", "/x.sh"],
        suffix: ["a", "b c"],
        ignoreError: false,
        includes: ["(.*)\\.php"],
      },
    },
    {
      name: "socket",
      enabled: false,
      when: "all",
      settings: {
        kind: "socket",
        receivers: [
          { watch, host: "10.0.0.1", port: 8009, format: "path" },
          { watch, host: "10.0.0.2", port: 8010, format: "json" },
        ],
      },
    },
    {
      name: "form",
      enabled: true,
      when: "any",
      settings: { kind: "http", receivers: [{ watch, url: "http://h/x" }] },
    },
    {
      name: "refreshCDN",
      enabled: false,
      when: "all",
      settings: {
        kind: "refreshCDN",
        receivers: [{
          watch,
          host: "cdn.example",
          port: 80,
          username: "u",
          password: "p",
          base: "http://e/x",
          match: "site([/a-z]*)/images",
        }],
      },
    },
    {
      name: "edge",
      enabled: true,
      when: "changed",
      settings: {
        kind: "cdn",
        caches: [{
          provider: "varnish",
          endpoint: "http://v",
          zone: "",
          network: "",
          soft: false,
          credentials: { from: "environment", prefix: "" },
          urls: { watch, base: "http://e", match: null, indexNames: ["index.html"] },
          windowMs: 100,
          itemsMax: null,
          requestsPerSecond: null,
          urlsPerDay: null,
          directoriesPerDay: null,
          collapseAbove: null,
        }],
      },
    },
  ]);
});

test("readConfiguration() reads two published files, with a password and with a time-out", () => {
  const [nfs, upload] = ["nfs-backup", "upload-backup"].map((name) => readFixture(name).configuration.roots[0]);
  expect(nfs?.remotes[0]).toMatchObject({
    id: "172.16.1.41::nfsbackup",
    address: "rsync://rsync_backup@172.16.1.41:873/nfsbackup",
    destination: { user: "rsync_backup", passwordFile: "/etc/rsync.password" },
    params: ["-az"],
    timeoutSeconds: null,
    warm: "active",
  });
  expect(upload?.remotes[0]).toMatchObject({
    id: "172.16.1.41::data",
    destination: { user: "rsync_backup", passwordFile: "/etc/rsync.pass" },
    timeoutSeconds: 100,
    warm: "active",
  });
  expect(upload?.switches).toEqual({ ...DEFAULT_SWITCHES, createFile: true, attrib: true, modify: true });
});

test("readConfiguration() gives every missing element the shipped default", () => {
  const small = readTexts([
    '<head><sersync><localpath watch="/opt/tongbu"><remote ip="127.0.0.1" name="tongbu1"/></localpath></sersync></head>',
  ]);
  const shipped = readFixture("shipped-default");
  expect({ ...small.configuration, files: [], plugins: [] }).toEqual({
    ...shipped.configuration,
    files: [],
    plugins: [],
  });
});

test("readConfiguration() reads filters, periodic sync, fail log, debug and the listener", () => {
  const { configuration } = readTexts([
    `<head><host hostip="0.0.0.0" port="9000"/><debug start="true"/><fileSystem xfs="true"/>
      <filter start="true"><exclude expression="(.*)\\.gz"/><exclude expression="^info/*"/></filter>
      <inotify><delete start="false"/><attrib start="true"/></inotify>
      <sersync><localpath watch="data//www/./"><remote ip="backup" name="www"/></localpath>
      <failLog path="" timeToExecute=""/>
      <crontab start="true" schedule="0"><crontabfilter start="true"><exclude expression="*.php"/></crontabfilter></crontab>
      </sersync></head>`,
  ], { threads: 4, initialSync: "always" });
  expect(configuration).toMatchObject({
    listen: { host: "0.0.0.0", port: 9000, tls: null },
    debug: true,
    threadsMax: 4,
    failLog: { path: null, retryEveryMs: 7_200_000 },
  });
  expect(configuration.roots[0]).toMatchObject({
    id: "www",
    path: "/srv/data/www",
    excludes: ["(.*)\\.gz", "^info/*"],
    switches: { ...DEFAULT_SWITCHES, delete: false, attrib: true },
    initialSync: "always",
    periodicSync: { everyMs: 36_000_000, excludePatterns: ["*.php"] },
  });
});

test("readConfiguration() reads <log> with units, and has the same defaults where it says nothing", () => {
  const log = (element: string) => readTexts([oneRoot({ head: element })]).configuration.log;
  expect(log('<log file="logs/t.log" rotate="2G" keep="0"/>')).toEqual({
    ...{ file: "/srv/logs/t.log", rotateBytes: 2 * 1024 ** 3, keep: 0 },
  });
  expect(log('<log rotate="0"/>')).toMatchObject({ rotateBytes: 0 });
  expect(log("<log/>")).toEqual(log(""));
  expect(() => log('<log rotate="1k"/>')).toThrow("expected a size such as 20m, from 64k on, or 0");
  expect(() => log('<log rotate="20 MB"/>')).toThrow("expected a size such as 20m, from 64k on, or 0");
});

test("readConfiguration() leaves out filters and patterns that are switched off", () => {
  const { configuration } = readTexts([oneRoot({
    head: '<filter start="false"><exclude expression="*.php"/></filter>',
    sersync:
      '<crontab start="true" schedule="5"><crontabfilter start="false"><exclude expression="x"/></crontabfilter></crontab>',
  })]);
  expect(configuration.roots[0]?.excludes).toEqual([]);
  expect(configuration.roots[0]?.periodicSync).toEqual({ everyMs: 300_000, excludePatterns: [] });
});

test("readConfiguration() keeps names on the disk as UTF-8 bytes", () => {
  const { configuration } = readTexts([oneRoot().replace("/data", "/data/é中")]);
  expect(configuration.roots[0]?.path as string).toBe("/data/\xc3\xa9\xe4\xb8\xad");
  expect(configuration.roots[0]?.id).toBe("é中");
});

test("readConfiguration() reads an ISO-8859-1 file whose bytes are not UTF-8", () => {
  const text = `<?xml version="1.0" encoding="ISO-8859-1"?>\n${oneRoot().replace("/data", "/caf\xe9")}`;
  const content = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const { configuration } = readConfiguration({ files: [{ name: "a.xml", content }], flags: NO_FLAGS });
  expect(configuration.roots[0]?.path as string).toBe("/caf\xc3\xa9");
});

/** What a remote is given, and its destination and the rest. */
const remotes: readonly [title: string, parts: Parameters<typeof oneRoot>[0], expected: object][] = [
  ["a module with a path below it", { remote: '<remote ip="backup" name="www/a/b/"/>' }, {
    id: "backup::www/a/b",
    address: "rsync://backup:873/www/a/b",
    destination: { kind: "daemon", module: "www", path: "a/b" },
  }],
  ["an IPv6 address", { remote: '<remote ip="[::1]" name="www"/>' }, {
    id: "[::1]::www",
    destination: { host: "::1" },
  }],
  ["the shared port, user and password file", {
    rsync: '<auth start="true" users="bob" passwordfile="secret.txt"/><userDefinedPort start="true" port="8730"/>',
  }, {
    id: "backup::www",
    address: "rsync://bob@backup:8730/www",
    destination: { user: "bob", passwordFile: "/srv/secret.txt", port: 8730 },
  }],
  ["its own port, user, password file, options and time-out", {
    remote:
      '<remote ip="backup" name="www" port="8731" user="eve" passwordfile="/p" params="-a --bwlimit=1m --timeout=9" timeout="7" id="far"/>',
    rsync: '<auth start="true" users="bob" passwordfile="/q"/><userDefinedPort start="true" port="8730"/>' +
      '<timeout start="true" time="100"/>',
  }, {
    id: "far",
    address: "rsync://eve@backup:8731/www",
    destination: { user: "eve", passwordFile: "/p", port: 8731 },
    params: ["-a", "--bwlimit=1m"],
    timeoutSeconds: 7,
    warm: "active",
  }],
  ["nothing of what is shared where it says so", {
    remote: '<remote ip="backup" name="www" user="" passwordfile="" timeout="0"/>',
    rsync: '<auth start="true" users="bob" passwordfile="/q"/><timeout start="true" time="100"/>',
  }, { destination: { user: null, passwordFile: null }, timeoutSeconds: null, warm: "active" }],
  ["switches of rsync that are off", {
    rsync: '<auth start="false" users="bob" passwordfile="/q"/><userDefinedPort start="false" port="8730"/>' +
      '<timeout start="false" time="100"/><ssh start="false"/>',
  }, {
    destination: { kind: "daemon", user: null, passwordFile: null, port: null },
    timeoutSeconds: null,
    warm: "active",
  }],
  ["ssh as sersync has it", {
    remote: '<remote ip="backup" name="/srv/www/"/>',
    rsync: '<auth start="true" users="bob" passwordfile=""/><ssh start="true"/>',
  }, {
    id: "backup:/srv/www",
    address: "ssh://bob@backup/srv/www",
    destination: {
      kind: "ssh",
      host: "backup",
      user: "bob",
      port: null,
      identityFile: null,
      options: [],
      path: "/srv/www",
    },
  }],
  ["ssh with port, key and options for all", {
    remote: '<remote ip="backup" name="www"/>',
    rsync: '<ssh start="true" port="2222" identityFile="key" sshOptions="-o \'A=b c\'"/>',
  }, {
    address: "ssh://backup:2222/~/www",
    destination: { kind: "ssh", port: 2222, identityFile: "/srv/key", options: ["-o", "A=b c"], path: "www" },
  }],
  ["ssh of its own", {
    remote: '<remote ip="backup" name="/srv" ssh="true" port="22022" user="eve" identityFile="/k" sshOptions="-4"/>',
    rsync: '<userDefinedPort start="true" port="8730"/>',
  }, {
    address: "ssh://eve@backup:22022/srv",
    destination: { kind: "ssh", port: 22022, user: "eve", identityFile: "/k", options: ["-4"] },
  }],
  ["the daemon's protocol although ssh is on for others", {
    remote: '<remote ip="backup" name="www" ssh="false"/>',
    rsync: '<ssh start="true"/>',
  }, { destination: { kind: "daemon", module: "www" } }],
  ["ssh's arguments from -e in its options", {
    remote: `<remote ip="backup" name="/srv" ssh="true" params="-az -e 'ssh -p 2222'"/>`,
  }, { params: ["-az"], destination: { kind: "ssh", options: ["-p", "2222"] } }],
  ["a port and a time-out from its options", {
    remote: '<remote ip="backup" name="www" params="-az --port=8730 --timeout=9"/>',
  }, { params: ["-az"], destination: { port: 8730 }, timeoutSeconds: 9, warm: "active" }],
  ["a directory of this machine", { remote: '<remote path="/mnt/usb/"/>' }, {
    id: "/mnt/usb",
    address: "/mnt/usb",
    destination: { kind: "local", path: "/mnt/usb" },
  }],
];

for (const [title, parts, expected] of remotes) {
  test(`readConfiguration() gives a remote ${title}`, () => {
    expect(onlyRemote(oneRoot(parts))).toMatchObject(expected);
  });
}

test("readConfiguration() reads several directories of one file and several files, and names all of them once", () => {
  const two = `<head><sersync>
    <localpath watch="/a/www"><remote ip="h1" name="m"/><remote ip="h1" name="m" port="8730"/><remote ip="h2" name="m"/></localpath>
    <localpath watch="/b/www"><remote ip="h3" name="m"/></localpath>
    <localpath watch="/d/www"><remote ip="h6" name="m"/></localpath>
    <localpath watch="/"><remote ip="h4" name="m"/></localpath></sersync></head>`;
  const third = `<head><inotify><delete start="false"/></inotify><sersync>
    <localpath watch="/c/www" id="www-2"><remote ip="h5" name="m" id="x"/></localpath></sersync></head>`;
  const { configuration, origins } = readTexts([two, third]);
  expect(configuration.files).toEqual(["a.xml", "b.xml"]);
  expect(configuration.roots.map(({ id, path }) => [id, path as string])).toEqual([
    ["www", "/a/www"],
    ["www-3", "/b/www"],
    ["www-4", "/d/www"],
    ["root", "/"],
    ["www-2", "/c/www"],
  ]);
  expect(configuration.roots[0]?.remotes.map(({ id }) => id)).toEqual(["h1::m", "rsync://h1:8730/m", "h2::m"]);
  expect(configuration.roots.map(({ switches }) => switches.delete)).toEqual([true, true, true, true, false]);
  expect(origins.get("www-2")?.remotes.get("x")?.address).toEqual({
    file: "b.xml",
    line: 2,
    column: 58,
    found: '<remote name="m">',
  });
});

test("readConfiguration() listens where the first <host> says, unless the command line says otherwise", () => {
  const at = (address: string) => oneRoot({ head: `<host hostip="${address}" port="9000"/>` });
  const second = at("10.0.0.2").replace("/data", "/other").replace("www", "other");
  const { configuration, warnings } = readTexts([at("10.0.0.1"), second]);
  expect(configuration.listen).toEqual({ host: "10.0.0.1", port: 9000, tls: null });
  expect(warnings.map(({ message }) => message)).toEqual([
    'Note on b.xml at line 1: <host port="9000">: an earlier file says otherwise, and the API listens in one place: that one ' +
    "counts.",
  ]);
  expect(readTexts([at("10.0.0.1")], { listen: "localhost:1234" }).configuration.listen).toEqual({
    host: "127.0.0.1",
    port: 1234,
    tls: null,
  });
  expect(readTexts([at("10.0.0.1")], { listen: "off" }).configuration.listen).toBeNull();
  expect(readTexts([oneRoot({ head: '<host port="off"/>' })]).configuration.listen).toBeNull();
});

test("readConfiguration() reads certificate and key, which go together, from <host> or the command line", () => {
  const withTls = oneRoot({ head: '<host tlsCert="tls/cert.pem" tlsKey="/etc/key.pem"/>' });
  expect(readTexts([withTls]).configuration.listen).toMatchObject({
    tls: { certFile: `${NO_FLAGS.cwd}/tls/cert.pem`, keyFile: "/etc/key.pem" },
  });
  const flags = { listen: "0.0.0.0:1", tlsCert: "/c", tlsKey: "/k" };
  expect(readTexts([withTls], flags).configuration.listen).toEqual({
    ...{ host: "0.0.0.0", port: 1 },
    tls: { certFile: "/c", keyFile: "/k" },
  });
  expect(() => readTexts([oneRoot({ head: '<host tlsCert="/c"/>' })])).toThrow("it goes with tlsKey, which is missing");
  expect(() => readTexts([oneRoot()], { tlsKey: "/k" })).toThrow('--tls-key "/k": it goes with --tls-cert FILE');
});

test("readConfiguration() takes the number of processes as sersync takes its threads", () => {
  const threads = [null, 0, -3, Number.NaN, 1, 40].map((n) =>
    readTexts([oneRoot()], { threads: n }).configuration.threadsMax
  );
  expect(threads).toEqual([10, 10, 10, 10, 1, 40]);
  expect(problemsOf(() => readTexts([oneRoot()], { threads: 5000 }))).toBe(
    "Cannot use -n 5000: expected a whole number from 1 to 1000.",
  );
});

const warned: readonly [title: string, parts: Parameters<typeof oneRoot>[0], warnings: readonly string[]][] = [
  ["a switch left out where something is set", { sersync: '<crontab schedule="5"/>' }, [
    'Note on a.xml at line 1: <crontab>: start="true" is missing, so it is off.',
  ]],
  ["a password file that ssh does not take", {
    remote: '<remote ip="backup" name="/srv"/>',
    rsync: '<auth start="true" users="bob" passwordfile="/p"/><ssh start="true"/>',
  }, [
    'Note on a.xml at line 1: <auth passwordfile="/p">: a password file is for an rsync daemon; ssh asks for keys, so it is ' +
    "not used for remotes over ssh.",
  ]],
  ["a port that is not ssh's", {
    remote: '<remote ip="backup" name="/srv"/><remote ip="backup2" name="/srv"/>',
    rsync: '<userDefinedPort start="true" port="8730"/><ssh start="true"/>',
  }, [
    `Note on a.xml at line 1: <userDefinedPort port="8730">: it is the port of rsync daemons; ssh's is <ssh port="…">, so it ` +
    "is not used.",
  ]],
  ["nothing in a plain file", {}, []],
];

for (const [title, parts, warnings] of warned) {
  test(`readConfiguration() warns of ${title}`, () => {
    expect(readTexts([oneRoot(parts)]).warnings.map(({ message }) => message)).toEqual(Array.from(warnings));
  });
}
