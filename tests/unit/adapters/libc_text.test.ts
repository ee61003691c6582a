import { expect, test } from "bun:test";
import { loadLibcText } from "../../../src/adapters/load_libc.ts";

const libc = await loadLibcText();

test("libcText.compileExpression() matches as POSIX extended expressions do, byte by byte", () => {
  const matches = libc.compileExpression("^\\./[[:alpha:]]+\\.txt$", false)!;
  expect([matches("./abc.txt"), matches("./ab1.txt"), matches("x./abc.txt")]).toEqual([true, false, false]);
  expect(libc.compileExpression("JPG$", true)!("a.jpg")).toBe(true);
  expect(libc.compileExpression("^.$", false)!("\xff")).toBe(true);
  expect(libc.compileExpression("(", false)).toBeNull();
});

test("libcText.formatTime() writes local time as strftime does, null where nothing comes of it", () => {
  const date = new Date(2026, 10, 20, 9, 5, 7);
  expect(libc.formatTime("%Y-%m-%d %H:%M:%S %j %%", date.getTime() / 1000)).toBe("2026-11-20 09:05:07 324 %");
  expect(libc.formatTime("", 0)).toBeNull();
});

test("libcText.errorText() gives the system's words, and an unknown code as it is", () => {
  expect([libc.errorText("ENOENT"), libc.errorText("EMADEUP")]).toEqual(["No such file or directory", "EMADEUP"]);
});
