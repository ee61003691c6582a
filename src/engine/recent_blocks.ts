/** The newest blocks of the event log, for those who follow it closely, and how much of them somebody has not seen yet. */
import { countOf, lastSeqOf, type LoggedBlock, wireBytesOf } from "../core/event.ts";

type Recent = {
  readonly block: LoggedBlock;
  /** Bytes of this block and all before it, as they travel. */
  readonly bytesEnd: number;
};

export class RecentBlocks {
  readonly #countMax: number;
  readonly #recent: Recent[] = [];
  #count = 0;
  #bytesEnd = 0;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  /** Takes new ones, and lets the oldest go where there are too many events. */
  push(blocks: readonly LoggedBlock[]): void {
    for (const block of blocks) {
      this.#bytesEnd += wireBytesOf(block);
      this.#recent.push({ block, bytesEnd: this.#bytesEnd });
      this.#count += countOf(block);
    }
    let dropped = 0;
    while (this.#count > this.#countMax && dropped < this.#recent.length - 1) {
      this.#count -= countOf(this.#recent[dropped++]!.block);
    }
    if (dropped > 0) this.#recent.splice(0, dropped);
  }

  /** Lets go what begins before this number. */
  dropBefore(firstSeq: number): void {
    const kept = this.#recent.findIndex(({ block }) => block.firstSeq >= firstSeq);
    for (const { block } of this.#recent.splice(0, kept < 0 ? 0 : kept)) this.#count -= countOf(block);
  }

  /** Those with events behind `afterSeq`; null: not all of them are here. */
  after(afterSeq: number): readonly LoggedBlock[] | null {
    const first = this.#recent[0]?.block;
    if (first === undefined || first.firstSeq > afterSeq + 1) return null;
    return this.#recent.slice(this.#indexAfter(afterSeq)).map(({ block }) => block);
  }

  /** Bytes of the events behind `afterSeq`, roughly; Infinity where they are not all here. */
  bytesAfter(afterSeq: number): number {
    const first = this.#recent[0];
    if (first === undefined || first.block.firstSeq > afterSeq + 1) return Infinity;
    const index = this.#indexAfter(afterSeq);
    const found = this.#recent[index];
    if (found === undefined) return 0;
    const { block, bytesEnd } = found;
    const unseen = (lastSeqOf(block) - afterSeq) / countOf(block);
    return this.#bytesEnd - bytesEnd + wireBytesOf(block) * Math.min(1, unseen);
  }

  /** Readers are nearly always at the end. */
  #indexAfter(afterSeq: number): number {
    let from = this.#recent.length;
    while (from > 0 && lastSeqOf(this.#recent[from - 1]!.block) > afterSeq) from--;
    return from;
  }
}
