import { afterEach, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { readCredentials } from "../../../src/adapters/cdn_credentials.ts";
import type { CredentialSource } from "../../../src/config/cdn_settings.ts";
import { providerFacts } from "../../../src/core/cdn_provider.ts";
import { tempDir } from "../../support/temp_dir.ts";

const NAMES = ["EDGE_TENCENTCLOUD_SECRET_ID", "EDGE_TENCENTCLOUD_SECRET_KEY", "CREDENTIALS_DIRECTORY"];

afterEach(() => {
  for (const name of NAMES) delete process.env[name];
});

function messageOf(provider: "tencent" | "bunny", source: CredentialSource): string {
  try {
    readCredentials(providerFacts(provider), source);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

test("readCredentials() reads the environment behind a prefix, and names what is missing", () => {
  process.env["EDGE_TENCENTCLOUD_SECRET_ID"] = "id";
  const source = { from: "environment", prefix: "EDGE_" } as const;
  expect(messageOf("tencent", source)).toContain("holds no EDGE_TENCENTCLOUD_SECRET_KEY.");
  process.env["EDGE_TENCENTCLOUD_SECRET_KEY"] = " key\n";
  expect(readCredentials(providerFacts("tencent"), source)).toEqual({
    TENCENTCLOUD_SECRET_ID: "id",
    TENCENTCLOUD_SECRET_KEY: "key",
  });
});

test("readCredentials() reads a file, and what systemd put in its directory", async () => {
  await using dir = await tempDir();
  await writeFile(dir.at("tencent"), "# mine\n\nTENCENTCLOUD_SECRET_ID=id\nTENCENTCLOUD_SECRET_KEY=k=e/y\nOTHER=1\n");
  await writeFile(dir.at("bunny"), "lone-secret==\n");
  const wanted = { TENCENTCLOUD_SECRET_ID: "id", TENCENTCLOUD_SECRET_KEY: "k=e/y" };
  expect(readCredentials(providerFacts("tencent"), { from: "file", path: dir.at("tencent") })).toEqual(wanted);
  process.env["CREDENTIALS_DIRECTORY"] = dir.path;
  expect(readCredentials(providerFacts("tencent"), { from: "file", path: "tencent" })).toEqual(wanted);
  expect(readCredentials(providerFacts("bunny"), { from: "file", path: "bunny" })).toEqual({
    BUNNY_API_KEY: "lone-secret==",
  });
});

test("readCredentials() says where it looked, and nothing of what it found", async () => {
  await using dir = await tempDir();
  await writeFile(dir.at("wrong"), "SOMETHING_ELSE=s3cr3t\nAND=more\n");
  const message = messageOf("tencent", { from: "file", path: dir.at("wrong") });
  expect(message).toContain(dir.at("wrong"));
  expect(message).toContain("TENCENTCLOUD_SECRET_ID=…, TENCENTCLOUD_SECRET_KEY=…");
  expect(message).not.toContain("s3cr3t");
  expect(messageOf("bunny", { from: "file", path: dir.at("nothing") })).toContain(dir.at("nothing"));
});

test("readCredentials() asks a cache of one's own for none", () => {
  expect(readCredentials(providerFacts("varnish"), { from: "file", path: "/nowhere" })).toEqual({});
});
