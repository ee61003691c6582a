import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { CACHE_EXAMPLES, configurationDocument, REMOTE_EXAMPLES } from "../../../src/config/document.ts";
import { HEAD } from "../../../src/config/schema.ts";
import { PLUGIN_KINDS } from "../../../src/config/schema_plugin.ts";
import type { ElementRule } from "../../../src/config/schema_rule.ts";
import { readTexts } from "../../support/configuration_text.ts";

function allRules(name: string, rule: ElementRule): readonly (readonly [string, ElementRule])[] {
  return [[name, rule], ...Object.entries(rule.children).flatMap(([child, childRule]) => allRules(child, childRule))];
}

const rules = [
  ...allRules("head", HEAD),
  ...Object.values(PLUGIN_KINDS).flatMap((children) =>
    Object.entries(children).flatMap(([name, rule]) => allRules(name, rule))
  ),
];

test("configurationDocument() is what docs/configuration.md holds; run `bun run docs` after a change", () => {
  const written = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");
  expect(written).toBe(configurationDocument());
});

test("configurationDocument() names every element and attribute", () => {
  const text = configurationDocument();
  expect(rules.length).toBeGreaterThan(40);
  for (const [name, rule] of rules) {
    expect(text).toContain(`\`<${name}>\``);
    for (const attribute of Object.keys(rule.attributes)) expect(text).toContain(`| \`${attribute}\` |`);
  }
});

test("configurationDocument() gives examples and defaults that the schema accepts", () => {
  let checked = 0;
  for (const [name, rule] of rules) {
    for (const [attribute, { value, example, default: byDefault }] of Object.entries(rule.attributes)) {
      expect([name, attribute, value.schema.safeParse(example).success]).toEqual([name, attribute, true]);
      if (byDefault !== null) {
        expect([name, attribute, value.schema.safeParse(byDefault).success]).toEqual([name, attribute, true]);
      }
      checked++;
    }
  }
  expect(checked).toBeGreaterThan(60);
});

test("configurationDocument() shows remotes and a smallest file that can be read", () => {
  const smallest = /```xml\n(.*?)```/s.exec(configurationDocument())?.[1] ?? "";
  expect(readTexts([smallest]).configuration.roots).toHaveLength(1);
  const withRemotes = smallest.replace(/<remote[^>]*\/>/, REMOTE_EXAMPLES.join(""));
  const remotes = readTexts([withRemotes]).configuration.roots[0]?.remotes;
  expect(remotes?.map(({ destination }) => destination.kind)).toEqual(["daemon", "ssh", "local"]);
});

test("configurationDocument() shows caches that can be read", () => {
  const smallest = /```xml\n(.*?)```/s.exec(configurationDocument())?.[1] ?? "";
  const block = `<plugin name="edge"><localpath watch="/data">${CACHE_EXAMPLES.join("")}</localpath></plugin></head>`;
  const { plugins } = readTexts([smallest.replace("</head>", block)]).configuration;
  const settings = plugins.map((plugin) => plugin.settings.kind === "cdn" ? plugin.settings.caches : []).flat();
  expect(settings.map(({ provider }) => provider)).toEqual(["varnish", "cloudflare"]);
});
