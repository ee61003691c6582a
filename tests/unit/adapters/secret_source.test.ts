import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { readSecret } from "../../../src/adapters/secret_source.ts";
import { tempDir } from "../../support/temp_dir.ts";

/** Sets variables of the environment for a scope. */
function environment(values: Readonly<Record<string, string>>): Disposable {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return {
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    },
  };
}

test("readSecret() reads text, the environment, files and systemd's credentials, without blanks at the ends", async () => {
  await using dir = await tempDir();
  await writeFile(dir.at("key"), "  in-a-file\n");
  using _variables = environment({ TSSYNC_TEST_KEY: "in-the-environment", CREDENTIALS_DIRECTORY: dir.path });
  expect(readSecret({ from: "text", text: "inline" }, "it")).toBe("inline");
  expect(readSecret({ from: "environment", variable: "TSSYNC_TEST_KEY" }, "it")).toBe("in-the-environment");
  expect(readSecret({ from: "file", path: dir.at("key") }, "it")).toBe("in-a-file");
  expect(readSecret({ from: "file", path: "key" }, "it")).toBe("in-a-file");
});

test("readSecret() says what it could not read and where, never what is in it", async () => {
  await using dir = await tempDir();
  await writeFile(dir.at("empty"), "\n");
  await writeFile(dir.at("long"), `hunter2${"x".repeat(100_000)}`);
  const messages = [
    { from: "environment", variable: "TSSYNC_NOT_THERE" } as const,
    { from: "file", path: dir.at("missing") } as const,
    { from: "file", path: dir.at("empty") } as const,
    { from: "file", path: dir.at("long") } as const,
  ].map((source) => {
    try {
      return readSecret(source, "the key of the cache");
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(messages).toEqual([
    "Cannot read the key of the cache: the environment has no variable TSSYNC_NOT_THERE.",
    `Cannot read the key of the cache: ${dir.at("missing")}: ENOENT.`,
    `Cannot read the key of the cache: ${dir.at("empty")} is empty.`,
    `Cannot read the key of the cache: ${dir.at("long")} has 100007 characters, at most 65536 are taken.`,
  ]);
});
