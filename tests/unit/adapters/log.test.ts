import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { openLog, type ProcessLog } from "../../../src/adapters/log.ts";
import { tempDir } from "../../support/temp_dir.ts";

function linesOf(path: string): Record<string, unknown>[] {
  return readFileSync(path, "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** A process that runs `script` with `log` opened on its standard error. */
function logging(script: string) {
  const module = new URL("../../../src/adapters/log.ts", import.meta.url).href;
  const whole = `const { openLog } = await import(${JSON.stringify(module)});
    const log = openLog({ level: "info", format: "text" });
    ${script}`;
  return spawn(process.execPath, ["-e", whole], { stdio: ["ignore", "pipe", "pipe"] });
}

test("openLog() writes what is urgent enough to the file, readable for owner and group", async () => {
  await using dir = await tempDir();
  const file = dir.at("log");
  await using log = openLog({ level: "info", format: "json", file });
  log.write("debug", "too much");
  log.write("info", "started {root}", { root: "/data", level: "forged" });
  log.write("error", "broken");
  expect(linesOf(file)).toMatchObject([
    { level: "info", message: "started {root}", root: "/data" },
    { level: "error", message: "broken" },
  ]);
  expect(statSync(file).mode & 0o137).toBe(0);
});

test("openLog() appends to a file that is there", async () => {
  await using dir = await tempDir();
  const file = dir.at("log");
  for (const message of ["one", "two"]) {
    await using log = openLog({ level: "debug", format: "json", file });
    log.write("debug", message);
  }
  expect(linesOf(file).map((line) => line["message"])).toEqual(["one", "two"]);
});

test("openLog() throws when the file cannot be opened", () => {
  expect(() => openLog({ level: "info", format: "text", file: "/proc/no/such/file" })).toThrow("ENOENT");
});

test("reopen() goes on in a new file after a rotation", async () => {
  await using dir = await tempDir();
  const file = dir.at("log");
  await using log = openLog({ level: "info", format: "json", file });
  log.write("info", "before");
  renameSync(file, dir.at("log.1"));
  log.write("info", "still before");
  log.reopen();
  log.write("info", "after");
  expect(linesOf(dir.at("log.1")).map((line) => line["message"])).toEqual(["before", "still before"]);
  expect(linesOf(file).map((line) => line["message"])).toEqual(["after"]);
});

test("reopen() keeps the old file and says so when there can be no new one", async () => {
  await using dir = await tempDir();
  mkdirSync(dir.at("folder"));
  const file = dir.at("folder", "log");
  await using log = openLog({ level: "info", format: "json", file });
  renameSync(file, dir.at("moved"));
  rmSync(dir.at("folder"), { recursive: true });
  log.reopen();
  log.write("info", "after");
  expect(linesOf(dir.at("moved")).map((line) => line["message"])).toEqual([
    "Cannot open the log file again, going on with the old one",
    "after",
  ]);
});

const messagesOf = (path: string) => linesOf(path).map((line) => line["message"]);
/** Each line of `writeNumbers` is longer than half of it, so that every second line begins a file. */
const ROTATION = { rotateBytes: 200, keep: 2 };

function writeNumbers(log: ProcessLog, from: number, to: number): void {
  for (let number = from; number <= to; number++) log.write("info", String(number), { filler: "x".repeat(80) });
}

test("write() makes FILE.1 of a full file, keeps so many and loses no line", async () => {
  await using dir = await tempDir();
  const file = dir.at("log");
  for (const number of [2, 3, 4]) writeFileSync(`${file}.${number}`, "left by a larger keep");
  await using log = openLog({ level: "info", format: "json", file, rotation: ROTATION });
  writeNumbers(log, 1, 2);
  expect(existsSync(`${file}.1`)).toBe(false);
  writeNumbers(log, 3, 7);
  expect([file, `${file}.1`, `${file}.2`].map(messagesOf)).toEqual([["7"], ["5", "6"], ["3", "4"]]);
  expect(readdirSync(dir.path).toSorted()).toEqual(["log", "log.1", "log.2"]);
  expect(statSync(file).mode & 0o137).toBe(0);
});

test("write() rotates a file that was full before, and keeps none where none is wanted", async () => {
  await using dir = await tempDir();
  const file = dir.at("log");
  writeFileSync(file, "x".repeat(300));
  await using log = openLog({ level: "info", format: "json", file, rotation: { rotateBytes: 200, keep: 0 } });
  writeNumbers(log, 1, 1);
  expect(readdirSync(dir.path)).toEqual(["log"]);
  expect(messagesOf(file)).toEqual(["1"]);
});

test("write() leaves a file alone that logrotate has moved away, told or not", async () => {
  await using dir = await tempDir();
  const file = dir.at("log");
  await using log = openLog({ level: "info", format: "json", file, rotation: ROTATION });
  writeNumbers(log, 1, 2);
  renameSync(file, dir.at("log.1"));
  log.reopen();
  writeNumbers(log, 3, 4);
  // Moved, but nobody has told yet: the line that would rotate begins a new file.
  renameSync(file, dir.at("moved"));
  writeNumbers(log, 5, 5);
  expect(["log.1", "moved", "log"].map((name) => messagesOf(dir.at(name)))).toEqual([["1", "2"], ["3", "4"], ["5"]]);
});

test("write() goes on in the same file where it cannot be rotated, says so, and tries again", async () => {
  await using dir = await tempDir();
  const file = dir.at("log");
  mkdirSync(`${file}.1`); // A directory, which no file replaces.
  await using log = openLog({ level: "info", format: "json", file, rotation: { rotateBytes: 200, keep: 1 } });
  writeNumbers(log, 1, 3);
  expect(messagesOf(file)).toEqual(["1", "2", "Cannot rotate the log file, which goes on growing", "3"]);
  rmdirSync(`${file}.1`);
  writeNumbers(log, 4, 4);
  expect(messagesOf(file)).toEqual(["4"]);
});

test("write() counts what a full disk refuses, and tells once there is room", async () => {
  await using dir = await tempDir();
  const file = dir.at("log");
  symlinkSync("/dev/full", file);
  await using log = openLog({ level: "info", format: "json", file });
  log.write("info", "lost");
  log.write("info", "lost too");
  rmSync(file);
  log.reopen();
  log.write("info", "after");
  expect(linesOf(file)).toMatchObject([{ level: "warning", lost: 2 }, { message: "after" }]);
});

test("write() goes to standard error, whole and in order", async () => {
  const child = logging(`for (let i = 0; i < 5000; i++) log.write("info", "message " + i, { filler: "x".repeat(100) });
    await log[Symbol.asyncDispose]();
    process.exit(0);`);
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  await once(child, "close");
  const numbers = text.split("\n").filter((line) => line !== "").map((line) => line.match(/ message (\d+) /)?.[1]);
  expect(numbers.join()).toBe(Array.from({ length: 5000 }, (_, index) => index).join());
});

test("write() never waits for a reader of standard error, keeps a bound and tells what was lost", async () => {
  const child = logging(`for (let i = 0; i < 20000; i++) log.write("info", "message", { filler: "x".repeat(100) });
    console.log("went on");
    process.stdin.on("data", () => {});
    setTimeout(() => {}, 600_000);`);
  expect(String((await once(child.stdout, "data"))[0])).toBe("went on\n");
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
    if (/were lost/.test(text)) child.kill();
  });
  await once(child, "close");
  const lost = Number(text.match(/were lost: they could not be written lost=(\d+)/)?.[1]);
  const written = text.split("\n").filter((line) => line.includes(" message ")).length;
  expect(written + lost).toBe(20_000);
  expect(lost).toBeGreaterThan(0);
});

