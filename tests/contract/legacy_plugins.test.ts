import { describe, expect, test } from "bun:test";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { openPluginFactory } from "../../src/adapters/plugin_factory.ts";
import type { RefreshCdnSettings } from "../../src/config/plugin_settings.ts";
import type { EventItem } from "../../src/core/event.ts";
import { type BytePath, textToBytePath, textToBytes } from "../../src/core/path.ts";
import { type PluginEvent, pluginEvent } from "../../src/core/plugin_event.ts";
import { eventItem } from "../support/event_item.ts";
import { httpAnswer, recordingServer } from "../support/recording_server.ts";
import { tempDir } from "../support/temp_dir.ts";
import { waitUntil } from "../support/wait_until.ts";
import { pluginConfiguration } from "./plugin_worlds.ts";

const SITE = textToBytePath("/data0/htdocs/cms.xoyo.com/site");
const SUCCEED = { kind: "http", answer: () => httpAnswer(200, { whatsup: 'content="succeed"' }) } as const;
const DELIVERED = { outcome: "delivered" };
const { signal } = new AbortController();

function eventOf(path: string, rootPath: BytePath, item: Partial<EventItem> = {}): PluginEvent {
  const block = {
    type: "tssync.file.synced_all",
    atMs: 0,
    root: "r",
    remote: null,
    batch: null,
    facts: {},
    epoch: "k3v9qx2a",
    firstSeq: 1,
    items: [eventItem(path, item)],
  } as const;
  return pluginEvent(block, 0, { node: "n", rootPath });
}

/** Names that a shell would take apart. */
const WILD_NAMES = [
  "sp ace;touch pwned1",
  "$(touch pwned2)`touch pwned3`",
  `'"\\ "'`,
  "new\nline && touch pwned4",
  "-rf",
  "ö",
  "\xff\xfe",
  "*?[a]",
];

describe("command:", () => {
  for (const name of WILD_NAMES) {
    test(`deliver() gives ${JSON.stringify(name)} as one argument and executes nothing`, async () => {
      await using dir = await tempDir();
      const program = dir.at("program");
      await writeFile(program, `#!/bin/sh\nfor word; do printf '%s\\0' "$word"; done > '${dir.at("words")}'\n`);
      await chmod(program, 0o755);
      const settings = {
        kind: "command",
        prefix: [program, "first word"],
        suffix: ["x", "y z"],
        ignoreError: true,
        includes: null,
      } as const;
      const [plugin] = await openPluginFactory().open(pluginConfiguration(settings));
      const [answer] = await plugin!.deliver([eventOf(textToBytesUnlessBytes(name), textToBytePath(dir.path))], signal);
      expect(answer).toMatchObject(DELIVERED);
      const words = (await readFile(dir.at("words"), "latin1")).split("\0").slice(0, -1);
      expect(words).toEqual(["first word", `${dir.path}/${textToBytesUnlessBytes(name)}`, "x", "y z"]);
      expect((await readdir(dir.path)).toSorted()).toEqual(["program", "words"]);
    });
  }

  test("wants() only what an include expression matches in full, by the absolute path", async () => {
    const includes = ["(.*)\\.php", "/data/only"];
    const settings = { kind: "command", prefix: ["/bin/true"], suffix: [], ignoreError: true, includes } as const;
    const [plugin] = await openPluginFactory().open(pluginConfiguration(settings));
    const wanted = ["a.php", "b/c.php", "a.php.bak", "only", "sub/only"].filter((path) =>
      plugin!.wants(eventOf(path, textToBytePath("/data")))
    );
    expect(wanted).toEqual(["a.php", "b/c.php", "only"]);
  });

  for (
    const [ignoreError, program, expected] of [
      [true, "/bin/false", { outcome: "delivered", message: "exit code 1" }],
      [false, "/bin/false", { outcome: "retry", message: "exit code 1" }],
      [false, "/bin/true", { outcome: "delivered", message: "exit code 0" }],
      [true, "/no/such/program", {
        outcome: "retry",
        message: expect.stringContaining("/no/such/program was not found"),
      }],
    ] as const
  ) {
    test(`deliver() with ignoreError=${ignoreError} and ${program}`, async () => {
      const settings = { kind: "command", prefix: [program], suffix: [], ignoreError, includes: null } as const;
      const [plugin] = await openPluginFactory().open(pluginConfiguration(settings));
      const [answer] = await plugin!.deliver([eventOf("a", textToBytePath("/"))], signal);
      expect(answer).toMatchObject(expected);
    });
  }
});

