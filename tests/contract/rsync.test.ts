import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RelPath } from "../../src/core/path.ts";
import { pathToBytes } from "../../src/core/path.ts";
import { auditArguments, flatArguments, rootAttributesArguments, treeArguments } from "../../src/core/rsync_command.ts";
import { refusesMissing } from "../../src/core/rsync_outcome.ts";
import { hidesDeletes } from "../support/rsync_defects.ts";
import { CALL, RSYNC_CASES, type RsyncCase } from "./rsync_cases.ts";
import {
  buildSamples,
  memoryWorld,
  type Reach,
  realWorld,
  type RsyncPlace,
  type RsyncWorld,
  treeLines,
} from "./rsync_worlds.ts";

/** All that can be seen of a run. */
type Observed = {
  readonly exitCode: number | null;
  /** Sorted: the real one works on several entries at a time. */
  readonly output: readonly string[];
  readonly errors: readonly string[];
  readonly source: readonly string[];
  readonly target: readonly string[];
};

/** Null where the world cannot play the case. */
async function observe(world: RsyncWorld, example: RsyncCase, name: string): Promise<Observed[] | null> {
  const place = world.place(name);
  buildSamples(place.disk, place.source, example.source ?? {});
  buildSamples(place.disk, place.target, example.target ?? {});
  for (const path of example.refused ?? []) if (!place.refuse(path as RelPath)) return null;
  const args = argumentsOf(example, place);
  const list = pathToBytes((example.list ?? []).map((entry) => `${entry}\0`).join(""));
  // What would be done, what is done, and what would still be to do.
  const observed: Observed[] = [];
  for (const form of [auditArguments(args), args, auditArguments(args)]) {
    const one = await run(place, form, list);
    // What this machine's rsync does by mistake, its twin does not.
    if (refusesMissing(one.errors.join("\n"))) return null;
    const output = example.withoutCounts
      ? one.output.filter((line) => !/^(Number of files|Total file size): /.test(line))
      : one.output;
    observed.push({ ...one, output });
  }
  return observed;
}

function argumentsOf(example: RsyncCase, place: RsyncPlace): string[] {
  const options = { ...CALL, ...example.options, target: place.address };
  switch (example.form) {
    case "flat":
      return flatArguments({ content: false, ...options });
    case "tree":
      return treeArguments({ checksum: false, excludePatterns: [], ...options });
    case "root":
      return rootAttributesArguments(options);
  }
}

async function run(place: RsyncPlace, args: readonly string[], list: Uint8Array): Promise<Observed> {
  const running = place.runner.start({ args, cwd: place.source, env: place.env }, { collectOutput: true });
  running.send(list);
  const end = await place.until(running.ended);
  expect(end).toMatchObject({ signal: null, startError: null });
  return {
    exitCode: end.exitCode,
    output: plainLines(end.output, place).filter((line) => !CHANCE.test(line) && !isHidden(line, place)),
    errors: plainLines(end.stderr, place),
    source: treeLines(place.disk, place.source),
    target: treeLines(place.disk, place.target),
  };
}

/** Bytes on the wire and times. */
const CHANCE = /^(sent|total size is|Total transferred|Literal data|Matched data|File list|Total bytes) ?/;

const HIDES_DELETES = hidesDeletes();

function isHidden(line: string, { address }: RsyncPlace): boolean {
  return HIDES_DELETES && address.kind === "daemon" && line.startsWith("Number of deleted files: ");
}

/** Without what is chance: places, temporary names, where in its source rsync was. */
function plainLines(text: string, { source, target, address }: RsyncPlace): string[] {
  const prefixes = [`${source}/`, `${target}/`, ...(address.kind === "daemon" ? [`/${address.path}/`] : [])];
  return text.split("\n").filter((line) => line !== "").map((line) =>
    prefixes.reduce((rest, prefix) => rest.replaceAll(prefix, ""), line)
      .replace(/^(rsync error|rsync warning): .*\(code (\d+)\).*$/, "$1 $2")
      .replace(/"(\S*\.)\w{6}"( \(in \w+\))?/, '"$1XXXXXX"')
  ).sort();
}

const REACHES: readonly Reach[] = ["local", "ssh", "daemon"];

describe.each(REACHES)("rsync and its twin, target %s:", (reach) => {
  let real: RsyncWorld;
  const memory = memoryWorld(reach);
  beforeAll(async () => {
    real = await realWorld(reach);
  });
  afterAll(() => real[Symbol.asyncDispose]());

  test.concurrent.each(RSYNC_CASES.map((example, index) => [example.name, example, index] as const))(
    "%s",
    async (_name, example, index) => {
      const name = `case-${index}`;
      const expected = await observe(real, example, name);
      if (expected === null) return;
      expect(await observe(memory, example, name)).toEqual(expected);
    },
  );
});
