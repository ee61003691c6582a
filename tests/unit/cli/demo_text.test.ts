import { expect, test } from "bun:test";
import { changeText, emphasisFor, quoted, sceneText, tryText } from "../../../src/cli/demo_text.ts";

const SCENE = {
  source: "/tmp/it's/source",
  remotes: [
    { directory: "/tmp/it's/backup1", url: "rsync://127.0.0.1:1/backup1" },
    { directory: "/tmp/it's/backup2", url: "rsync://127.0.0.1:2/backup2" },
  ],
  api: { url: "http://127.0.0.1:8008", socket: "/tmp/it's/tssync.sock", tokenFile: "/tmp/it's/token" },
};
const plain = (text: string) => text;

test("quoted() makes one word of anything", () => {
  expect(quoted("/tmp/a-b_c.d")).toBe("/tmp/a-b_c.d");
  expect(quoted("a b")).toBe("'a b'");
  expect(quoted("it's $HOME")).toBe("'it'\\''s $HOME'");
  expect(quoted("")).toBe("''");
});

test("emphasisFor() gives bold text only to a terminal whose user has not asked for none", () => {
  expect(emphasisFor({ env: {} }, true)("a")).toBe("\x1b[1ma\x1b[0m");
  expect(emphasisFor({ env: {} }, false)("a")).toBe("a");
  expect(emphasisFor({ env: { NO_COLOR: "1" } }, true)("a")).toBe("a");
  expect(emphasisFor({ env: { NO_COLOR: "" } }, true)("a")).toBe("\x1b[1ma\x1b[0m");
  expect(emphasisFor({ env: { TERM: "dumb" } }, true)("a")).toBe("a");
});

test("sceneText() has one line for the source, each remote and the API, with nothing else in it", () => {
  const lines = sceneText(SCENE, plain).split("\n");
  const starting = (prefix: string) => lines.filter((line) => line.startsWith(prefix));
  expect(starting("source: ")).toEqual(["source: /tmp/it's/source"]);
  expect(starting("remote: ")).toEqual(["remote: /tmp/it's/backup1", "remote: /tmp/it's/backup2"]);
  expect(starting("api: ")).toEqual(["api: http://127.0.0.1:8008"]);
});

test("changeText() gives times as precise as they are", () => {
  const timeOf = (ms: number) => changeText("one file", ms).trim().replace(/^one file +/, "");
  expect([3.456, 12.3, 999.4, 1_234].map(timeOf)).toEqual(["3.5 ms", "12 ms", "999 ms", "1.23 s"]);
});

test("tryText() never prints the token, only where it stands", () => {
  const text = tryText(SCENE, ["/opt/tssync"], plain);
  expect(text).toContain(`"Authorization: Bearer $(cat '/tmp/it'\\''s/token')"`);
  expect(text).toContain("/opt/tssync status --api '/tmp/it'\\''s/tssync.sock'");
});
