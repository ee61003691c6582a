import { expect, test } from "bun:test";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { readOrMakeToken } from "../../../src/cli/token_file.ts";
import { tempDir } from "../../support/temp_dir.ts";

test("readOrMakeToken() makes a long random token, mode 0600, and gives the same one later", async () => {
  await using dir = await tempDir();
  const token = readOrMakeToken(dir.at("token"));
  expect(token).toMatch(/^tssync_[\w-]{43}$/);
  expect((await stat(dir.at("token"))).mode & 0o777).toBe(0o600);
  expect(await readFile(dir.at("token"), "utf8")).toBe(`${token}\n`);
  expect(readOrMakeToken(dir.at("token"))).toBe(token);
  expect(readOrMakeToken(dir.at("other"))).not.toBe(token);
});

test("readOrMakeToken() closes a file that others may read", async () => {
  await using dir = await tempDir();
  await writeFile(dir.at("token"), "a-token-that-somebody-wrote\n");
  await chmod(dir.at("token"), 0o644);
  expect(readOrMakeToken(dir.at("token"))).toBe("a-token-that-somebody-wrote");
  expect((await stat(dir.at("token"))).mode & 0o777).toBe(0o600);
});

for (const content of ["", "\n", "short", "two words that are long enough", "é".repeat(30)]) {
  test(`readOrMakeToken() refuses a file that holds ${JSON.stringify(content.slice(0, 9))}`, async () => {
    await using dir = await tempDir();
    await writeFile(dir.at("token"), content);
    expect(() => readOrMakeToken(dir.at("token"))).toThrow("holds no token");
  });
}

test("readOrMakeToken() says which file it could not make", async () => {
  await using dir = await tempDir();
  expect(() => readOrMakeToken(dir.at("missing", "token"))).toThrow(dir.at("missing", "token"));
});
