/**
 * Measures the inotify adapter on this machine: watches placed a second, events read a second and lost, latency.
 * Run: `bun bench/inotify_read.ts` or `deno run -A bench/inotify_read.ts`.
 */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { openInotifyFactory } from "../src/adapters/inotify_watcher.ts";
import { decodeInotifyRecords, IN, watchMask } from "../src/core/inotify_event.ts";
import { textToBytePath } from "../src/core/path.ts";

const DIRECTORIES = 20_000;
const WRITES = 500_000;
const LATENCY_SAMPLES = 2_000;
const MASK = watchMask({ modify: true, attrib: true });

const writerRoot = process.argv[2] === "--write" ? process.argv[3] : undefined;
if (writerRoot === undefined) await measure();
else writeEvents(writerRoot);

async function measure(): Promise<void> {
  const root = mkdtempSync(`${tmpdir()}/inotify_read-`);
  const factory = await openInotifyFactory();
  try {
    {
      await using inotify = factory.open();
      const directories = Array.from({ length: DIRECTORIES }, (_, index) => textToBytePath(`${root}/d${index}`));
      for (const directory of directories) mkdirSync(directory);
      const startMs = performance.now();
      for (const directory of directories) if (!inotify.addWatch(directory, MASK).ok) throw new Error("No watch");
      print("watches placed per second", DIRECTORIES / (performance.now() - startMs) * 1000);
    }
    await using inotify = factory.open();
    inotify.addWatch(textToBytePath(root), MASK);
    let events = 0;
    let lost = 0;
    let arrived = () => {};
    inotify.start((records) => {
      decodeInotifyRecords(records, (_wd, mask) => {
        events++;
        if (mask & IN.Q_OVERFLOW) lost++;
      });
      arrived();
    }, (error) => {
      throw error;
    });

    const latenciesMs: number[] = [];
    for (let sample = 0; sample < LATENCY_SAMPLES; sample++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      const come = new Promise<void>((resolve) => arrived = resolve);
      const fd = openSync(`${root}/latency`, "w");
      const startMs = performance.now();
      closeSync(fd);
      await come;
      latenciesMs.push(performance.now() - startMs);
    }
    latenciesMs.sort((a, b) => a - b);
    print("latency p50, microseconds", latenciesMs[LATENCY_SAMPLES >> 1]! * 1000);
    print("latency p99, microseconds", latenciesMs[Math.floor(LATENCY_SAMPLES * 0.99)]! * 1000);

    events = 0;
    const cpu = process.cpuUsage();
    const startMs = performance.now();
    await writeInOtherProcess(root);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const tookMs = performance.now() - startMs - 100;
    const used = process.cpuUsage(cpu);
    print("events read per second", events / tookMs * 1000);
    print("processor time per event, microseconds", (used.user + used.system) / events);
    print("overflows", lost);

    const idleCpu = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const idle = process.cpuUsage(idleCpu);
    print("processor time per idle second, microseconds", (idle.user + idle.system) / 2);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Two events a round: the kernel would merge those of one file. */
function writeEvents(root: string): void {
  const first = openSync(`${root}/first`, "w");
  const second = openSync(`${root}/second`, "w");
  const byte = new Uint8Array(1);
  for (let count = 0; count < WRITES; count++) {
    writeSync(first, byte, 0, 1, 0);
    writeSync(second, byte, 0, 1, 0);
  }
}

function writeInOtherProcess(root: string): Promise<void> {
  const script = fileURLToPath(import.meta.url);
  const run = process.versions["deno"] === undefined ? [] : ["run", "-A"];
  return new Promise((resolve, reject) => {
    spawn(process.execPath, [...run, script, "--write", root], { stdio: "inherit" }).once("error", reject).once(
      "exit",
      (code) => code === 0 ? resolve() : reject(new Error(`The writer ended with ${code}`)),
    );
  });
}

function print(what: string, value: number): void {
  console.log(`${what.padEnd(50)} ${value.toFixed(value < 10 ? 2 : 0).padStart(12)}`);
}
