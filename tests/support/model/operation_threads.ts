import { Worker } from "node:worker_threads";
import type { ThreadOrder, ThreadReport } from "./operation_thread.ts";

export type ThreadsOrder = Omit<ThreadOrder, "thread"> & { readonly threads: number };

/** Lets threads change a tree at the same time, each from a seed of its own. Resolves when the last one is done. */
export async function changeInThreads({ threads, ...order }: ThreadsOrder): Promise<ThreadReport> {
  const reports = await Promise.all(
    Array.from({ length: threads }, (_, thread) =>
      runThread({
        ...order,
        thread,
        seed: Math.imul(order.seed, 31) + thread >>> 0,
        operations: Math.ceil(order.operations / threads),
        perSecond: order.perSecond / threads,
      })),
  );
  return {
    done: reports.reduce((sum, { done }) => sum + done, 0),
    failed: reports.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function runThread(order: ThreadOrder): Promise<ThreadReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./operation_thread.ts", import.meta.url), { workerData: order });
    worker.on("message", resolve);
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`A thread of file operations ended with ${code} and no report`)));
  });
}
