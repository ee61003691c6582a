/**
 * Waits until everything that was written is on all remotes, then says what arrived. For deploy scripts:
 *
 *   TSSYNC_API=http://127.0.0.1:8008 TSSYNC_TOKEN=... bun examples/typescript/deploy.ts
 */
import process from "node:process";
import { Problem, Tssync } from "./client.ts";

const tssync = new Tssync(process.env["TSSYNC_API"] ?? "http://127.0.0.1:8008", process.env["TSSYNC_TOKEN"] ?? "");

try {
  const { roots } = await tssync.ask("get", "/v1/status");
  for (const { id, state, remotes } of roots) console.log(`${id}: ${state}, ${remotes.length} remote(s)`);

  const { cursor } = await tssync.ask("post", "/v1/flush", { body: { scope: "synced", timeout: "5m" } });
  console.log(`everything is there (${cursor})`);

  const { events } = await tssync.ask("get", "/v1/events", {
    query: { after: "earliest", types: "tssync.file.synced_all", limit: 1_000 },
  });
  for (const { subject } of events) console.log(`  ${subject}`);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
