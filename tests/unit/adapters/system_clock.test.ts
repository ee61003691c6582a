import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { SystemClock } from "../../../src/adapters/system_clock.ts";

test("after() does not keep the process alive", async () => {
  const module = new URL("../../../src/adapters/system_clock.ts", import.meta.url).href;
  const script = `const { SystemClock } = await import(${JSON.stringify(module)});
    new SystemClock().after(1e9, () => {});`;
  const child = spawn(process.execPath, ["-e", script], { stdio: "inherit" });
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("yield() lets pipes be read while a walk never stops", async () => {
  const clock = new SystemClock();
  const child = spawn("echo", ["hello"], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  while (output === "") await clock.yield();
  expect(output).toBe("hello\n");
});