function textToBytesUnlessBytes(name: string): string {
  return name === "\xff\xfe" ? name : textToBytes(name);
}

describe("socket:", () => {
  for (const [path, item] of [["a.txt", {}], ["sub/sp ace;x\n", { operation: "delete" }], ["\xff", {}]] as const) {
    test(`deliver() sends the bytes of the absolute path of ${JSON.stringify(path)} and closes`, async () => {
      await using server = await recordingServer({ kind: "listen" });
      const receiver = { watch: SITE, host: "127.0.0.1", port: server.port, format: "path" } as const;
      const [plugin] = await openPluginFactory().open(pluginConfiguration({ kind: "socket", receivers: [receiver] }));
      expect(await plugin!.deliver([eventOf(path, SITE, item)], signal)).toMatchObject([DELIVERED]);
      await waitUntil("the end of the connection", () => server.received.length === 1);
      expect(server.received).toEqual([`${SITE}/${path}`]);
    });
  }

  test("deliver() sends the event as a line of JSON where that is asked for, to each receiver by itself", async () => {
    await using server = await recordingServer({ kind: "listen" });
    await using other = await recordingServer("down");
    const receivers = [server, other].map(({ port }) => (
      { watch: SITE, host: "127.0.0.1", port, format: "json" } as const
    ));
    const plugins = await openPluginFactory().open(pluginConfiguration({ kind: "socket", receivers }));
    expect(plugins.map(({ receiver }) => receiver)).toEqual([`127.0.0.1:${server.port}`, `127.0.0.1:${other.port}`]);
    const event = eventOf("a.txt", SITE);
    const answers = await Promise.all(plugins.map((plugin) => plugin.deliver([event], signal)));
    expect(answers.map(([answer]) => answer!.outcome)).toEqual(["delivered", "retry"]);
    await waitUntil("the end of the connection", () => server.received.length === 1);
    expect(server.received).toEqual([`${JSON.stringify(event.envelope)}\n`]);
  });
});

describe("refreshCDN:", () => {
  const settingsOf = (port: number, more: Partial<RefreshCdnSettings["receivers"][number]> = {}) => ({
    kind: "refreshCDN",
    receivers: [{
      watch: SITE,
      host: "127.0.0.1",
      port,
      username: "xxxx",
      password: "p&w d",
      base: "http://pic.xoyo.com/cms",
      match: null,
      ...more,
    }],
  } as const);

  const head = "HEAD /index.jsp?user=xxxx&pswd=p%26w%20d&ok=ok&";
  const tail = " HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n";
  const byExpression = { match: "cms.xoyo.com/site([/a-zA-Z0-9]*).xoyo.com/images" };
  for (
    const [path, item, more, expected] of [
      ["a/b.jpg", {}, {}, "urls=http://pic.xoyo.com/cms/a/b.jpg"],
      ["a", { kind: "directory", operation: "mkdir" }, {}, "dirs=http://pic.xoyo.com/cms/a/"],
      ["", { kind: "directory", reach: "subtree" }, {}, "dirs=http://pic.xoyo.com/cms/"],
      ["b c&d.txt", { operation: "delete" }, {}, "urls=http://pic.xoyo.com/cms/b%20c%26d.txt"],
      ["new\r\nline HTTP/1.1", {}, {}, "urls=http://pic.xoyo.com/cms/new%0D%0Aline%20HTTP/1.1"],
      ["jx3.xoyo.com/images/a/123.txt", {}, byExpression, "urls=http://pic.xoyo.com/cms/jx3/a/123.txt"],
      ["pic/x/img/a.jpg", {}, { match: "site([/a-zA-Z0-9]*)/img" }, "urls=http://pic.xoyo.com/cms/pic/x/a.jpg"],
    ] as const
  ) {
    test(`deliver() asks for ${JSON.stringify(path)} with exactly ${JSON.stringify(expected)}`, async () => {
      await using server = await recordingServer(SUCCEED);
      const [plugin] = await openPluginFactory().open(pluginConfiguration(settingsOf(server.port, more)));
      expect(await plugin!.deliver([eventOf(path, SITE, item)], signal)).toMatchObject([DELIVERED]);
      expect(server.received).toEqual([head + expected + tail]);
    });
  }

  test("wants() nothing that the expression does not match", async () => {
    const [plugin] = await openPluginFactory().open(pluginConfiguration(settingsOf(80, byExpression)));
    expect(["jx3.xoyo.com/images/a", "other/a"].map((path) => plugin!.wants(eventOf(path, SITE)))).toEqual([
      true,
      false,
    ]);
  });

  for (
    const [answer, outcome, message] of [
      [httpAnswer(200, { whatsup: 'content="succeed"' }), "delivered", "succeed"],
      [httpAnswer(200, {}, "<result><url>1</url><dir>0</dir></result>"), "delivered", "succeed"],
      [httpAnswer(200, {}, "<result>failed</result>"), "retry", "HTTP 200 without a result"],
      [httpAnswer(200, { whatsup: 'content="failed"' }), "retry", 'content="failed"'],
      [httpAnswer(200, { direxceed: "10" }), "retry", "the quota of directories is used up"],
      [httpAnswer(500), "retry", "HTTP 500"],
      ["", "retry", "no answer"],
      ["SSH-2.0-x\r\n", "retry", "the answer is not HTTP"],
    ] as const
  ) {
    test(`deliver() takes ${JSON.stringify(answer.slice(0, 70))} for ${outcome}`, async () => {
      await using server = await recordingServer({ kind: "http", answer: () => answer });
      const [plugin] = await openPluginFactory().open(pluginConfiguration(settingsOf(server.port)));
      expect(await plugin!.deliver([eventOf("a", SITE)], signal)).toMatchObject([
        { outcome, message: expect.stringContaining(message) },
      ]);
    });
  }
});

