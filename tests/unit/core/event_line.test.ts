import { expect, test } from "bun:test";
import { compileFormat, csvLine, plainLine } from "../../../src/core/event_line.ts";
import { IN } from "../../../src/core/inotify_event.ts";

const EVENT = { watched: "dir/", name: "a b", mask: IN.CREATE | IN.ISDIR, cookie: 0x1f };
const noTime = () => null;

test("plainLine() separates the watched name, the events and the file by blanks", () => {
  expect(plainLine(EVENT)).toBe("dir/ CREATE,ISDIR a b\n");
});

test("csvLine() quotes what holds a quote, a comma, a newline or a blank at either end", () => {
  expect(csvLine(EVENT)).toBe('dir/,"CREATE,ISDIR",a b\n');
  expect(csvLine({ ...EVENT, mask: IN.CREATE, name: 'x"y' })).toBe('dir/,CREATE,"x""y"\n');
  expect(csvLine({ ...EVENT, mask: IN.CREATE, name: " x" })).toBe('dir/,CREATE," x"\n');
  expect(csvLine({ ...EVENT, watched: "", name: "" })).toBe('"CREATE,ISDIR",\n');
});

test("compileFormat() knows every directive and leaves the rest as it is", () => {
  const format = compileFormat("%w|%f|%e|%;e|%c|%%|%0|%n|%x|%T");
  expect(format(EVENT, () => "now")).toBe("dir/|a b|CREATE,ISDIR|CREATE;ISDIR|1f|%|\0|\n|%x|now");
});

test("compileFormat() gives nothing where the time cannot be written or a percent sign stands alone at the end", () => {
  expect(compileFormat("%f %T")(EVENT, noTime)).toBe("");
  expect(compileFormat("%f %")(EVENT, noTime)).toBe("");
});
