/**
 * Many subscribers of one daemon in one process: `bun bench/sse_clients.ts SOCKET COUNT MARKER`. Each is a connection of its own over
 * SSE. The first one's events are checked for order and gaps, and the bytes of all others compared with them: reading all of
 * them would be what is measured. Prints `connected`, and, once every one of them has what stands up to the event that says that
 * the file MARKER is everywhere, one line of JSON.
 */
import { request } from "node:http";
import type { IncomingMessage } from "node:http";

/** What the clients found. */
export type ClientReport = {
  /** Events, counted once for each client that got them. */
  readonly delivered: number;
  /** From the time in the event to its arrival, over all events and clients. */
  readonly p50Seconds: number;
  readonly p99Seconds: number;
};

/** Where the events of files begin; bookmarks may come before. */
const FIRST = /id: \w+-\d{15}\nevent: tssync\.file/;
const EVENT = /id: \w+-(\d{15})\nevent: tssync\.file\.(\w+)\ndata: (\{.*\})\n\n/g;

type Arrival = { readonly offset: number; readonly atMs: number };

/** Bytes of one subscriber from its first event on. */
class Stream {
  readonly arrivals: Arrival[] = [];
  /** Not compared yet, behind `compared`. */
  readonly chunks: Buffer[] = [];
  compared = 0;
  length = 0;
  #head: Buffer | null = Buffer.alloc(0);

  take(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#head !== null) {
      const head = Buffer.concat([this.#head, chunk]);
      const at = head.toString("latin1").search(FIRST);
      this.#head = at < 0 ? head : null;
      if (at < 0) return;
      bytes = head.subarray(at);
    }
    this.length += bytes.length;
    this.chunks.push(bytes);
    this.arrivals.push({ offset: this.length, atMs: Date.now() });
  }

  /** Compares what came with the same part of the first one, as far as that has come. */
  compare(reference: Buffer): void {
    for (let chunk = this.chunks.shift(); chunk !== undefined; chunk = this.chunks.shift()) {
      const part = chunk.subarray(0, reference.length - this.compared);
      if (!part.equals(reference.subarray(this.compared, this.compared + part.length))) {
        throw new Error(`A subscriber got something else than the first one behind byte ${this.compared}`);
      }
      this.compared += part.length;
      if (part.length === chunk.length) continue;
      this.chunks.unshift(chunk.subarray(part.length));
      return;
    }
  }
}

async function main([path, count, marker]: readonly string[]): Promise<void> {
  const streams: Stream[] = [];
  const answers: IncomingMessage[] = [];
  for (let index = 0; index < Number(count); index++) {
    const stream = new Stream();
    const answer = await open(path!);
    answer.on("data", (chunk: Buffer) => stream.take(chunk));
    streams.push(stream);
    answers.push(answer);
  }
  console.log("connected");
  const [first] = streams;
  const reference: Buffer[] = [];
  let end = 0;
  while (end === 0 || streams.some(({ length }) => length < end)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    reference.push(...first!.chunks.splice(0));
    if (end > 0 || reference.length === 0) continue;
    const tail = Buffer.concat(reference.slice(-50)).toString("latin1");
    if (tail.includes(`synced_all","subject":"${marker}"`)) end = first!.length;
  }
  for (const answer of answers) answer.destroy();
  const whole = Buffer.concat(reference);
  for (const stream of streams.slice(1)) stream.compare(whole);
  console.log(JSON.stringify(report(streams, whole.subarray(0, end).toString("latin1"))));
}

function open(socketPath: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { accept: "text/event-stream" };
    request({ socketPath, path: "/v1/events?after=latest", headers, agent: false }, resolve).on("error", reject).end();
  });
}

function report(streams: readonly Stream[], text: string): ClientReport {
  const events: { readonly end: number; readonly atMs: number }[] = [];
  let seq = 0;
  for (const match of text.matchAll(EVENT)) {
    const found = Number(match[1]);
    if (seq !== 0 && found !== seq + 1) throw new Error(`Event ${found} came behind ${seq}`);
    seq = found;
    const { time } = JSON.parse(match[3]!) as { time: string };
    events.push({ end: match.index + match[0].length, atMs: Date.parse(time) });
  }
  const delays = new Float64Array(streams.length * events.length);
  let at = 0;
  for (const { arrivals } of streams) {
    let next = 0;
    for (const { offset, atMs } of arrivals) {
      for (; next < events.length && events[next]!.end <= offset; next++) delays[at++] = atMs - events[next]!.atMs;
    }
  }
  const sorted = delays.subarray(0, at).sort();
  const rank = (fraction: number) => sorted[Math.max(0, Math.ceil(at * fraction) - 1)]! / 1000;
  return { delivered: at, p50Seconds: rank(0.5), p99Seconds: rank(0.99) };
}

if (import.meta.main) await main(process.argv.slice(2));
