import { expect, test } from "bun:test";
import type { Configuration, RootConfiguration } from "../../../src/config/configuration.ts";
import { configurationDifference, isUnchanged } from "../../../src/config/configuration_difference.ts";
import { differenceText } from "../../../src/config/difference_text.ts";
import { readTexts } from "../../support/configuration_text.ts";

const text = (body: string, rest = "") =>
  `<head version="2.5">${rest}<sersync>${body}<rsync><commonParams params="-az"/></rsync><failLog path=""/></sersync></head>`;

const read = (body: string, rest = ""): Configuration => readTexts([text(body, rest)]).configuration;

const WWW = '<localpath watch="/data/www"><remote ip="a" name="m"/><remote ip="b" name="m"/></localpath>';
const IMG = '<localpath watch="/data/img"><remote ip="a" name="i"/></localpath>';

const between = (one: Configuration, other: Configuration) => {
  const difference = configurationDifference(one, other);
  return { difference, text: differenceText(difference) };
};

test("configurationDifference() finds nothing between two readings of the same file", () => {
  const { difference, text: sentence } = between(read(WWW + IMG), read(WWW + IMG));
  expect(isUnchanged(difference)).toBe(true);
  expect(sentence).toBe("nothing changed");
});

test("configurationDifference() names roots that came and went", () => {
  expect(between(read(WWW), read(WWW + IMG)).difference.roots).toEqual({ added: ["img"], removed: [], changed: [] });
  expect(between(read(WWW + IMG), read(IMG)).difference.roots).toEqual({ added: [], removed: ["www"], changed: [] });
});

test("configurationDifference() names remotes that came and went, and leaves the others alone", () => {
  const other = '<localpath watch="/data/www"><remote ip="b" name="m"/><remote ip="c" name="m"/></localpath>';
  const { difference, text: sentence } = between(read(WWW), read(other));
  expect(difference.roots.changed).toEqual([{
    id: "www",
    changes: [],
    isAnew: false,
    isReevaluated: false,
    remotes: { added: ["c::m"], removed: ["a::m"], changed: [] },
  }]);
  expect(sentence).toBe("root www: remote c::m added, remote a::m removed");
});

const ONE = '<localpath id="www" watch="/data/www"><remote id="r" ip="a" name="m"/></localpath>';

for (
  const [what, body, rest, expected] of [
    ["another filter", ONE, '<filter start="true"><exclude expression="x"/></filter>', {
      changes: ["excludes"],
      isAnew: false,
      isReevaluated: true,
    }],
    ["another switch", ONE, '<inotify><attrib start="true"/></inotify>', {
      changes: ["switches"],
      isAnew: false,
      isReevaluated: true,
    }],
    ["another directory", ONE.replace("/data/www", "/srv/www"), "", { changes: ["path"], isAnew: true }],
    ["another watcher", ONE.replace("<localpath", '<localpath watcher="poll"'), "", { isAnew: true }],
    ["another limit", ONE.replace("<localpath", '<localpath maxDelete="5"'), "", {
      changes: ["maxDelete"],
      isAnew: false,
      isReevaluated: false,
    }],
  ] as const
) {
  test(`configurationDifference() says what follows from ${what}`, () => {
    expect(between(read(ONE), read(body, rest)).difference.roots.changed).toMatchObject([expected]);
  });
}

for (
  const [what, remote, expected] of [
    ["another host", '<remote id="r" ip="b" name="m"/>', { changes: ["destination"], isAnew: true }],
    ["another port", '<remote id="r" ip="a" name="m" port="874"/>', { isAnew: true }],
    ["another user", '<remote id="r" ip="a" name="m" user="bob"/>', { changes: ["destination"], isAnew: false }],
    ["other options", '<remote id="r" ip="a" name="m" params="-aH"/>', {
      changes: ["params"],
      isAnew: false,
      isReevaluated: true,
    }],
    ["a warm sender", '<remote id="r" ip="a" name="m" warm="off"/>', { changes: ["warm"], isReevaluated: false }],
  ] as const
) {
  test(`configurationDifference() says what follows from ${what} of a remote`, () => {
    const after = read(ONE.replace(/<remote .*?\/>/, remote));
    const [root] = between(read(ONE), after).difference.roots.changed;
    expect(root?.remotes.changed).toMatchObject([expected]);
    expect(root?.isAnew).toBe(false);
  });
}

test("configurationDifference() tells apart what is taken over and what needs a restart", () => {
  const before = read(ONE, '<host hostip="localhost" port="8008"/>');
  const after = readTexts([
    text(ONE, '<host hostip="localhost" port="8009"/>').replace('path=""', 'path="/tmp/x.sh"'),
  ]).configuration;
  const { difference, text: sentence } = between(before, after);
  expect(difference).toMatchObject({ settings: ["failLog"], needsRestart: ["listen"] });
  expect(sentence).toBe("changed: failLog; counts only after a restart: listen");
});

const [PLUGIN_READ] = readTexts([
  text(ONE, '<plugin name="command"><param prefix="/bin/true"/></plugin>'),
]).configuration.plugins;
const PLUGIN = { when: PLUGIN_READ!.when, settings: PLUGIN_READ!.settings };

test("configurationDifference() names plugins that came, went or changed", () => {
  const plugins = (...given: readonly (readonly [name: string, prefix: string])[]): Configuration => ({
    ...read(ONE),
    plugins: given.map(([name, prefix]) => ({
      ...{ name, enabled: true, element: { name: "plugin", attributes: { prefix }, children: [] } },
      ...PLUGIN,
    })),
  });
  // Several blocks of one name are told as one.
  const one = plugins(["a", "1"], ["b", "1"], ["b", "2"], ["d", "1"], ["d", "2"]);
  const other = plugins(["b", "1"], ["b", "3"], ["c", "1"], ["d", "1"], ["d", "2"]);
  expect(between(one, other).difference.plugins).toEqual({ added: ["c"], removed: ["a"], changed: ["b"] });
});

test("configurationDifference() sees every field of a root", () => {
  const [root] = read(ONE).roots as [RootConfiguration];
  for (const key of Object.keys(root) as (keyof RootConfiguration)[]) {
    if (key === "id" || key === "remotes") continue;
    const changed = { ...root, [key]: { another: "value" } } as unknown as RootConfiguration;
    const [difference] = configurationDifference({ ...read(ONE) }, { ...read(ONE), roots: [changed] }).roots.changed;
    expect(difference?.changes).toEqual([key]);
  }
});
