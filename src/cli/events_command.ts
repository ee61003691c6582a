import { setTimeout as pause } from "node:timers/promises";
import type { EventDocument } from "../../api/event_routes.ts";
import { TssyncError } from "../core/error.ts";
import { Client } from "./client.ts";
import { clientTarget } from "./client_target.ts";
import type { Command } from "./command.ts";
import { only } from "./failures_command.ts";
import { visibleText } from "./table_text.ts";
import type { Terminal } from "./terminal.ts";

/** How long one question waits for something to happen: so late it may be noticed that nobody reads the output any more. */
const WAIT_MS = 5_000;
/** How often a daemon that went away is looked for. */
const RETRY_MS = 1_000;

/** `tssync events`. */
export const eventsCommand: Command = async ({ options }, surroundings) => {
  const client = new Client(clientTarget(options, surroundings));
  const { terminal } = surroundings;
  const follows = options.has("follow");
  const print = options.has("json") ? (event: EventDocument) => `${JSON.stringify(event)}\n` : eventText;
  const filter = {
    types: options.text("types"),
    root: only("root", options),
    remote: only("remote", options),
    path: options.text("path"),
  };
  let after = options.text("after") ?? (follows ? "latest" : "earliest");
  // A daemon that is not there at first is a mistake; one that goes away while it is followed comes back.
  let isKnown = false;
  while (terminal.isClosed?.() !== true) {
    const page = await client.events({ ...filter, after }, follows && isKnown ? WAIT_MS : 0).catch((error: unknown) => {
      if (isKnown && follows && isAbsence(error)) return null;
      throw error;
    });
    if (page === null) {
      await waitForDaemon(client, terminal);
      continue;
    }
    terminal.out(page.events.map(print).join(""));
    after = page.cursor;
    isKnown = true;
    if (!follows && page.cursor === page.latest) break;
  }
  return 0;
};

async function waitForDaemon(client: Client, terminal: Terminal): Promise<void> {
  terminal.err("tssync: the daemon is away; waiting for it\n");
  for (;;) {
    await pause(RETRY_MS);
    try {
      await client.status();
      return;
    } catch (error) {
      if (!isAbsence(error)) throw error;
    }
  }
}

/** Not there, on its way out, or not yet whole. */
export function isAbsence(error: unknown): boolean {
  return error instanceof TssyncError &&
    (error.code === "DAEMON_UNREACHABLE" || error.code === "STOPPING" || error.code === "NOT_READY");
}

/** One line: when, what, where, and what there is to say about it. */
export function eventText({ time, type, subject, data }: EventDocument): string {
  const told = (name: string) => {
    const value: unknown = data[name];
    return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
  };
  const where = [...told("root"), ...(subject === undefined ? [] : [subject])].join("/");
  const lag = told("lagMs").map((ms) => `${ms} ms`);
  const what = [...told("operation"), ...told("remote"), ...told("resync"), ...told("hold"), ...told("state"), ...lag];
  const why = [...told("reason"), ...told("message")];
  return `${[time, type.replace(/^tssync\./, ""), where, ...what, ...why].map(visibleText).join("  ")}\n`;
}
