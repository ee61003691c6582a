import { COMMON_OPTIONS, type Option, ROOT_OPTION } from "./option.ts";

/** What `tssync plugin` takes. */
export const PLUGIN_OPTIONS: readonly Option[] = [
  { name: "path", value: "PATH", brief: "A path of a root, absolute or relative to it; it need not be there" },
  { name: "send", brief: "Send it, and tell what was answered" },
  { name: "config", short: "o", value: "FILE", repeatable: true, brief: "Configuration file (default confxml.xml)" },
  ROOT_OPTION,
  {
    name: "webhook-allow",
    value: "CIDR",
    repeatable: true,
    brief: "Let webhooks go to this network, public or not, also over plain http",
  },
  ...COMMON_OPTIONS,
];
