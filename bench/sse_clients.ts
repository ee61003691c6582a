/**
 * Many subscribers of one daemon in one process: `bun bench/sse_clients.ts SOCKET COUNT TYPES MARKER`. Each is a connection of its own
 * that reads Server-Sent Events of these types. Every byte of every subscriber is looked at; what another one was sent before is
 * compared and not read again, or this reader would be what is measured. Prints `connected`, and, once every one of them was told
 * that the file MARKER is everywhere, one line of JSON.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** What the clients found. */
export type ClientReport = {
  /** Events, counted once for each client that got them. */
  readonly delivered: number;
  /** What came over all connections. */
  readonly bytes: number;
  /** From the time in the event to its arrival, over all events and clients. */
  readonly p50Seconds: number;
  readonly p99Seconds: number;
  /** Processor time of this process from `connected` on. */
  readonly cpuSeconds: number;
};

const EVENT = /id: \w+-(\d{15})\nevent: tssync\.file\.\w+\ndata: (\{.*\})\n\n/g;
const END = Buffer.from("\n\n");
/** Between two parts of a chunked answer. */
const LINE_BREAK = Buffer.from("\r\n");
/** Delays are counted by the millisecond. */
const DELAY_MS_MAX = 60_000;
/** What one of them is reading now: one buffer for all stays in the processor's cache. */
const received = Buffer.alloc(1 << 18);

/** Whole events that somebody was sent at once. */
type Part = {
  readonly bytes: Buffer;
  /** By number, with the time that stands in the event. */
  readonly events: readonly { readonly seq: number; readonly atMs: number }[];
  /** How often it came, by the time of its arrival. */
  readonly arrivals: Map<number, number>;
};

/** Everything that came, each part read once. */
class Parts {
  readonly seqs = new Set<number>();
  /** The event that says that the marker is everywhere; null: nobody has it. */
  endSeq: number | null = null;
  readonly #marker: string;
  readonly #all: Part[] = [];
  /** The newest one of each length. */
  readonly #byLength = new Map<number, Part>();

  constructor(marker: string) {
    this.#marker = marker;
  }

  find(bytes: Buffer): Part {
    const known = this.#byLength.get(bytes.length);
    if (known !== undefined && known.bytes.equals(bytes)) return known;
    const events = [...bytes.toString("latin1").matchAll(EVENT)].map((match) => {
      const { time, type, subject } = JSON.parse(match[2]!) as Record<string, string>;
      const seq = Number(match[1]);
      this.seqs.add(seq);
      if (type === "tssync.file.synced_all" && subject === this.#marker) this.endSeq = seq;
      return { seq, atMs: Date.parse(time!) };
    });
    const part = { bytes: Buffer.from(bytes), events, arrivals: new Map<number, number>() };
    this.#all.push(part);
    this.#byLength.set(bytes.length, part);
    return part;
  }

  /** How many events had which delay, by the millisecond. */
  delays(): Uint32Array {
    const delays = new Uint32Array(DELAY_MS_MAX);
    for (const { events, arrivals } of this.#all) {
      for (const [nowMs, times] of arrivals) {
        for (const { atMs } of events) delays[Math.min(DELAY_MS_MAX - 1, Math.max(0, nowMs - atMs))]! += times;
      }
    }
    return delays;
  }
}

/** One subscriber. */
class Subscriber {
  bytes = 0;
  count = 0;
  seq = 0;
  readonly #parts: Parts;
  /** The beginning of an event whose end has not come. */
  #rest: Buffer | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  take(chunk: Buffer, nowMs: number): void {
    this.bytes += chunk.length;
    const buffer = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    const last = buffer.lastIndexOf(END);
    const end = last < 0 ? 0 : last + END.length;
    const rest = buffer.subarray(end);
    this.#rest = rest.length === 0 || rest.equals(LINE_BREAK) ? null : Buffer.from(rest);
    if (end > 0) this.#arrived(this.#parts.find(buffer.subarray(0, end)), nowMs);
  }

  #arrived({ events, arrivals }: Part, nowMs: number): void {
    arrivals.set(nowMs, (arrivals.get(nowMs) ?? 0) + 1);
    for (const { seq } of events) {
      if (seq <= this.seq) throw new Error(`Event ${seq} came behind ${this.seq}`);
      this.seq = seq;
    }
    this.count += events.length;
  }
}

async function main([path, count, types, marker]: readonly string[]): Promise<void> {
  const parts = new Parts(marker!);
  const subscribers: Subscriber[] = [];
  const sockets: Socket[] = [];
  for (let index = 0; index < Number(count); index++) {
    const subscriber = new Subscriber(parts);
    subscribers.push(subscriber);
    // One after the other: more than a listener's queue holds would be refused.
    sockets.push(await open({ path: path!, types: types!, subscriber }));
  }
  console.log("connected");
  const before = process.cpuUsage();
  await until(() => parts.endSeq !== null && subscribers.every(({ seq }) => seq >= parts.endSeq!));
  const { user, system } = process.cpuUsage(before);
  for (const socket of sockets) socket.destroy();
  // Each had them in order, and only such as stand in the log: as many as there are is all of them.
  const short = subscribers.find((subscriber) => subscriber.count !== parts.seqs.size);
  if (short !== undefined) throw new Error(`A subscriber got ${short.count} events of ${parts.seqs.size}`);
  const delays = parts.delays();
  const delivered = subscribers.length * parts.seqs.size;
  const report: ClientReport = {
    delivered,
    bytes: subscribers.reduce((sum, { bytes }) => sum + bytes, 0),
    p50Seconds: delaySeconds(delays, 0.5 * delivered),
    p99Seconds: delaySeconds(delays, 0.99 * delivered),
    cpuSeconds: (user + system) / 1e6,
  };
  console.log(JSON.stringify(report));
}

/** The delay that so many events did not exceed. */
function delaySeconds(delays: Uint32Array, wanted: number): number {
  let left = Math.ceil(wanted);
  return delays.findIndex((count) => (left -= count) <= 0) / 1000;
}

type Opening = { readonly path: string; readonly types: string; readonly subscriber: Subscriber };

/** Resolves once its first bytes came. */
async function open({ path, types, subscriber }: Opening): Promise<Socket> {
  let isOpen: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    isOpen = resolve;
  });
  const onread = {
    buffer: received,
    callback: (length: number) => {
      subscriber.take(received.subarray(0, length), Date.now());
      isOpen();
      return true;
    },
  };
  const socket = connect({ path, onread });
  await once(socket, "connect");
  const query = types === "" ? "" : `&types=${types}`;
  socket.write(
    `GET /v1/events?after=latest${query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`,
  );
  await opened;
  return socket;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20);
}

if (import.meta.main) await main(process.argv.slice(2));
