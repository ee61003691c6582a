import { expect, test } from "bun:test";
import { nearestName } from "../../../src/core/nearest_name.ts";

const cases: readonly [name: string, candidates: readonly string[], nearest: string | null][] = [
  ["ture", ["true", "false"], "true"],
  ["TRUE", ["true", "false"], "true"],
  ["flase", ["true", "false"], "false"],
  ["1", ["true", "false"], null],
  ["fliter", ["host", "filter", "failLog"], "filter"],
  ["passwordFile", ["path", "passwordfile", "params"], "passwordfile"],
  ["remote", [], null],
  ["xyz", ["head"], null],
  ["", ["id", "ip"], null],
];

for (const [name, candidates, nearest] of cases) {
  test(`nearestName() takes "${name}" for ${nearest ?? "nothing"}`, () => {
    expect(nearestName(name, candidates)).toBe(nearest);
  });
}
