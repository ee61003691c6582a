/** How often each event happened on each watch, as inotifywatch prints it. */
import { IN } from "./inotify_event.ts";

/** In the order of the columns. */
const COUNTED = [
  ["access", IN.ACCESS],
  ["modify", IN.MODIFY],
  ["attrib", IN.ATTRIB],
  ["close_write", IN.CLOSE_WRITE],
  ["close_nowrite", IN.CLOSE_NOWRITE],
  ["open", IN.OPEN],
  ["moved_from", IN.MOVED_FROM],
  ["moved_to", IN.MOVED_TO],
  ["move_self", IN.MOVE_SELF],
  ["create", IN.CREATE],
  ["delete", IN.DELETE],
  ["delete_self", IN.DELETE_SELF],
  ["unmount", IN.UNMOUNT],
] as const satisfies readonly (readonly [string, number])[];

type CountedName = typeof COUNTED[number][0];
type Counts = { total: number } & Record<CountedName, number>;

/** What the table is sorted by: one event's bit, or all of them together. */
export type SortKey = { readonly event: number | "total"; readonly ascending: boolean };

export type CountTableOptions = {
  /** The events that were asked for. */
  readonly events: number;
  /** Rows and columns that hold nothing but zeros as well. */
  readonly zero: boolean;
  readonly sort: SortKey;
};

export class EventCounts {
  readonly #all = zeros();
  readonly #byWatch = new Map<number, { name: string; order: number; counts: Counts }>();

  get total(): number {
    return this.#all.total;
  }

  /** Makes a row for a watch, or gives it its present name. */
  know(wd: number, name: string, order: number): void {
    const row = this.#byWatch.get(wd);
    if (row === undefined) this.#byWatch.set(wd, { name, order, counts: zeros() });
    else row.name = name;
  }

  /** Counts one event of a known watch. */
  count(wd: number, mask: number): void {
    const row = this.#byWatch.get(wd);
    if (row === undefined) return;
    for (const counts of [this.#all, row.counts]) {
      counts.total++;
      for (const [name, bit] of COUNTED) if ((mask & bit) !== 0) counts[name]++;
    }
  }

  /** The table with its head. Watches with equal counts stand in the order in which they were set. */
  table({ events, zero, sort }: CountTableOptions): string {
    // UNMOUNT is in no total, so its column stands wherever it was asked for: as inotifywatch does it.
    const columns = COUNTED.filter(([name, bit]) =>
      (events & bit) !== 0 && (zero || name === "unmount" || this.#all[name] > 0)
    ).map(([name]) => name);
    const key = sort.event === "total" ? "total" : COUNTED.find(([, bit]) => bit === sort.event)![0];
    const rows = [...this.#byWatch.values()].filter(({ counts }) => zero || counts.total > 0).sort((a, b) =>
      (sort.ascending ? a.counts[key] - b.counts[key] : b.counts[key] - a.counts[key]) || a.order - b.order
    );
    const head = ["total", ...columns, "filename"].join("  ");
    const lines = rows.map(({ counts, name }) => {
      const cells = (["total", ...columns] as const).map((column) => String(counts[column]).padEnd(column.length));
      return [...cells, name].join("  ");
    });
    return `${[head, ...lines].join("\n")}\n`;
  }
}

function zeros(): Counts {
  return Object.fromEntries([["total", 0], ...COUNTED.map(([name]) => [name, 0])]) as Counts;
}

/** The bit of a single event, null for what cannot be sorted by. */
export function countedEvent(mask: number): number | null {
  return COUNTED.find(([, bit]) => bit === mask)?.[1] ?? null;
}
