import { chmod, readFile, writeFile } from "node:fs/promises";
import { openPluginFactory } from "../../src/adapters/plugin_factory.ts";
import type { CacheSettings } from "../../src/config/cdn_settings.ts";
import type { PluginConfiguration } from "../../src/config/configuration.ts";
import type { PluginKind, PluginSettings } from "../../src/config/plugin_settings.ts";
import { textToBytePath } from "../../src/core/path.ts";
import type { Plugin } from "../../src/ports.ts";
import { type Behaviour, httpAnswer, recordingServer } from "../support/recording_server.ts";
import { tempDir } from "../support/temp_dir.ts";
import { vendorServer } from "../support/vendors/vendor_server.ts";

/** One plugin with the thing it talks to. */
export type PluginUnderTest = AsyncDisposable & {
  readonly plugin: Plugin;
  /** From now on the receiver takes everything, refuses everything in a way that may pass, or never answers. */
  behave(how: "accept" | "refuse" | "hang"): Promise<void>;
  /** What arrived, in any form that holds the name of the file. */
  received(): Promise<readonly string[]>;
  /** What must not be shown. */
  readonly secrets: readonly string[];
};

/** The directory whose files the events are about. */
export const WATCH = textToBytePath("/data");

export function pluginConfiguration(settings: PluginSettings, name: string = settings.kind): PluginConfiguration {
  const element = { name: "plugin", attributes: { name }, children: [] };
  return { name, enabled: true, when: "all", settings, element };
}

/** How each kind of plugin is put to the test. A new kind has its row here, and `plugin.test.ts` runs the whole suite on it. */
export const PLUGIN_WORLDS: { readonly [K in PluginKind]: () => Promise<PluginUnderTest> } = {
  command: commandWorld,
  socket: () =>
    serverWorld({
      accept: { kind: "listen" },
      refuse: "down",
      hang: { kind: "listen" },
      settings: (port) => ({
        kind: "socket",
        receivers: [{ watch: WATCH, host: "127.0.0.1", port, format: "path" }],
      }),
    }),
  http: () =>
    serverWorld({
      accept: { kind: "http", answer: () => httpAnswer(200) },
      refuse: { kind: "http", answer: () => httpAnswer(503) },
      hang: { kind: "http", answer: () => null },
      settings: (port) => ({
        kind: "http",
        receivers: [{ watch: WATCH, url: `http://me:${SECRET}@127.0.0.1:${port}/changed?token=${SECRET}` }],
      }),
    }),
  refreshCDN: () =>
    serverWorld({
      accept: { kind: "http", answer: () => httpAnswer(200, { whatsup: 'content="succeed"' }) },
      refuse: { kind: "http", answer: () => httpAnswer(200, { urlexceed: "3000" }) },
      hang: { kind: "http", answer: () => null },
      settings: (port) => ({
        kind: "refreshCDN",
        receivers: [{
          watch: WATCH,
          host: "127.0.0.1",
          port,
          username: "me",
          password: SECRET,
          base: "http://www.example.com/cms",
          match: null,
        }],
      }),
    }),
  cdn: cdnWorld,
  webhook: () =>
    serverWorld({
      accept: { kind: "http", answer: () => httpAnswer(204) },
      refuse: { kind: "http", answer: () => httpAnswer(500, {}, SECRET) },
      hang: { kind: "http", answer: () => null },
      settings: (port) => ({
        kind: "webhook",
        url: `http://127.0.0.1:${port}/${SECRET}?token=${SECRET}`,
        types: [],
        roots: [],
        secret: { from: "text", text: `whsec_${btoa(SECRET.repeat(5))}` },
        previous: null,
        batchMax: 1,
        batchWaitMs: 0,
      }),
    }),
};

async function commandWorld(): Promise<PluginUnderTest> {
  const dir = await tempDir();
  const program = dir.at("program");
  const behaviours = {
    accept: `printf '%s\\n' "$1" >> '${dir.at("received")}'`,
    refuse: "echo 'cannot now' >&2; exit 3",
    hang: "exec sleep 600",
  };
  const behave = async (how: keyof typeof behaviours) => {
    // A new file each time: one that is being run cannot be written.
    await writeFile(`${program}.new`, `#!/bin/sh\n${behaviours[how]}\n`);
    await chmod(`${program}.new`, 0o755);
    await writeFile(program, `#!/bin/sh\nexec /bin/sh '${program}.new' "$@"\n`);
    await chmod(program, 0o755);
  };
  await behave("accept");
  const settings = { kind: "command", prefix: [program], suffix: [], ignoreError: false, includes: null } as const;
  const [plugin] = await openPluginFactory().open(pluginConfiguration(settings));
  return {
    plugin: plugin!,
    behave,
    received: () => readFile(dir.at("received"), "utf8").then((text) => text.trimEnd().split("\n"), () => []),
    secrets: [],
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

const SECRET = "hunter2";

type ServerWorld = {
  readonly accept: Behaviour;
  readonly refuse: Behaviour;
  readonly hang: Behaviour;
  readonly settings: (port: number) => PluginSettings;
};

async function serverWorld({ settings, ...behaviours }: ServerWorld): Promise<PluginUnderTest> {
  const server = await recordingServer(behaviours.accept);
  const factory = openPluginFactory({ webhookAllow: () => ["127.0.0.0/8"] });
  const [plugin] = await factory.open(pluginConfiguration(settings(server.port)));
  return {
    plugin: plugin!,
    behave: (how) => server.behave(behaviours[how]),
    received: async () => server.received.map((bytes) => decodeURIComponent(bytes)),
    secrets: [SECRET],
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function cdnWorld(): Promise<PluginUnderTest> {
  let behaviour: "accept" | "refuse" | "hang" = "accept";
  const answers = { accept: { status: 200 }, refuse: { status: 503 }, hang: null };
  const server = await vendorServer(() => answers[behaviour]);
  const secret = "the-key-of-the-test";
  const dir = await tempDir();
  await writeFile(dir.at("key"), secret, { mode: 0o600 });
  const cache: CacheSettings = {
    provider: "bunny",
    endpoint: server.endpoint,
    zone: "",
    network: "",
    soft: false,
    credentials: { from: "file", path: dir.at("key") },
    urls: { watch: WATCH, base: "http://www.example.com", match: null, indexNames: [] },
    windowMs: 0,
    itemsMax: null,
    requestsPerSecond: null,
    urlsPerDay: null,
    directoriesPerDay: null,
    collapseAbove: null,
  };
  const [plugin] = await openPluginFactory().open(pluginConfiguration({ kind: "cdn", caches: [cache] }, "edge"));
  return {
    plugin: plugin!,
    behave: (how) => Promise.resolve(void (behaviour = how)),
    received: () => Promise.resolve(server.requests.map(({ target }) => decodeURIComponent(target))),
    secrets: [secret],
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}
