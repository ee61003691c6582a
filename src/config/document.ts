import { NEVER_SWITCHED_OFF, RSYNC_OPTIONS, SHORT_OPTIONS } from "./rsync_option.ts";
import type { OptionVerdict } from "./rsync_option.ts";
import { HEAD } from "./schema.ts";
import { PLUGIN_KINDS } from "./schema_plugin.ts";
import type { AttributeRule, ElementRule } from "./schema_rule.ts";

/** The text of `docs/configuration.md`, made from the tables that read a configuration. */
export function configurationDocument(): string {
  return [
    INTRODUCTION,
    section("head", HEAD, []),
    ...Object.entries(HEAD.children).flatMap(([name, rule]) => (name === "plugin" ? [] : sections(name, rule, []))),
    pluginSections(),
    FILTERS,
    rsyncOptions(),
    COMMAND_LINE,
  ].join("\n\n") + "\n";
}

const INTRODUCTION = `# Configuration

<!-- Written by \`bun run docs\` from src/config; change it there. -->

tssync reads sersync's \`confxml.xml\`. Every element is optional; what is missing has the default of the file that sersync
ships. Unknown elements, unknown attributes and values that are not understood are errors: all of them are told at once, each
with its file and line, and nothing is started (exit code 78). \`tssync check -o confxml.xml\` tells them without starting.

Several directories are several \`<localpath>\` in one file, or several files (\`-o a.xml -o b.xml\`). Filter, switches and the
settings of rsync hold for the file they stand in; \`<host>\` and \`<failLog>\` count from the first file.

The file is read as UTF-8; if it is not valid UTF-8, as its header says. Document types and entities of one's own are refused.
Names in it are text, and on the disk they are UTF-8. Relative paths start where tssync was started.

The smallest file:
\`\`\`xml
<head>
  <sersync>
    <localpath watch="/data"><remote ip="172.16.1.41" name="www"/></localpath>
    <rsync><commonParams params="-az"/></rsync>
  </sersync>
</head>
\`\`\``;

const FILTERS = `## Filters

An \`<exclude expression="…">\` of \`<filter>\` is a regular expression in Perl's syntax. A path is excluded if an expression
matches **in full** one of:

- the path below the watched directory: \`sub/name\`
- the same with a slash before it: \`/sub/name\`
- for a directory, with a slash after it: \`sub/name/\`

Everything below an excluded directory is excluded too. What is excluded is not watched, not sent and never deleted on a remote.

| expression | excludes |
|---|---|
| \`(.*)\\.gz\` | every name that ends in \`.gz\` |
| \`^info/*\` | \`info\` in the watched directory and all below it |
| \`^test/test.txt\` or \`^/test/test.txt\` | that one file |
| \`(.*)/cache\` | everything called \`cache\`, and all below |
| \`(.*/)?\\.[^/]*\` | names that begin with a dot |
| \`(.*)~\` | names that end with a tilde |
| \`(?i)(.*)\\.tmp\` | \`.tmp\`, \`.TMP\` … |

A dot matches every character. POSIX classes (\`[[:alpha:]]\`, ASCII), \`\\A \\z \\Z \\h \\Q…\\E \\x{…}\`, switches such as
\`(?i)\` at the beginning of an expression or group, named groups and look-around are understood. Possessive quantifiers, atomic
groups, recursion, conditions and \`(?x)\` are errors, as is every expression that cannot be used (\`*.php\` is a wildcard, not
an expression).`;

const COMMAND_LINE = `## Without a file

\`tssync serve --watch DIR --to DEST\` mirrors one directory with every event switched on. \`--to\` may be given several times:

| DEST | |
|---|---|
| \`user@host::module\`, \`host::module/sub\` | an rsync daemon |
| \`rsync://user@host:8730/module/sub\` | the same with a port |
| \`user@host:/path\` | over ssh |
| \`/local/path\` | a directory of this machine |

IPv6 addresses stand in brackets: \`[::1]::module\`. \`--password-file\` is for rsync daemons; \`--params\` holds rsync's options
(default \`-az\`), where \`-e 'ssh -p 2222 -i KEY'\` sets ssh's port and key.

## What the disk has to say

Before anything is watched: every watched directory must be there and readable, and stand in the configuration once; a password
file must be readable, not accessible to others and, for root, belong to root, or rsync refuses it; a local target and a
watched directory must not lie inside each other, and two remotes must not be the same place.`;

function sections(name: string, rule: ElementRule, parents: readonly string[]): readonly string[] {
  const path = [...parents, name];
  // What has neither attributes nor siblings of its kind only groups: its children tell everything.
  return [
    section(name, rule, parents),
    ...Object.entries(rule.children).flatMap(([child, childRule]) => sections(child, childRule, path)),
  ];
}

