/** What happened in one simulation, line by line, and a number that stands for all of it. */

export class Trace {
  readonly lines: string[] = [];
  readonly #isOn: boolean;
  readonly #now: () => number;
  #hash = 0x811c9dc5;

  constructor(isOn: boolean, now: () => number) {
    this.#isOn = isOn;
    this.#now = now;
  }

  /** `text` is made only where somebody wants the trace. */
  note(text: string | (() => string)): void {
    if (!this.#isOn) return;
    this.#take(typeof text === "string" ? text : text());
  }

  #take(text: string): void {
    // FNV-1a: two runs of the same seed must agree in every character.
    let hash = this.#hash ^ this.#now();
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    this.#hash = hash;
    this.lines.push(`${this.#now().toFixed(0).padStart(8)} ${text}`);
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }
}

/** A path or any bytes, so that a person can read and compare them. */
export function shown(bytes: string): string {
  if (bytes === "") return ".";
  const printable = bytes.replace(/[^\x21-\x7e]/g, (character) => `\\x${hexOf(character)}`);
  return printable.replace(/(.)\1{99,}/g, (run, character: string) => `${character}{${run.length}}`);
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, "0");
}
