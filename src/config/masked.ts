import type {
  Configuration,
  PluginConfiguration,
  PluginElement,
  RemoteConfiguration,
  RootConfiguration,
} from "./configuration.ts";
import type { PluginKind } from "./plugin_settings.ts";

/** What stands where a secret stood. */
const MASK = "***";

/** A configuration without anything secret: of plugins, what stands in the file. */
export type MaskedConfiguration = Omit<Configuration, "plugins"> & { readonly plugins: readonly MaskedPlugin[] };
export type MaskedPlugin = Omit<PluginConfiguration, "settings"> & { readonly kind: PluginKind };

/** The configuration as it may be shown: passwords, tokens and keys are masked wherever they may stand. */
export function maskedConfiguration(configuration: Configuration): MaskedConfiguration {
  return {
    ...configuration,
    roots: configuration.roots.map(maskedRoot),
    plugins: configuration.plugins.map(maskedPlugin),
  };
}

export function maskedRoot(root: RootConfiguration): RootConfiguration {
  return { ...root, remotes: root.remotes.map(maskedRemote) };
}

function maskedRemote(remote: RemoteConfiguration): RemoteConfiguration {
  const { destination } = remote;
  return {
    ...remote,
    destination: destination.kind === "ssh"
      ? { ...destination, options: maskedWords(destination.options) }
      : destination,
    params: maskedWords(remote.params),
  };
}

function maskedPlugin({ settings, ...plugin }: PluginConfiguration): MaskedPlugin {
  return { ...plugin, kind: settings.kind, element: maskedElement(plugin.element) };
}

function maskedElement({ name, attributes, children }: PluginElement): PluginElement {
  return {
    name,
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [key, maskedAttribute(key, value)]),
    ),
    children: children.map(maskedElement),
  };
}

/** An attribute as it may be shown, in a message too. */
export function maskedAttribute(name: string, value: string): string {
  return isSecretName(name) ? MASK : maskedText(value);
}

const SECRET_NAME = /pass|secret|token|credential|authorization|api-?key|access-?key|private-?key/i;
/** Names of files: what is in them is secret, where they are is what people look for. */
const FILE_NAME = /(?:file|path)$/i;

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !FILE_NAME.test(name);
}

/** Arguments, one by one; an option's value may be the next one. */
/** Arguments of a command. */
export function maskedWords(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const before = words[index - 1];
    const isValue = before !== undefined && /^--?[^=]+$/.test(before) && isSecretName(before.replace(/^-+/, ""));
    return isValue ? MASK : maskedText(word);
  });
}

/** Text that may hold a whole command: the password of a URL, of an option, of a header or of sshpass. */
function maskedText(text: string): string {
  const unlessOpen = (whole: string, name: string, between: string) =>
    isSecretName(name) ? `${name}${between}${MASK}` : whole;
  return text
    .replace(/(\b[a-z][a-z\d+.-]*:\/\/)[^\s/@]*@/gi, `$1${MASK}@`)
    .replace(/\b(sshpass\s+(?:-[^p\s]\S*\s+)*-p\s*)(?:'[^']*'|"[^"]*"|\S+)/g, `$1${MASK}`)
    .replace(/([\w-]+)(=)(?:'[^']*'|"[^"]*"|[^\s&'"]+)/g, unlessOpen)
    .replace(/(--[\w-]+)(\s+)(?:'[^']*'|"[^"]*"|[^\s'"]+)/g, unlessOpen)
    .replace(/([\w-]+)(:\s*(?:(?:Bearer|Basic|Token)\s+)?)[^\s'"/]+/gi, unlessOpen);
}