test("command, socket and http want every path, but not the root as a whole, which JSON can tell", async () => {
  const place = { watch: SITE, host: "127.0.0.1", port: 9 } as const;
  const wanted: string[] = [];
  for (
    const settings of [
      { kind: "command", prefix: ["/bin/true"], suffix: [], ignoreError: true, includes: null },
      { kind: "http", receivers: [{ watch: SITE, url: "http://127.0.0.1:9/" }] },
      { kind: "socket", receivers: [{ ...place, format: "path" }, { ...place, format: "json" }] },
    ] as const
  ) {
    for (const plugin of await openPluginFactory().open(pluginConfiguration(settings))) {
      for (
        const [path, item] of [["", { kind: "directory", reach: "subtree" }], ["d", { kind: "directory" }]] as const
      ) {
        if (plugin.wants(eventOf(path, SITE, item))) wanted.push(`${plugin.kind} "${path}"`);
      }
    }
  }
  expect(wanted).toEqual(['command "d"', 'http "d"', 'socket "d"', 'socket ""', 'socket "d"']);
});

describe("http:", () => {
  for (
    const [path, item, form] of [
      ["a/b.txt", {}, "isdir=0&inotifyPath=%2Fdata0%2Fhtdocs%2Fcms.xoyo.com%2Fsite%2Fa%2Fb.txt&mask=8"],
      [
        "b c&\n",
        { operation: "create" },
        "isdir=0&inotifyPath=%2Fdata0%2Fhtdocs%2Fcms.xoyo.com%2Fsite%2Fb%20c%26%0A&mask=256",
      ],
      ["x", { operation: "delete" }, "isdir=0&inotifyPath=%2Fdata0%2Fhtdocs%2Fcms.xoyo.com%2Fsite%2Fx&mask=576"],
      [
        "d",
        { operation: "mkdir", kind: "directory" },
        "isdir=1&inotifyPath=%2Fdata0%2Fhtdocs%2Fcms.xoyo.com%2Fsite%2Fd&mask=1073742080",
      ],
      [
        "d",
        { operation: "rmdir", kind: "directory" },
        "isdir=1&inotifyPath=%2Fdata0%2Fhtdocs%2Fcms.xoyo.com%2Fsite%2Fd&mask=1073742400",
      ],
    ] as const
  ) {
    test(`deliver() posts the form of ${JSON.stringify(path)}, ${JSON.stringify(item)}`, async () => {
      await using server = await recordingServer({ kind: "http", answer: () => httpAnswer(200) });
      const receivers = [{ watch: SITE, url: `http://127.0.0.1:${server.port}/changed?x=1` }];
      const [plugin] = await openPluginFactory().open(pluginConfiguration({ kind: "http", receivers }));
      expect(await plugin!.deliver([eventOf(path, SITE, item)], signal)).toMatchObject([DELIVERED]);
      const [received] = server.received;
      expect(received).toStartWith("POST /changed?x=1 HTTP/1.1\r\n");
      expect(received).toContain("\r\nContent-Type: application/x-www-form-urlencoded\r\n");
      expect(received).toEndWith(`\r\n\r\nwatchroot=%2Fdata0%2Fhtdocs%2Fcms.xoyo.com%2Fsite&${form}`);
    });
  }
});
