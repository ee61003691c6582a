import { expect, test } from "bun:test";
import { TssyncError } from "../../../src/core/error.ts";
import { readConfiguration } from "../../../src/config/read_configuration.ts";
import { NO_FLAGS, oneRoot, problemsOf, readTexts } from "../../support/configuration_text.ts";

test("readConfiguration() tells every problem of every file at once, in order, with its place", () => {
  const bad = `<head>
 <debug start="ture"/>
 <fliter start="true"><exclude expression="*.php"/></fliter>
 <sersync>
  <localpath watch=" /data/">
   <remote ip="1.2.3.4" nme="m" foo="1"/>
   <remote ip="1.2.3.4" name="/x"/>
  </localpath>
  <localpath
    wach="/b"><remote ip="h h" name="x"/></localpath>
  <rsync><commonParams params="-avzn --dalete"/></rsync>
 </sersync>
 <plugin name="command"><param prefix="/x" ignoreEror="true"/></plugin>
 text
 <debug/>
</head>`;
  const files = [
    { name: "bad.xml", content: new TextEncoder().encode(bad) },
    { name: "gone.xml", content: { unreadable: "there is no such file" } },
    { name: "torn.xml", content: new TextEncoder().encode("<head>\n<a>\n</head>") },
    { name: "other.xml", content: new TextEncoder().encode("\n<html/>") },
  ];
  let thrown: unknown = null;
  try {
    readConfiguration({ files, flags: { ...NO_FLAGS, listen: "nowhere" } });
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof TssyncError)) throw new Error("nothing was thrown");
  expect(thrown.code).toBe("CONFIG_INVALID");
  expect(thrown.message.split("\n")).toEqual([
    'Cannot use --listen "nowhere": expected HOST:PORT (an IPv6 address in brackets) or "off".',
    'Cannot read bad.xml at line 1: <head>: unexpected text "text"; settings are attributes.',
    'Cannot read bad.xml at line 2: <debug start="ture">: expected "true" or "false". Did you mean "true"?',
    "Cannot read bad.xml at line 3: <fliter>: unknown element in <head>; expected <host>, <debug>, <log>, <fileSystem>, <filter>, " +
    "<inotify>, <sersync>, <plugin> or <webhooks>. Did you mean <filter>?",
    'Cannot read bad.xml at line 3: <exclude expression="*.php">: expected a regular expression; * has nothing before it to ' +
    'repeat (this is a regular expression, not a shell wildcard: "*.php" is written "(.*)\\.php").',
    'Cannot read bad.xml at line 5: <localpath watch=" /data/">: expected a path, found a blank at its beginning; remove it.',
    'Cannot read bad.xml at line 6: <remote nme="…">: unknown attribute; expected ip, name, path, id, port, user, ' +
    'passwordfile, ssh, identityFile, sshOptions, params, timeout or warm. Did you mean name="…"?',
    'Cannot read bad.xml at line 6: <remote foo="…">: unknown attribute; expected ip, name, path, id, port, user, ' +
    "passwordfile, ssh, identityFile, sshOptions, params, timeout or warm.",
    'Cannot read bad.xml at line 7: <remote name="/x">: expected the name of an rsync module, found a path; for a path over ' +
    "ssh switch ssh on.",
    'Cannot read bad.xml at line 10: <localpath wach="…">: unknown attribute; expected watch, id, watcher, pollEvery, maxDelete or trash. Did you mean watch="…"?',
    'Cannot read bad.xml at line 10: <remote ip="h h">: expected a host name or an IP address, found a blank in it.',
    'Cannot read bad.xml at line 11: <commonParams params="-avzn --dalete">: -n (in "-avzn") cannot be used: nothing would be ' +
    "sent.",
    'Cannot read bad.xml at line 11: <commonParams params="-avzn --dalete">: rsync has no option --dalete. Did you mean ' +
    "--delete?",
    'Cannot read bad.xml at line 13: <param ignoreEror="…">: unknown attribute; expected prefix, suffix or ignoreError. Did ' +
    'you mean ignoreError="…"?',
    "Cannot read bad.xml at line 15: <debug>: it stands twice in <head>, first at line 2; expected it once at most.",
    "Cannot read gone.xml: there is no such file.",
    "Cannot read torn.xml at line 3: it is not well-formed XML: expected closing tag 'a' (opened in line 2, col 1) instead of " +
    "closing tag 'head'.",
    "Cannot read other.xml at line 2: <html>: expected <head> as the outermost element.",
  ]);
  expect(thrown.details["problems"]).toHaveLength(18);
  expect((thrown.details["problems"] as unknown[])[2]).toEqual({
    file: "bad.xml",
    line: 2,
    column: 9,
    message: 'Cannot read bad.xml at line 2: <debug start="ture">: expected "true" or "false". Did you mean "true"?',
  });
});

