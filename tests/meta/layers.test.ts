import { expect, test } from "bun:test";
import { posix } from "node:path";
import { productSources } from "../support/project.ts";
import { importsOf, type SourceFile } from "../support/source_text.ts";

/** Rooms of the product and the rooms each may import from, itself left out. Imports point one way. */
const MAY_IMPORT = {
  "main.ts": ["src/cli"],
  "src/cli": ["api", "src/adapters", "src/engine", "src/ports.ts", "src/config", "src/core"],
  "api": ["src/engine", "src/ports.ts", "src/config", "src/core"],
  "src/engine": ["src/ports.ts", "src/config", "src/core"],
  "src/adapters": ["src/ports.ts", "src/config", "src/core"],
  "src/ports.ts": ["src/config", "src/core"],
  "src/config": ["src/core"],
  "src/core": [],
} as const satisfies Record<string, readonly string[]>;

type Room = keyof typeof MAY_IMPORT;
const ROOMS = Object.keys(MAY_IMPORT) as Room[];

/** Packages from the registry, and what may import them; a room or a file. */
const NO_PACKAGES: readonly Room[] = ["main.ts", "src/core", "src/engine", "src/ports.ts"];

function roomOf(path: string): Room | null {
  return ROOMS.find((room) => path === room || path.startsWith(`${room}/`)) ?? null;
}

function layerProblems(files: readonly SourceFile[]): string[] {
  const problems: string[] = [];
  for (const { path, text } of files) {
    const room = roomOf(path);
    if (room === null) {
      problems.push(`${path}: is in no room of the layout`);
      continue;
    }
    for (const name of importsOf(text)) {
      if (!name.startsWith(".")) {
        const isPackage = !/^(node|bun):/.test(name);
        if (isPackage && NO_PACKAGES.includes(room)) problems.push(`${path}: ${room} imports the package ${name}`);
        continue;
      }
      const target = posix.join(posix.dirname(path), name);
      if (target === "package.json" && path === "src/cli/version.ts") continue;
      const targetRoom = roomOf(target);
      if (!/\.(tsx?|sql|css|js|html|svg|txt)$/.test(name)) {
        problems.push(`${path}: imports ${name} without an extension`);
      }
      if (targetRoom === null) problems.push(`${path}: imports ${target}, which is in no room of the layout`);
      else if (targetRoom !== room && !(MAY_IMPORT[room] as readonly string[]).includes(targetRoom)) {
        problems.push(`${path}: ${room} may not import ${targetRoom} (${name})`);
      }
    }
  }
  return problems;
}

test("layerProblems() sees an import against the direction, a package in the core and a file in no room", () => {
  const problems = layerProblems([
    { path: "src/core/a.ts", text: 'import type { B } from "../ports.ts";\nimport { z } from "zod";' },
    { path: "src/engine/a.ts", text: 'export { b } from "../adapters/b.ts";' },
    { path: "src/adapters/a.ts", text: 'const b = await import("../engine/b.ts");' },
    { path: "api/a.ts", text: 'import "../src/adapters/b.ts";' },
    { path: "main.ts", text: 'import { x } from "./src/engine/x.ts"' },
    { path: "src/cli/a.ts", text: 'import { x } from "./b";' },
    { path: "src/lib/a.ts", text: "" },
  ]);
  expect(problems).toEqual([
    "src/core/a.ts: src/core may not import src/ports.ts (../ports.ts)",
    "src/core/a.ts: src/core imports the package zod",
    "src/engine/a.ts: src/engine may not import src/adapters (../adapters/b.ts)",
    "src/adapters/a.ts: src/adapters may not import src/engine (../engine/b.ts)",
    "api/a.ts: api may not import src/adapters (../src/adapters/b.ts)",
    "main.ts: main.ts may not import src/engine (./src/engine/x.ts)",
    "src/cli/a.ts: imports ./b without an extension",
    "src/lib/a.ts: is in no room of the layout",
  ]);
});

test("the product's imports point one way", () => {
  const files = productSources();
  for (const room of ROOMS) {
    expect({ room, files: files.some(({ path }) => roomOf(path) === room) }).toEqual({ room, files: true });
  }
  expect(files.flatMap(({ text }) => importsOf(text)).length).toBeGreaterThan(files.length);
  expect(layerProblems(files)).toEqual([]);
});
