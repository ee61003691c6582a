import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { failLogText, quoteForShell } from "../../../src/core/fail_log_text.ts";
import { tempDir } from "../../support/temp_dir.ts";

/** What a real shell makes of the words; none of them holds NUL. */
function shellWords(text: string): string[] {
  // The script comes on stdin: the words may be no UTF-8, which no argument of a process could be here.
  const { stdout } = spawnSync("sh", [], { input: Buffer.from(`printf '%s\\0' ${text}`, "latin1") });
  return stdout.toString("latin1").split("\0").slice(0, -1);
}

describe("quoteForShell()", () => {
  test("comes out of a real shell byte for byte, whatever it holds", () => {
    const word = fc.uint8Array({ maxLength: 30 }).map((bytes) =>
      String.fromCharCode(...bytes.filter((byte) => byte !== 0))
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        expect(shellWords(words.map(quoteForShell).join(" "))).toEqual(words);
      }),
      { numRuns: 50 },
    );
  });

  test("leaves plain words readable, and quotes what a shell would take for something else", () => {
    expect(["a/b-c_1.txt", "", "a b", "$(id)", "it's"].map(quoteForShell)).toEqual([
      "a/b-c_1.txt",
      "''",
      "'a b'",
      "'$(id)'",
      "'it'\\''s'",
    ]);
  });
});

describe("failLogText()", () => {
  const entry = {
    exitCode: 23,
    cwd: "/data",
    args: ["-a", "--from0", "--files-from=-", "./", "u@h::www/"],
    lines: ["/a b"],
  };

  test("has sersync's form: the status as wait gives it, the command, an empty line", () => {
    expect(failLogText([entry, { ...entry, exitCode: null }])).toBe(
      "#errno 5888\ncd /data && printf '%s\\0' '/a b' | rsync -a --from0 --files-from=- ./ u@h::www/\n\n" +
        "#errno -1\ncd /data && printf '%s\\0' '/a b' | rsync -a --from0 --files-from=- ./ u@h::www/\n\n",
    );
    expect(failLogText([])).toBe("");
  });

  test("is a script that sends exactly the name, and executes nothing of it", async () => {
    await using dir = await tempDir();
    const [source, target] = [dir.at("so urce'"), dir.at("target")];
    mkdirSync(source);
    mkdirSync(target);
    const name = "$(touch pwned) `touch pwned`; touch pwned # 'x' \"y\"\n-n";
    writeFileSync(`${source}/${name}`, "content");
    const script = failLogText([{
      exitCode: 23,
      cwd: source,
      args: ["-a", "-R", "--no-recursive", "--dirs", "--from0", "--files-from=-", "./", `${target}/`],
      lines: [`/${name}`],
    }]);
    execFileSync("sh", [], { input: script, cwd: dir.path });
    expect(readFileSync(`${target}/${name}`, "utf8")).toBe("content");
    expect(spawnSync("find", [dir.path, "-name", "pwned"], { encoding: "utf8" }).stdout).toBe("");
  });
});