const at = "Cannot read a.xml at line 1: ";

/** One file, its whole message. */
const refused: readonly [title: string, text: string, message: string][] = [
  ["no directory", "<head><sersync/></head>", `${at}<sersync>: no <localpath watch="…">: nothing to watch.`],
  ["no <sersync>", "<head/>", `${at}<sersync> (not given): no <localpath watch="…">: nothing to watch.`],
  [
    "a directory without watch",
    '<head><sersync><localpath><remote ip="h" name="m"/></localpath></sersync></head>',
    `${at}<localpath>: the attribute watch="…" is missing; expected a path.`,
  ],
  [
    "an empty watch",
    '<head><sersync><localpath watch=""><remote ip="h" name="m"/></localpath></sersync></head>',
    `${at}<localpath watch="">: expected a path, found nothing.`,
  ],
  [
    "blanks around watch",
    oneRoot().replace("/data", " /data "),
    `${at}<localpath watch=" /data ">: expected a path, found a blank at its beginning and its end; remove it.`,
  ],
  [
    "no remote",
    '<head><sersync><localpath watch="/d"/></sersync></head>',
    `${at}<localpath watch="/d">: no <remote>: nowhere to send to.`,
  ],
  [
    "a remote without anything",
    oneRoot({ remote: "<remote/>" }),
    `${at}<remote>: expected ip="…" and name="…", or path="…".`,
  ],
  [
    "a remote without name",
    oneRoot({ remote: '<remote ip="h"/>' }),
    `${at}<remote ip="h">: name="…" is missing: the module of the rsync daemon.`,
  ],
  [
    "a remote without name over ssh",
    oneRoot({ remote: '<remote ip="h" ssh="true"/>' }),
    `${at}<remote ip="h">: name="…" is missing: the path on that host.`,
  ],
  [
    "a remote without ip",
    oneRoot({ remote: '<remote name="m"/>' }),
    `${at}<remote name="m">: ip="…" is missing: the host to send to.`,
  ],
  [
    "an empty name",
    oneRoot({ remote: '<remote ip="h" name=""/>' }),
    `${at}<remote name="">: expected a name, found nothing.`,
  ],
  [
    "a local path with a host",
    oneRoot({ remote: '<remote ip="h" path="/b"/>' }),
    `${at}<remote ip="h">: ip="…" does not go with path="…", a directory of this machine.`,
  ],
  [
    "a relative local path",
    oneRoot({ remote: '<remote path="b"/>' }),
    `${at}<remote path="b">: expected an absolute path, so that it is clear what is overwritten.`,
  ],
  [
    "a key without ssh",
    oneRoot({ remote: '<remote ip="h" name="m" identityFile="/k"/>' }),
    `${at}<remote identityFile="/k">: it is for ssh, which is not switched on.`,
  ],
  [
    "a password file of its own with ssh",
    oneRoot({ remote: '<remote ip="h" name="/m" ssh="true" passwordfile="/p"/>' }),
    `${at}<remote passwordfile="/p">: a password file is for an rsync daemon; ssh asks for keys.`,
  ],
  [
    "a password from stdin",
    oneRoot({ remote: '<remote ip="h" name="m" passwordfile="-"/>' }),
    `${at}<remote passwordfile="-">: the password cannot come from stdin: tssync gives rsync its list of names there.`,
  ],
  [
    "a host that ssh would take for an option",
    oneRoot({ remote: '<remote ip="-oProxyCommand=id" name="/m" ssh="true"/>' }),
    `${at}<remote ip="-oProxyCommand=id">: expected a host name or an IP address.`,
  ],
  [
    "a user with a password",
    oneRoot({ rsync: '<auth start="true" users="bob:pw"/>' }),
    `${at}<auth users="bob:pw">: a password cannot stand in an address, where every user of this machine can read it; use a ` +
    "password file.",
  ],
  [
    "a remote path that climbs",
    oneRoot({ remote: '<remote ip="h" name="m/../n"/>' }),
    `${at}<remote name="m/../n">: a ".." cannot stand in a remote path.`,
  ],
  [
    "two equal root ids",
    '<head><sersync><localpath watch="/a" id="x"><remote ip="h" name="m"/></localpath>' +
    '<localpath watch="/b" id="x"><remote ip="h" name="n"/></localpath></sersync></head>',
    `${at}<localpath watch="/b">: id="x" is given twice; expected every id once.`,
  ],
  [
    "an id with a slash",
    oneRoot({ remote: '<remote ip="h" name="m" id="a/b"/>' }),
    `${at}<remote id="a/b">: expected 1 to 100 characters without blanks and slashes.`,
  ],
  [
    "the same remote twice",
    oneRoot({ remote: '<remote ip="h" name="m"/><remote ip="H" name="m/" port="873"/>' }),
    `${at}<remote name="m/">: it is the same place as <remote name="m"> at line 1 of a.xml; give it once.`,
  ],
  [
    "this machine twice under two names",
    oneRoot({ remote: '<remote ip="localhost" name="m"/><remote ip="::1" name="m"/>' }),
    `${at}<remote name="m">: it is the same place as <remote name="m"> at line 1 of a.xml; give it once.`,
  ],
  [
    "a remote inside another",
    oneRoot({ remote: '<remote ip="h" name="m"/><remote ip="h" name="m/sub"/>' }),
    `${at}<remote name="m/sub">: it lies inside the place of <remote name="m"> at line 1 of a.xml, which would delete it.`,
  ],
  [
    "two directories mirrored to one place",
    '<head><sersync><localpath watch="/a"><remote ip="h" name="m"/></localpath>' +
    '<localpath watch="/b"><remote ip="h" name="m"/></localpath></sersync></head>',
    `${at}<remote name="m">: it is the same place as <remote name="m"> at line 1 of a.xml, and each would delete what the ` +
    "other sent.",
  ],
  [
    "a port that is none",
    oneRoot({ rsync: '<userDefinedPort start="true" port="70000"/>' }),
    `${at}<userDefinedPort port="70000">: expected a port from 1 to 65535.`,
  ],
  [
    "minutes that are none",
    oneRoot({ sersync: '<failLog timeToExecute="0"/>' }),
    `${at}<failLog timeToExecute="0">: expected a whole number of minutes from 1 to 35000 (empty: 120).`,
  ],
  [
    "a schedule that is none",
    oneRoot({ sersync: '<crontab start="true" schedule="daily"/>' }),
    `${at}<crontab schedule="daily">: expected a whole number of minutes from 1 to 35000 (0 or less: 600).`,
  ],
  [
    "a time-out of nothing",
    oneRoot({ rsync: '<timeout start="true" time="0"/>' }),
    `${at}<timeout time="0">: expected a whole number of seconds from 1 to 86400.`,
  ],
  [
    "a filter without expression",
    oneRoot({ head: '<filter start="true"><exclude expresion="x"/><exclude/></filter>' }),
    `${at}<exclude expresion="…">: unknown attribute; expected expression. Did you mean expression="…"?\n` +
    `${at}<exclude>: the attribute expression="…" is missing; expected a pattern.`,
  ],
  [
    "quotes that are not closed",
    oneRoot().replace("-az", "-az 'x"),
    `${at}<commonParams params="-az 'x">: expected words, quoted as for a shell; a ' is opened and never closed.`,
  ],
  [
    "--delete where deletes are off",
    oneRoot({ head: '<inotify><delete start="false"/></inotify>' }).replace("-az", "-az --del"),
    `${at}<commonParams params="-az --del">: --del cannot be used with <delete start="false"/>, which means no deletes anywhere.`,
  ],
  [
    "a plugin that is not there",
    oneRoot({
      sersync: '<plugin start="true" name="comand"/>',
      head: '<plugin name="command"/>',
    }),
    `${at}<plugin name="comand">: there is no <plugin name="comand"> with its settings. Did you mean "command"?`,
  ],
  [
    "a plugin's slip of the pen",
    oneRoot({
      head: '<plugin name="socket"><localpath watch="/d"><deshost ip="10.0.0.1" prot="8009"/></localpath></plugin>',
    }),
    `${at}<deshost prot="…">: unknown attribute; expected ip, port or format. Did you mean port="…"?`,
  ],
  [
    "something of another plugin",
    oneRoot({ head: '<plugin name="socket"><param prefix="x"/></plugin>' }),
    `${at}<param>: unknown element in <plugin>; expected <localpath>.`,
  ],
  [
    "upper-case letters",
    oneRoot({ head: '<Debug start="TRUE"/>' }),
    `${at}<Debug>: unknown element in <head>; expected <host>, <debug>, <log>, <fileSystem>, <filter>, <inotify>, <sersync>, <plugin> or ` +
    `<webhooks>. Did you mean <debug>?\n${at}<Debug start="TRUE">: expected "true" or "false". Did you mean "true"?`,
  ],
  [
    "a child where there is none",
    oneRoot({ head: "<debug><x/></debug>" }),
    `${at}<x>: unknown element in <debug>; nothing stands there.`,
  ],
];