test("write() survives a standard error that nobody reads any more", async () => {
  const child = logging(`
    setInterval(() => log.write("info", "x".repeat(1000)), 1);
    setTimeout(() => { console.log("alive"); process.exit(0); }, 200);`);
  child.stderr.destroy();
  const [[output], [code]] = await Promise.all([once(child.stdout, "data"), once(child, "exit")]);
  expect(String(output)).toBe("alive\n");
  expect(code).toBe(0);
});

test("openLog() says the same warning ten times a minute at most, and then how many were left out", async () => {
  await using dir = await tempDir();
  const file = dir.at("log");
  await using log = openLog({ level: "info", format: "json", file });
  for (let count = 0; count < 50; count++) {
    log.write("warning", "the same");
    log.write("info", "one line for each batch");
    log.write("warning", `another ${count}`);
  }
  const messages = linesOf(file).map((line) => line["message"]);
  expect(messages.filter((message) => message === "the same").length).toBe(10);
  expect(messages.filter((message) => message === "one line for each batch").length).toBe(50);
  expect(messages.filter((message) => String(message).startsWith("another")).length).toBe(50);
});

for (const [told, redirected] of [[true, false], [true, true], [false, false]] as const) {
  const goes = told && !redirected;
  test(`openLog() ${goes ? "gives" : "gives no"} priorities where stderr ${goes ? "is" : "is not"} the journal's`, async () => {
    await using dir = await tempDir();
    const journal = openSync(dir.at("journal"), "w");
    const { dev, ino } = fstatSync(journal, { bigint: true });
    const stderr = redirected ? openSync(dir.at("elsewhere"), "w") : journal;
    const module = new URL("../../../src/adapters/log.ts", import.meta.url).href;
    const script = `const { openLog } = await import(${JSON.stringify(module)});
      const log = openLog({ level: "debug", format: "text" });
      for (const level of ["debug", "info", "warning", "error"]) log.write(level, "a " + level);`;
    const env = { ...process.env, ...(told ? { JOURNAL_STREAM: `${dev}:${ino}` } : {}) };
    await once(spawn(process.execPath, ["-e", script], { stdio: ["ignore", "ignore", stderr], env }), "close");
    const lines = readFileSync(dir.at(redirected ? "elsewhere" : "journal"), "utf8").trimEnd().split("\n");
    const prefixes = lines.map((line) => /^<\d>/.exec(line)?.[0] ?? "");
    expect(prefixes).toEqual(goes ? ["<7>", "<6>", "<4>", "<3>"] : ["", "", "", ""]);
  });
}
