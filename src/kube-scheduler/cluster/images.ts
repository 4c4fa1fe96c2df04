import type { ImageState, NodeState } from "./node-state.ts";

/** Images by node, as the node last saw them. */
export type SavedImages = readonly (readonly [
  nodeName: string,
  images: readonly (readonly [name: string, state: ImageState])[],
])[];

interface Spread {
  readonly sizeBytes: number;
  readonly nodes: Set<NodeState>;
}

/**
 * On how many nodes each image lies. A node's own view of it is renewed only when the node or its pods changed, as in the real snapshot
 * (cache.go, `UpdateSnapshot`): an image that has since come to other nodes still counts as rare there.
 */
export class ImageSpread {
  readonly #images = new Map<string, Spread>();
  readonly #touched = new Set<NodeState>();

  /** Whether no node lists any. */
  get isEmpty(): boolean {
    return this.#images.size === 0;
  }

  /** A node lists its images. */
  add(node: NodeState): void {
    this.#touched.add(node);
    for (const { names, sizeBytes } of node.node.status?.images ?? []) {
      for (const name of names ?? []) {
        const known = this.#images.get(name);
        if (known === undefined) this.#images.set(name, { sizeBytes: sizeBytes ?? 0, nodes: new Set([node]) });
        else known.nodes.add(node);
      }
    }
  }

  /** It does not any more. */
  remove(node: NodeState): void {
    for (const { names } of node.node.status?.images ?? []) {
      for (const name of names ?? []) {
        const known = this.#images.get(name);
        known?.nodes.delete(node);
        if (known?.nodes.size === 0) this.#images.delete(name);
      }
    }
  }

  /** Something of the node changed. */
  touch(node: NodeState): void {
    if (node.images !== undefined) this.#touched.add(node);
  }

  /** Renews the view of nodes that changed: to be called at the start of every attempt. */
  renew(): void {
    for (const node of this.#touched) node.images = this.#viewOf(node);
    this.#touched.clear();
  }

  /** Views of nodes that have not changed since; not those that are renewed at the next attempt anyway. */
  save(nodes: readonly NodeState[]): SavedImages {
    return nodes.flatMap((node) =>
      node.images === undefined || this.#touched.has(node) ? [] : [[node.name, [...node.images]] as const],
    );
  }

  /** Takes over what `save` told. */
  restore(saved: SavedImages, nodeOf: (name: string) => NodeState | undefined): void {
    for (const [name, view] of saved) {
      const node = nodeOf(name);
      if (node === undefined) continue;
      node.images = new Map(view);
      this.#touched.delete(node);
    }
  }

  #viewOf(node: NodeState): Map<string, ImageState> | undefined {
    const listed = node.node.status?.images ?? [];
    if (listed.length === 0) return undefined;
    const view = new Map<string, ImageState>();
    for (const { names } of listed) {
      for (const name of names ?? []) {
        const spread = this.#images.get(name);
        if (spread !== undefined) view.set(name, { sizeBytes: spread.sizeBytes, nodes: spread.nodes.size });
      }
    }
    return view;
  }
}