for (const [title, text, message] of refused) {
  test(`readConfiguration() refuses ${title}`, () => {
    expect(problemsOf(() => readTexts([text]))).toBe(message);
  });
}

test("readConfiguration() goes on after an attribute that cannot be read", () => {
  expect(problemsOf(() => readTexts([oneRoot({ head: '<host hostip="&me;"/><debug start="yes"/>' })]))).toBe(
    `${at}<host hostip="…">: the entity &me; is not known.\n${at}<debug start="yes">: expected "true" or "false".`,
  );
});

test("readConfiguration() lets two directories share a place where nothing is deleted", () => {
  const text =
    '<head><inotify><delete start="false"/></inotify><sersync><localpath watch="/a"><remote ip="h" name="m"/>' +
    '</localpath><localpath watch="/b"><remote ip="h" name="m"/></localpath></sersync></head>';
  expect(readTexts([text]).configuration.roots).toHaveLength(2);
});

test("readConfiguration() never repeats what may be a password", () => {
  const text = oneRoot({
    remote: '<remote ip="h" name="m" passwdfile=" hunter2" password="hunter2" pass="hunter2"/>',
    head: '<plugin name="refreshCDN"><localpath watch="/d"><cdninfo domainname="d" username="u" pasword="hunter2"/>' +
      "</localpath></plugin>",
  });
  const message = problemsOf(() =>
    readTexts([text], { watch: "/d", to: ["rsync://bob:hunter2@h/m", "b:hunter2@h::m"] })
  );
  expect(message).toContain("unknown attribute");
  expect(message).toContain("a password cannot stand in an address");
  expect(message).not.toContain("hunter2");
});

test("readConfiguration() wants a plugin that -m can run", () => {
  const withPlugin = oneRoot({ head: '<plugin name="command"><param prefix="/x"/></plugin>' });
  expect(problemsOf(() => readTexts([withPlugin], { module: "sokcet" }))).toBe(
    'Cannot use -m "sokcet": there is no <plugin name="sokcet"> with its settings.',
  );
});

test("readConfiguration() says that it was given nothing", () => {
  expect(problemsOf(() => readTexts([]))).toBe(
    "Cannot use the command line: neither a configuration file nor --watch DIR --to DEST is given.",
  );
});
