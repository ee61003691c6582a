import { expect, test } from "bun:test";
import type { BytePath } from "../../../src/core/path.ts";
import type { RsyncFault } from "../../support/memory/memory_rsync.ts";
import { EngineUnderTest } from "./engine_under_test.ts";

const REFUSAL: RsyncFault = {
  kind: "exit",
  afterSteps: 0,
  exitCode: 2,
  stderr:
    "invalid file mode 00 for a/gone [Receiver]\nrsync error: protocol incompatibility (code 2) at flist.c(874)\n",
};

test("a remote that refuses names that are gone is no failing remote: they are deleted by rules from then on", async () => {
  const engine = new EngineUnderTest({
    faultFor: ({ args }) => args.includes("--delete-missing-args") && !args.includes("-n") ? REFUSAL : null,
  });
  for (const name of ["a/gone", "a/kept"]) engine.write(name);
  await engine.start();
  await engine.flush();
  engine.disk.unlink("/src/a/gone" as BytePath);
  engine.write("a/kept", "changed");
  await engine.until(() => engine.rsync.commands.some(({ args }) => args.includes("--include-from=-")));
  expect(engine.log.messages().filter((message) => message.includes("refuses names that are gone"))).toHaveLength(1);
  expect(engine.log.messages("error")).toEqual([]);
});
