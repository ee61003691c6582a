/** What is measured, and in which units. */

/** Every quantity a scenario may report, with how it is printed. Times and CPU in seconds, sizes in bytes. */
export const QUANTITIES = {
  /** Headlines. */
  p50: { title: "p50", unit: "seconds" },
  p99: { title: "p99", unit: "seconds" },
  equal: { title: "first write to equal", unit: "seconds" },
  after: { title: "last write to equal", unit: "seconds" },
  behind: { title: "small file in place", unit: "seconds" },
  ready: { title: "start to ready", unit: "seconds" },
  rate: { title: "events a second", unit: "count" },
  idleCpu: { title: "CPU in 10 s", unit: "seconds" },
  perDirectory: { title: "bytes a directory", unit: "bytes" },
  perEvent: { title: "CPU a delivered event", unit: "seconds" },
  delivered: { title: "delivered", unit: "count" },
  alone: { title: "the same alone", unit: "seconds" },
  /** What it cost. */
  write: { title: "write", unit: "seconds" },
  exit: { title: "until exit", unit: "seconds" },
  cpuTool: { title: "CPU tool", unit: "seconds" },
  cpuAlone: { title: "CPU alone", unit: "seconds" },
  cpuClients: { title: "CPU clients", unit: "seconds" },
  cpuServers: { title: "CPU servers", unit: "seconds" },
  wire: { title: "wire", unit: "bytes" },
  content: { title: "content", unit: "bytes" },
  connections: { title: "rsyncs", unit: "count" },
  memoryPeak: { title: "peak RSS", unit: "bytes" },
  memory: { title: "RSS", unit: "bytes" },
  memoryBase: { title: "RSS of nothing", unit: "bytes" },
  watches: { title: "watches", unit: "count" },
  inFlight: { title: "at once", unit: "count" },
  overflows: { title: "overflows", unit: "count" },
  wakeUps: { title: "wake-ups", unit: "count" },
  creations: { title: "creations a second", unit: "count" },
  /** Directories whose times differ in the end; everything else was compared byte for byte and is equal. */
  directoryTimesDiffer: { title: "dir times differ", unit: "count" },
} as const satisfies Record<string, { readonly title: string; readonly unit: Unit }>;

export type Unit = "seconds" | "bytes" | "count";
export type Quantity = keyof typeof QUANTITIES;
export type Metrics = Partial<Record<Quantity, number>>;

/** One contender in one run of one scenario. */
export type Reading = {
  readonly scenario: string;
  readonly contender: string;
  /** Counted from 1. */
  readonly run: number;
  readonly metrics: Metrics;
  /** Why there are no numbers; null: there are. */
  readonly failure: string | null;
  /** Share of the machine's processor time that others used meanwhile, 0 to 1: how far to trust the reading. */
  readonly foreignLoad: number;
};
