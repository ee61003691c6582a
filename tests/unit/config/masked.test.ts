import { expect, test } from "bun:test";
import type { Configuration, PluginElement } from "../../../src/config/configuration.ts";
import { maskedConfiguration } from "../../../src/config/masked.ts";
import { oneRoot, readTexts } from "../../support/configuration_text.ts";

/** Every string in a value, names of fields left out. */
function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

function read(text: string): Configuration {
  return readTexts([text]).configuration;
}

function withPlugin(element: PluginElement): Configuration {
  return {
    ...read(oneRoot()),
    plugins: [{ name: "p", enabled: true, when: "all", settings: { kind: "cdn", caches: [] }, element }],
  };
}

test("maskedConfiguration() masks the password of a plugin and nothing else of it", () => {
  const configuration = read(
    `<head><sersync><localpath watch="/data"><remote ip="backup" name="www"/></localpath></sersync>
    <plugin name="refreshCDN"><localpath watch="/data"><cdninfo domainname="cdn.example" port="80" username="me"
    passwd="hunter2"/><sendurl base="http://www.example"/></localpath></plugin></head>`,
  );
  expect(stringsOf(configuration)).toContain("hunter2");
  const masked = maskedConfiguration(configuration);
  expect(stringsOf(masked).join("\n")).not.toContain("hunter2");
  expect(masked.plugins[0]?.element.children[0]?.children[0]?.attributes).toEqual({
    domainname: "cdn.example",
    port: "80",
    username: "me",
    passwd: "***",
  });
  expect(masked.roots).toEqual(configuration.roots);
});

for (
  const [name, text, masked] of [
    ["endpoint", "http://me:hunter2@cache:6081/x", "http://***@cache:6081/x"],
    ["endpoint", "http://hunter2@cache", "http://***@cache"],
    ["url", "https://h/hook?id=1&token=hunter2&x=2", "https://h/hook?id=1&token=***&x=2"],
    ["prefix", "/opt/purge --password=hunter2 -v", "/opt/purge --password=*** -v"],
    ["prefix", "/opt/purge --api-key 'hunter2 x' -v", "/opt/purge --api-key *** -v"],
    ["prefix", "curl -H 'Authorization: Bearer hunter2' x", "curl -H 'Authorization: Bearer ***' x"],
    ["prefix", "SECRET_TOKEN=hunter2 /opt/x", "SECRET_TOKEN=*** /opt/x"],
    ["prefix", "sshpass -v -p hunter2 ssh h", "sshpass -v -p *** ssh h"],
    ["clientSecret", "hunter2", "***"],
    ["accessKey", "hunter2", "***"],
    ["token", "hunter2", "***"],
    ["passwordfile", "/etc/rsync.pass", "/etc/rsync.pass"],
    ["prefix", "/opt/passport --watch key.txt", "/opt/passport --watch key.txt"],
    ["endpoint", "http://cache:6081", "http://cache:6081"],
  ] as const
) {
  test(`maskedConfiguration() shows the attribute ${name}="${text}" as "${masked}"`, () => {
    const element = { name: "x", attributes: { [name]: text }, children: [] };
    expect(maskedConfiguration(withPlugin(element)).plugins[0]?.element.attributes).toEqual({ [name]: masked });
  });
}

test("maskedConfiguration() masks what options of rsync and ssh may hold", () => {
  const [root] = read(oneRoot()).roots;
  const remote = {
    ...root!.remotes[0]!,
    destination: {
      kind: "ssh",
      host: "h",
      port: null,
      user: "me",
      identityFile: "/k",
      options: ["-o", "ProxyCommand=sshpass -phunter2 ssh h", "-v"],
      path: "/d",
    } as const,
    params: ["-az", "--password-file=/etc/pass", "--token", "hunter2", "--exclude=pass"],
  };
  const configuration = { ...read(oneRoot()), roots: [{ ...root!, remotes: [remote] }] };
  const [masked] = maskedConfiguration(configuration).roots[0]!.remotes;
  expect(masked).toEqual({
    ...remote,
    destination: { ...remote.destination, options: ["-o", "ProxyCommand=sshpass -p*** ssh h", "-v"] },
    params: ["-az", "--password-file=/etc/pass", "--token", "***", "--exclude=pass"],
  });
});
