/** How the demo looks. */
import type { Surroundings } from "./terminal.ts";

/** What the demo set up: the three places that a reader, or a script, looks for. */
export type DemoScene = {
  readonly source: string;
  readonly remotes: readonly { readonly directory: string; readonly url: string }[];
  readonly api: { readonly url: string; readonly socket: string; readonly tokenFile: string };
};

/** Headings in bold where a terminal shows them and nobody asked for none. */
export type Emphasis = (text: string) => string;

export function emphasisFor({ env }: Pick<Surroundings, "env">, isTerminal: boolean): Emphasis {
  const plain = !isTerminal || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return plain ? (text) => text : (text) => `\x1b[1m${text}\x1b[0m`;
}

/** One line each for `source:`, every `remote:` and `api:`. */
export function sceneText({ source, remotes, api }: DemoScene, bold: Emphasis): string {
  return [
    bold("tssync demo: a directory, two backup servers, and everything in between on this machine"),
    "",
    `source: ${source}`,
    ...remotes.map(({ directory }) => `remote: ${directory}`),
    `api: ${api.url}`,
    "",
    `Each remote is written by an rsync --daemon of its own: ${remotes.map(({ url }) => url).join(", ")}`,
    "",
    `${bold("change in the source".padEnd(TITLE_WIDTH))}  ${bold("on both remotes after")}`,
    "",
  ].join("\n");
}

const TITLE_WIDTH = 42;

export function changeText(title: string, ms: number): string {
  return `${title.padEnd(TITLE_WIDTH)}  ${durationText(ms).padStart(8)}\n`;
}

function durationText(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

export const EQUAL_TEXT = "(from the end of the change until it was seen in the files of both remotes)\n\n" +
  "rsync -aHnic --delete finds no difference between the source and either remote.\n";

/** Lines that work when they are pasted into another terminal. */
export function tryText({ source, remotes, api }: DemoScene, own: readonly string[], bold: Emphasis): string {
  const [first] = remotes;
  const bySocket = `curl -s --unix-socket ${quoted(api.socket)}`;
  const lines = [
    `echo hello > ${quoted(`${source}/hello.txt`)}`,
    `curl -s -H "Authorization: Bearer $(cat ${quoted(api.tokenFile)})" ${api.url}/v1/status`,
    `${bySocket} -X POST http://localhost/v1/flush`,
    `cat ${quoted(`${first?.directory}/hello.txt`)}`,
    `${bySocket} -X POST http://localhost/v1/resyncs`,
    `${own.map(quoted).join(" ")} status --api ${quoted(api.socket)}`,
  ];
  return [
    "",
    bold("Try, in another terminal:"),
    "",
    ...lines.map((line) => `  ${line}`),
    "",
    "Running until ^C, which ends and removes everything.",
    "",
  ].join("\n");
}

/** As a word of a shell's command line. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
