/** The first files of a mirror: the sender's configuration, and what the rsync daemon on the other side needs. */

export type StarterRemote =
  | { readonly kind: "daemon"; readonly host: string; readonly port: number | null; readonly module: string }
  | { readonly kind: "ssh"; readonly host: string; readonly user: string | null; readonly path: string }
  | { readonly kind: "local"; readonly path: string };

export type StarterOptions = {
  readonly watch: string;
  readonly remotes: readonly StarterRemote[];
  /** Who logs in at rsync daemons, and the file with the password; null: nobody has to. */
  readonly login: { readonly user: string; readonly passwordFile: string } | null;
};

/** `confxml.xml`, with a word on everything. */
export function starterConfiguration({ watch, remotes, login }: StarterOptions): string {
  const auth = login === null
    ? `<auth start="false" users="tssync" passwordfile="/etc/tssync/rsync.pass"/>`
    : `<auth start="true" users="${xml(login.user)}" passwordfile="${xml(login.passwordFile)}"/>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- tssync help serve · every element and attribute: man 5 confxml.xml, docs/configuration.md -->
<head version="2.5">
    <!-- The API and the dashboard; "off" leaves only the socket in the state directory. -->
    <host hostip="localhost" port="8008"/>
    <!-- What is left alone: regular expressions on the path below the watched directory. Such as: (.*)\\.tmp -->
    <filter start="false">
        <exclude expression="(.*)\\.tmp"/>
    </filter>
    <!-- What becomes a transfer. With delete off nothing is ever deleted on a remote. -->
    <inotify>
        <delete start="true"/>
        <createFolder start="true"/>
        <createFile start="false"/>
        <closeWrite start="true"/>
        <moveFrom start="true"/>
        <moveTo start="true"/>
        <attrib start="true"/>
        <modify start="false"/>
    </inotify>
    <sersync>
        <!-- What is mirrored, and where to. More <remote> get the same; more <localpath> are mirrors of their own. -->
        <localpath watch="${xml(watch)}">
${remotes.map((remote) => `            ${remoteElement(remote)}\n`).join("")}        </localpath>
        <rsync>
            <!-- rsync's options. -a keeps owners and modes, -z compresses. -->
            <commonParams params="-az"/>
            <!-- Who logs in at rsync daemons. The file holds only the password and has mode 0600. -->
            ${auth}
        </rsync>
        <!-- What a remote refuses is tried again every so many minutes; "path" would also write it into a script. -->
        <failLog path="" timeToExecute="60"/>
        <!-- A full comparison every so many minutes, for what somebody changed on the remote. -->
        <crontab start="false" schedule="600"/>
    </sersync>
</head>
`;
}

function remoteElement(remote: StarterRemote): string {
  switch (remote.kind) {
    case "daemon":
      return `<remote ip="${xml(remote.host)}" name="${xml(remote.module)}"${
        remote.port === null ? "" : ` port="${remote.port}"`
      }/>`;
    case "ssh":
      return `<remote ip="${xml(remote.host)}" name="${xml(remote.path)}" ssh="true"${
        remote.user === null ? "" : ` user="${xml(remote.user)}"`
      }/>`;
    case "local":
      return `<remote path="${xml(remote.path)}"/>`;
  }
}

export type ServerOptions = {
  readonly modules: readonly { readonly name: string; readonly path: string }[];
  readonly port: number | null;
  readonly user: string | null;
  readonly secretsFile: string;
  /** Whether the daemon runs as root: then it keeps owners and locks itself into the module's directory. */
  readonly asRoot: boolean;
};

/** `rsyncd.conf` for the other side. */
export function starterServer({ modules, port, user, secretsFile, asRoot }: ServerOptions): string {
  const lines = [
    "# rsync --daemon: takes what tssync sends. Start it with: systemctl enable --now rsync, or tssync receiver",
    ...(port === null ? [] : [`port = ${port}`]),
    ...(asRoot
      ? ["# As root: owners and modes arrive as they are.", "uid = root", "gid = root", "use chroot = yes"]
      : ["# Not root: everything belongs to the user that runs it.", "use chroot = no"]),
    "# Symbolic links arrive as they are.",
    "munge symlinks = no",
    "# A large file may be compared for a while.",
    "timeout = 600",
    "max connections = 0",
    "reverse lookup = no",
  ];
  for (const { name, path } of modules) {
    lines.push("", `[${name}]`, `path = ${path}`, "read only = no", "list = no");
    if (user !== null) lines.push(`auth users = ${user}`, `secrets file = ${secretsFile}`);
    lines.push("# Who may come: addresses or networks.", "#hosts allow = 192.0.2.0/24");
  }
  return `${lines.join("\n")}\n`;
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
