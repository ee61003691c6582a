/**
 * What is mirrored of a root and where to, as it is now. Filter, switches and list of remotes keep their identity when the
 * configuration changes: whoever holds them sees the change at the next look.
 */
import type { EventSwitches, RemoteConfiguration, RootConfiguration } from "../config/configuration.ts";
import { CurrentFilter } from "./current_filter.ts";
import type { Remote } from "./remote.ts";

export class RootShape {
  readonly filter: CurrentFilter;
  readonly switches: EventSwitches;
  readonly remotes: readonly Remote[];
  readonly #remotes: Remote[];
  readonly #makeRemote: (configuration: RemoteConfiguration) => Remote;
  #configuration: RootConfiguration;

  constructor(configuration: RootConfiguration, makeRemote: (configuration: RemoteConfiguration) => Remote) {
    this.switches = { ...configuration.switches };
    this.filter = new CurrentFilter(configuration.excludes);
    this.#configuration = { ...configuration, switches: this.switches };
    this.#makeRemote = makeRemote;
    this.remotes = this.#remotes = [];
  }

  get configuration(): RootConfiguration {
    return this.#configuration;
  }

  /** Another configuration of the same directory. Its remotes are told apart: `add`, `remove`. */
  reconfigure(configuration: RootConfiguration): void {
    this.filter.replace(configuration.excludes);
    Object.assign(this.switches, configuration.switches);
    this.#configuration = { ...configuration, switches: this.switches };
  }

  add(configuration: RemoteConfiguration): Remote {
    const remote = this.#makeRemote(configuration);
    this.#remotes.push(remote);
    return remote;
  }

  /** It gets no more marks. Null when there is none of that name. */
  remove(id: string): Remote | null {
    const at = this.#remotes.findIndex((remote) => remote.id === id);
    return at < 0 ? null : this.#remotes.splice(at, 1)[0]!;
  }
}
