import { TssyncError } from "../../src/core/error.ts";
import type { ConfigurationFlags, ConfigurationReading } from "../../src/config/configuration_input.ts";
import { readConfiguration } from "../../src/config/read_configuration.ts";

/** What the command line says when it says nothing. */
export const NO_FLAGS: ConfigurationFlags = {
  cwd: "/srv",
  watch: null,
  to: [],
  passwordFile: null,
  params: null,
  threads: null,
  module: null,
  initialSync: "never",
  listen: null,
  webhookAllow: [],
  tlsCert: null,
  tlsKey: null,
};

/** Reads texts as files named `a.xml`, `b.xml` … */
export function readTexts(texts: readonly string[], flags: Partial<ConfigurationFlags> = {}): ConfigurationReading {
  const files = texts.map((text, index) => ({
    name: `${String.fromCharCode(97 + index)}.xml`,
    content: new TextEncoder().encode(text),
  }));
  return readConfiguration({ files, flags: { ...NO_FLAGS, ...flags } });
}

/** A file with one root, `/data` to `backup::www`, and whatever else is given. */
export function oneRoot({ head = "", sersync = "", rsync = "", remote = "" } = {}): string {
  const remotes = remote === "" ? '<remote ip="backup" name="www"/>' : remote;
  return `<head>${head}<sersync><localpath watch="/data">${remotes}</localpath>` +
    `<rsync><commonParams params="-az"/>${rsync}</rsync>${sersync}</sersync></head>`;
}

/** The whole message of the problems, or "" where there are none. */
export function problemsOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof TssyncError && error.code === "CONFIG_INVALID") return error.message;
    throw error;
  }
  return "";
}
