/** One thread of file operations; started by `operation_threads.ts`. */
import { appendFileSync, closeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { MemoryRandom } from "../memory/memory_random.ts";
import { EXPECTED_CODES, OPERATIONS, type Place } from "./file_operations.ts";
import { NameChoice } from "./name_choice.ts";

export type ThreadOrder = {
  readonly seed: number;
  readonly thread: number;
  readonly top: string;
  readonly outsideTop: string;
  readonly operations: number;
  readonly perSecond: number;
  /** Gets a line for each operation. */
  readonly tracePath: string;
};

export type ThreadReport = { readonly done: number; readonly failed: number };

const NAMES = Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[];
const WEIGHT = NAMES.reduce((sum, name) => sum + OPERATIONS[name][0], 0);

function work(order: ThreadOrder): ThreadReport {
  const random = new MemoryRandom(order.seed);
  let names = 0;
  const place: Place = {
    ...order,
    random,
    inside: new NameChoice(random, order.top),
    outside: new NameChoice(random, order.outsideTop),
    open: [],
    unique: () => `${order.seed.toString(36)}-${order.thread}-${names++}`,
  };
  const trace: string[] = [];
  let [done, failed] = [0, 0];
  const startedAtMs = performance.now();
  for (let count = 0; count < order.operations; count++) {
    // In bursts with pauses between them, as programs work.
    const aheadMs = (count * 1000) / order.perSecond - (performance.now() - startedAtMs);
    if (aheadMs > 100) pause(aheadMs);
    const name = choose(random);
    let told: string;
    try {
      told = OPERATIONS[name][1](place) ?? "nothing there";
      done++;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined || !EXPECTED_CODES.has(code)) throw new Error(`${name}: ${message}`, { cause: error });
      told = `${code} ${message}`;
      failed++;
    }
    trace.push(`${new Date().toISOString()} ${order.thread} ${name} ${JSON.stringify(told)}\n`);
  }
  for (const { fd, path } of place.open) {
    closeSync(fd);
    trace.push(`${new Date().toISOString()} ${order.thread} close ${JSON.stringify(path)}\n`);
  }
  appendFileSync(order.tracePath, trace.join(""));
  return { done, failed };
}

function choose(random: MemoryRandom): keyof typeof OPERATIONS {
  let left = random.fraction() * WEIGHT;
  for (const name of NAMES) {
    left -= OPERATIONS[name][0];
    if (left < 0) return name;
  }
  return "write";
}

function pause(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}

parentPort?.postMessage(work(workerData as ThreadOrder));
