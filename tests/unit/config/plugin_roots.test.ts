import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { oneRoot, problemsOf, readTexts } from "../../support/configuration_text.ts";

function socket(name: string, watch: string): string {
  return `<plugin name="${name}" kind="socket"><localpath watch="${watch}"><deshost ip="10.0.0.1" port="8009"/></localpath></plugin>`;
}

const on = (name: string) => `<plugin start="true" name="${name}"/>`;

/** Each root with how many remotes it has. */
function rootsOf(text: string, module: string | null = null): string[] {
  return readTexts([text], { module }).configuration.roots.map(({ path, remotes }) => `${path} ${remotes.length}`);
}

test("pluginRoots() watches what no mirrored directory covers, for plugins that are on", () => {
  const head = socket("in", "/data/site") + socket("at", "/data/") + socket("above", "/") +
    socket("off", "/elsewhere") +
    socket("out", "/data0/htdocs") + socket("below", "/data0/htdocs/x") + socket("beside", "/database");
  const sersync = ["in", "at", "above", "out", "below", "beside"].map(on).join("");
  expect(rootsOf(oneRoot({ head, sersync }))).toEqual(["/data 1", "/database 0", "/data0/htdocs 0"]);
});

test("pluginRoots() with -m watches for that plugin alone, and mirrors nothing", () => {
  const head = socket("s", "/a") + socket("s", "/b/") + socket("t", "/c") + '<plugin name="command"/>';
  expect(rootsOf(oneRoot({ head }), "s")).toEqual(["/a 0", "/b 0"]);
  expect(rootsOf(oneRoot({ head }), "command")).toEqual(["/data 0"]);
  expect(rootsOf(`<head>${head}</head>`, "t")).toEqual(["/c 0"]);
  expect(problemsOf(() => rootsOf(`<head>${head}</head>`, "command"))).toContain(
    'no <localpath watch="…">: nothing to watch',
  );
  const { plugins } = readTexts([oneRoot({ head, sersync: on("t") })], { module: "s" }).configuration;
  expect(plugins.map(({ name, enabled, when }) => [name, enabled, when])).toEqual([
    ["s", true, "changed"],
    ["s", true, "changed"],
    ["t", false, "changed"],
    ["command", false, "changed"],
  ]);
});

test("docs/plugins.md shows a configuration that can be read, with every kind of plugin of sersync and a webhook", () => {
  const text = readFileSync(new URL("../../../docs/plugins.md", import.meta.url), "utf8");
  const { plugins } = readTexts([/```xml\n(.*?)```/s.exec(text)![1]!]).configuration;
  expect(plugins.map(({ settings, enabled }) => `${settings.kind} ${enabled}`)).toEqual([
    "command true",
    "socket true",
    "http true",
    "refreshCDN true",
    "webhook true",
  ]);
});
