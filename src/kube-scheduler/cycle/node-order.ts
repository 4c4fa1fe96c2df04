import type { Node } from "../../kube/objects.ts";

/**
 * The order in which an attempt looks at nodes: zones in turn, in each the nodes in order of arrival (backend/cache/node_tree.go). It is
 * worked out anew only when nodes have come or gone: a node that changes its zone keeps its place until then.
 */
export class NodeOrder {
  /** Names by zone, zones in order of their first node. */
  readonly #zones = new Map<string, string[]>();
  readonly #zoneOf = new Map<string, string>();
  #order: readonly string[] | undefined;

  /** A node has come, or its labels have changed. */
  put(node: Node): void {
    const { name } = node.metadata;
    const zone = zoneOf(node);
    const before = this.#zoneOf.get(name);
    if (before === zone) return;
    if (before === undefined) this.#order = undefined;
    else this.#take(name, before);
    const names = this.#zones.get(zone) ?? [];
    this.#zones.set(zone, names);
    names.push(name);
    this.#zoneOf.set(name, zone);
  }

  /** A node is gone. */
  delete(name: string): void {
    const zone = this.#zoneOf.get(name);
    if (zone === undefined) return;
    this.#take(name, zone);
    this.#zoneOf.delete(name);
    this.#order = undefined;
  }

  /** All names in order. */
  names(): readonly string[] {
    this.#order ??= this.#interleaved();
    return this.#order;
  }

  /** Everything there is to know, to go on from with `restore`. */
  save(): SavedOrder {
    return { zones: [...this.#zones].map(([zone, names]) => [zone, [...names]]), order: [...this.names()] };
  }

  /** Takes over what `save` told. */
  restore({ zones, order }: SavedOrder): void {
    for (const [zone, names] of zones) {
      this.#zones.set(zone, [...names]);
      for (const name of names) this.#zoneOf.set(name, zone);
    }
    this.#order = order;
  }

  #take(name: string, zone: string): void {
    const rest = this.#zones.get(zone)?.filter((other) => other !== name) ?? [];
    if (rest.length === 0) this.#zones.delete(zone);
    else this.#zones.set(zone, rest);
  }

  #interleaved(): string[] {
    const lists = [...this.#zones.values()];
    const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
    const order: string[] = [];
    for (let at = 0; at < longest; at++)
      for (const names of lists) {
        const name = names[at];
        if (name !== undefined) order.push(name);
      }
    return order;
  }
}

/** Node names by zone and in order. */
export interface SavedOrder {
  readonly zones: readonly (readonly [zone: string, names: readonly string[]])[];
  readonly order: readonly string[];
}

// nodetopology.GetZoneKey: region and zone, by their beta labels where a node has those.
function zoneOf({ metadata: { labels = {} } }: Node): string {
  const zone = labels["failure-domain.beta.kubernetes.io/zone"] ?? labels["topology.kubernetes.io/zone"] ?? "";
  const region = labels["failure-domain.beta.kubernetes.io/region"] ?? labels["topology.kubernetes.io/region"] ?? "";
  return zone === "" && region === "" ? "" : `${region}:\u0000:${zone}`;
}
