/** A configuration with every switch on and one root, for tests that need an attribute which flags cannot give. */
export type PlainConfiguration = {
  readonly watch: string;
  /** Attributes of `<localpath>`, as `maxDelete="5"`. */
  readonly root?: string;
  /** Modules of rsync daemons on loopback. */
  readonly remotes: readonly { readonly module: string; readonly port: number; readonly attributes?: string }[];
  /** Regular expressions; any switches the filter on. */
  readonly excludes?: readonly string[];
};

const SWITCHES = ["delete", "createFolder", "createFile", "closeWrite", "moveFrom", "moveTo", "attrib"] as const;

/** The text of the file. */
export function plainConfiguration({ watch, root = "", remotes, excludes = [] }: PlainConfiguration): string {
  const lines = [
    '<head version="2.5">',
    '<host hostip="localhost" port="off"/>',
    ...(excludes.length === 0 ? [] : [
      '<filter start="true">',
      ...excludes.map((expression) => `<exclude expression="${expression}"/>`),
      "</filter>",
    ]),
    "<inotify>",
    ...SWITCHES.map((name) => `<${name} start="true"/>`),
    "</inotify>",
    "<sersync>",
    `<localpath watch="${watch}" ${root}>`,
    ...remotes.map(({ module, port, attributes = "" }) =>
      `<remote ip="127.0.0.1" name="${module}" port="${port}" ${attributes}/>`
    ),
    "</localpath>",
    '<rsync><commonParams params="-az"/></rsync>',
    '<failLog path="" timeToExecute="60"/>',
    "</sersync></head>",
  ];
  return `${lines.join("\n")}\n`;
}
