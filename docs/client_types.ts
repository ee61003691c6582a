/**
 * The types of the API for programs in TypeScript, made from its description by openapi-typescript. That package wants the
 * compiler as TypeScript 5 offered it to programs; 7 has no such interface yet. So it is bundled with version 5 first.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../api/app.ts";
import { Tokens } from "../api/tokens.ts";
import { MemoryControl } from "../tests/support/memory/memory_control.ts";
import { MemoryMetrics } from "../tests/support/memory/memory_metrics.ts";

const HEAD = "// Made from /openapi.json by `bun run docs`: do not edit.\n\n";

/** What stands in `examples/typescript/tssync_api.ts`. */
export async function clientTypes(): Promise<string> {
  const meta = { readMeta: () => null, writeMeta: () => {} };
  const shared = { meta, wallMs: () => 0, log: { write: () => {} } };
  const app = createApp(new MemoryControl(), {
    ...shared,
    build: { version: "1", commit: "", runtime: "" },
    tokens: new Tokens({ ...shared, given: [] }),
    hosts: [],
    metrics: new MemoryMetrics(),
    watchesLimit: () => null,
  });
  const description: unknown = await (await app.request("/openapi.json")).json();
  return HEAD + await typesOf(description);
}

type OpenApiTypescript = {
  readonly default: (description: unknown, options: object) => Promise<unknown>;
  readonly astToString: (tree: unknown) => string;
};

async function typesOf(description: unknown): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "openapi-typescript-"));
  try {
    const built = await Bun.build({
      entrypoints: [Bun.resolveSync("openapi-typescript", import.meta.dir)],
      target: "bun",
      outdir: folder,
      naming: "openapi_typescript.mjs",
      plugins: [{
        name: "TypeScript 5",
        setup(build) {
          build.onResolve(
            { filter: /^typescript$/ },
            () => ({ path: Bun.resolveSync("typescript5", import.meta.dir) }),
          );
        },
      }],
    });
    const made = await import(built.outputs[0]!.path) as OpenApiTypescript;
    return made.astToString(await made.default(description, { alphabetize: true }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
