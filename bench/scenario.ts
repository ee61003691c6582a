/** What a scenario is. Each stands in a file of its own and is listed in `scenarios.ts`. */
import type { Contender } from "./contender.ts";
import type { Metrics, Quantity } from "./reading.ts";

export type Scenario = {
  readonly name: string;
  readonly title: string;
  /** Compared with the floor. */
  readonly headlines: readonly Quantity[];
  /** What tssync must reach, in words; null: measured for comparison only. */
  readonly goal: string | null;
  /** Contenders that take part, without the floor. */
  readonly contenders: readonly Contender[];
  /** Makes what all contenders share, such as a large tree. */
  open(size: Size): Promise<OpenScenario>;
};

export type OpenScenario = AsyncDisposable & {
  /** The floor under its name; null where there is none. */
  readonly floor: { readonly name: string; measure(): Promise<Metrics> } | null;
  /** One contender once, from a fresh start to its end. Rejects when it fails; the message becomes part of the table. */
  measure(contender: Contender): Promise<Metrics>;
};

export type Size = {
  /** A count as the scenario names it, or a tenth of it with `--quick`. */
  count(full: number): number;
  /** Patience with one contender. */
  readonly timeoutMs: number;
};
