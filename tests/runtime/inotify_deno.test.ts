import { expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { INOTIFY_SCENARIOS } from "../contract/inotify_scenarios.ts";
import { isPossibleUnderDeno, REFUSED_PATHS } from "./inotify_under_deno.ts";

const PROJECT = resolve(import.meta.dirname, "../..");

test(
  "openInotifyFactory() under Deno reports what the kernel reports, refuses with the right codes and lets the process end",
  () => {
    const output = execFileSync(`${PROJECT}/node_modules/.bin/deno`, [
      "run",
      "-A",
      `--config=${PROJECT}/deno.json`,
      `${PROJECT}/tests/runtime/inotify_under_deno.ts`,
    ], { encoding: "utf8" });
    const possible = INOTIFY_SCENARIOS.filter(isPossibleUnderDeno);
    expect(JSON.parse(output)).toEqual({
      events: Object.fromEntries(possible.map(({ title, events }) => [title, [...events]])),
      refusals: ["gone ENOENT", "other ELOOP", "other ENAMETOOLONG", "other ENAMETOOLONG"].map((refusal, index) =>
        `${REFUSED_PATHS[index]!.slice(0, 10)}: ${refusal}`
      ),
    });
  },
  60_000,
);