function section(name: string, rule: ElementRule, parents: readonly string[]): string {
  const parts = [`${"#".repeat(Math.min(2 + parents.length, 5))} \`<${name}>\``, rule.meaning];
  if (parents.length > 0) parts[1] = `In \`<${parents.join("> <")}>\`. ${rule.meaning}`;
  const attributes = Object.entries(rule.attributes);
  if (attributes.length > 0) {
    const rows = attributes.map(([attribute, attributeRule]) => attributeRow(attribute, attributeRule));
    parts.push(["| attribute | meaning | expected | default |", "|---|---|---|---|", ...rows].join("\n"));
    parts.push(...(EXAMPLES[name] ?? [example(name, rule)]).map((element) => `\`${element}\``));
  }
  return parts.join("\n\n");
}

function attributeRow(name: string, rule: AttributeRule): string {
  const byDefault = rule.required ? "must be given" : rule.default === null ? "–" : `\`"${rule.default}"\``;
  return `| \`${name}\` | ${cell(rule.meaning)} | ${cell(rule.value.expected)} | ${byDefault} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** A remote is one of three things, and not all attributes go together. */
export const REMOTE_EXAMPLES = [
  '<remote ip="172.16.1.41" name="www" port="8730" user="rsync_backup" passwordfile="/etc/rsync.password"/>',
  '<remote ip="172.16.1.42" name="/backup/www" ssh="true" port="2222" user="backup" identityFile="/root/.ssh/id_ed25519"/>',
  '<remote path="/mnt/usb/www" id="usb" params="-a"/>',
] as const;

/** Nor do all attributes of a cache. */
export const CACHE_EXAMPLES = [
  '<cdn provider="varnish" endpoint="http://127.0.0.1:6081" base="http://www.example.com" index="index.html index.php"/>',
  '<cdn provider="cloudflare" zone="023e105f4ecef8ad9ca31a8372d0c353" base="https://www.example.com" ' +
  'credentials="file:/etc/tssync/cloudflare" batch="30" collapse="200"/>',
] as const;

const EXAMPLES: Readonly<Record<string, readonly string[]>> = { remote: REMOTE_EXAMPLES, cdn: CACHE_EXAMPLES };

function example(name: string, rule: ElementRule): string {
  const attributes = Object.entries(rule.attributes)
    .map(([attribute, { example: text }]) => ` ${attribute}="${text}"`);
  return `<${name}${attributes.join("")}/>`;
}

function pluginSections(): string {
  const blocks = Object.entries(PLUGIN_KINDS).map(([kind, children]) => {
    const title = kind === "cdn" ? "Blocks of any other name" : `The block \`<plugin name="${kind}">\``;
    const parts = Object.entries(children).flatMap(([child, rule]) => sections(child, rule, ["plugin"]));
    return [`### ${title}`, ...parts.map((part) => part.replace(/^#/gm, "##"))].join("\n\n");
  });
  return [section("plugin", HEAD.children.plugin, []), ...blocks].join("\n\n");
}

function rsyncOptions(): string {
  const letters = new Map(Object.entries(SHORT_OPTIONS).map(([letter, name]) => [name, letter]));
  const shown = (name: string) => {
    const letter = letters.get(name);
    return name.length === 1
      ? `\`-${name}\``
      : letter === undefined
      ? `\`--${name}\``
      : `\`--${name}\` (\`-${letter}\`)`;
  };
  const named = (does: OptionVerdict["does"]) =>
    Array.from(RSYNC_OPTIONS).filter(([, { verdict }]) => verdict.does === does).map(([name]) => shown(name)).join(
      ", ",
    );
  const reasons = (does: "refuse" | "warn") => {
    const byReason = new Map<string, string[]>();
    for (const [name, { verdict }] of RSYNC_OPTIONS) {
      if (verdict.does === does) byReason.set(verdict.because, [...byReason.get(verdict.because) ?? [], shown(name)]);
    }
    return Array.from(byReason, ([because, names]) => `| ${names.join(", ")} | ${cell(because)} |`);
  };
  const negations = Object.entries(NEVER_SWITCHED_OFF).map(([name, because]) => `| \`--no-${name}\` | ${because} |`);
  return `## rsync's options

\`commonParams\` and \`params\` are split into words by a shell's rules (blanks, single and double quotes, backslash), and no
shell ever sees them: \`$HOME\`, \`~\`, \`;\` and the like are errors outside single quotes. \`-r\` and \`-R\` need not be given.

These cannot be used, alone or bundled (\`-avzn\`):

| option | why |
|---|---|
${[...reasons("refuse"), ...negations].join("\n")}

These work, and \`tssync check\` says what follows from them:

| option | what follows |
|---|---|
${reasons("warn").join("\n")}

- ${named("delete")}: with \`<delete start="true"/>\` tssync gives them where they belong, else they are an error.
- ${named("shell")}: with ssh alone; the arguments of ssh are taken from it.
- ${named("port")} and ${named("timeout")}: the same as the attributes, which win over them.
- ${named("filterFile")}: not from stdin (\`-\`). ${named("filterRule")}: neither that nor filter files of directories.
- ${named("daemonOnly")}: with rsync daemons alone.
- Left out, since tssync reads what rsync prints: ${named("drop")}. Of \`-P\`, \`--partial\` stays.`;
}
