import type { BoundPort } from "../../kube/host-ports.ts";
import type { Labels, Node, ResourceTexts, Taint } from "../../kube/objects.ts";
import { Amounts, amountsWritten } from "../amounts.ts";
import type { PodInfo } from "../pods/registry.ts";

/** What many nodes have in common: everything that plugins read of a node's spec and labels, its host name apart. */
export interface NodeClass {
  /** Dense number among the classes of one cluster. */
  readonly id: number;
}

/** How far an image has spread, as a node last saw it (`ImageStateSummary`). */
export interface ImageState {
  readonly sizeBytes: number;
  readonly nodes: number;
}

const hostname = "kubernetes.io/hostname";
const noTaints: readonly Taint[] = [];

// Objects do not change, so what was read of one stays: nodes are looked at anew in every cluster that they are put into.
const labelTexts = new WeakMap<Labels, string>();
const allocatables = new WeakMap<ResourceTexts, Amounts>();

/** What of a node makes its class, as one text. */
function nodeClassKey({ metadata, spec }: Node): string {
  const text = metadata.labels === undefined ? "" : labelText(metadata.labels);
  const { taints = noTaints, unschedulable = false } = spec ?? {};
  return taints.length === 0 && !unschedulable ? text : `${text}\n${unschedulable} ${JSON.stringify(taints)}`;
}

function labelText(labels: Labels): string {
  const known = labelTexts.get(labels);
  if (known !== undefined) return known;
  let text = "";
  for (const key of Object.keys(labels).sort()) if (key !== hostname) text += JSON.stringify([key, labels[key]]);
  labelTexts.set(labels, text);
  return text;
}

function allocatableOf({ status }: Node): Amounts {
  const texts = status?.allocatable;
  if (texts === undefined) return amountsWritten(texts);
  const known = allocatables.get(texts);
  if (known !== undefined) return known;
  const amounts = amountsWritten(texts);
  allocatables.set(texts, amounts);
  return amounts;
}

/** The classes of one cluster's nodes. */
export class NodeClasses {
  readonly #classes = new Map<string, NodeClass>();

  /** The class of a node, the same for nodes that are alike. */
  of(node: Node): NodeClass {
    const key = nodeClassKey(node);
    const known = this.#classes.get(key);
    if (known !== undefined) return known;
    const made = { id: this.#classes.size };
    this.#classes.set(key, made);
    return made;
  }
}

/**
 * One node with the sums over its pods (`framework.NodeInfo`), kept up to date pod by pod.
 *
 * The order of `pods` is the real one: a pod that goes leaves its place to the last. Preemption takes equals in this order.
 */
export class NodeState {
  readonly name: string;
  node: Node;
  labels: Labels;
  taints: readonly Taint[];
  isUnschedulable: boolean;
  allocatable: Amounts;
  nodeClass: NodeClass;
  /** No two states of nodes have the same: what was found out about one is known by it. */
  version = newVersion();
  /** Place in the cluster's arrays; -1 while the node is not in the cluster. */
  slot = -1;
  readonly pods: PodInfo[] = [];
  readonly requested = new Amounts();
  nonZeroMilliCpu = 0;
  nonZeroMemoryBytes = 0;
  /** Host ports in use: addresses by protocol and port. */
  ports: Map<string, Set<string>> | undefined = undefined;
  /** Images on the node by name, as of the last look; undefined when it lists none. */
  images: Map<string, ImageState> | undefined = undefined;
  #least = { version: -1, priority: 0 };

  constructor(node: Node, nodeClass: NodeClass, allocatable?: Amounts) {
    this.name = node.metadata.name;
    this.node = node;
    this.nodeClass = nodeClass;
    this.labels = node.metadata.labels ?? {};
    this.taints = node.spec?.taints ?? noTaints;
    this.isUnschedulable = node.spec?.unschedulable === true;
    this.allocatable = allocatable ?? allocatableOf(node);
  }

  /** Reads the node's object anew. */
  set(node: Node, nodeClass: NodeClass): void {
    this.node = node;
    this.nodeClass = nodeClass;
    this.labels = node.metadata.labels ?? {};
    this.taints = node.spec?.taints ?? noTaints;
    this.isUnschedulable = node.spec?.unschedulable === true;
    this.allocatable = allocatableOf(node);
    this.version = newVersion();
  }

  /** The lowest priority among its pods; infinite where there is none. */
  get leastPriority(): number {
    if (this.#least.version !== this.version) {
      let priority = Number.POSITIVE_INFINITY;
      for (const { shape } of this.pods) if (shape.priority < priority) priority = shape.priority;
      this.#least = { version: this.version, priority };
    }
    return this.#least.priority;
  }

  /** Puts a pod last. */
  add(info: PodInfo): void {
    this.pods.push(info);
    this.#count(info, 1);
  }

  /** Takes the pod at a position away; the last one moves there. */
  removeAt(at: number): void {
    const info = this.pods[at];
    const last = this.pods.pop();
    if (info === undefined || last === undefined) return;
    if (at < this.pods.length) this.pods[at] = last;
    this.#count(info, -1);
  }

  /** The exact opposite of `removeAt`. */
  putBackAt(at: number, info: PodInfo): void {
    const moved = this.pods[at];
    if (moved === undefined) this.pods.push(info);
    else {
      this.pods.push(moved);
      this.pods[at] = info;
    }
    this.#count(info, 1);
  }

  /** Position of a pod by `namespace/name`, -1 when it is not here. */
  positionOf(name: string): number {
    // Who is looked for has most often come last.
    for (let at = this.pods.length - 1; at >= 0; at--) if (this.pods[at]?.name === name) return at;
    return -1;
  }

  /** Takes a pod away and puts it last with a new object that asks for the same. */
  renewAt(at: number, info: PodInfo): void {
    const last = this.pods.length - 1;
    const moved = this.pods[last];
    if (moved !== undefined) this.pods[at] = moved;
    this.pods[last] = info;
  }

  /** Whether one of the ports is taken. */
  hasPortConflict(wanted: readonly BoundPort[]): boolean {
    if (this.ports === undefined) return false;
    for (const { ip, protocolPort } of wanted) {
      const taken = this.ports.get(protocolPort);
      if (taken !== undefined && taken.size > 0 && (ip === anyAddress || taken.has(anyAddress) || taken.has(ip)))
        return true;
    }
    return false;
  }

  /** A copy that can be changed without touching the cluster's indexes. */
  copy(): NodeState {
    const twin = new NodeState(this.node, this.nodeClass, this.allocatable);
    twin.slot = this.slot;
    twin.images = this.images;
    twin.pods.push(...this.pods);
    Object.assign(twin.requested, this.requested.copy());
    twin.nonZeroMilliCpu = this.nonZeroMilliCpu;
    twin.nonZeroMemoryBytes = this.nonZeroMemoryBytes;
    twin.ports = this.copiedPorts();
    return twin;
  }

  /** The host ports in use, as a copy; `undefined` where none ever was. */
  copiedPorts(): Map<string, Set<string>> | undefined {
    if (this.ports === undefined) return undefined;
    return new Map(Array.from(this.ports, ([key, ips]) => [key, new Set(ips)]));
  }

  #count(info: PodInfo, sign: 1 | -1): void {
    const { requests, ports } = info.shape;
    this.version = newVersion();
    this.requested.add(requests.held, sign);
    this.nonZeroMilliCpu += sign * requests.heldNonZeroMilliCpu;
    this.nonZeroMemoryBytes += sign * requests.heldNonZeroMemoryBytes;
    for (const { ip, protocolPort } of ports) {
      this.ports ??= new Map();
      const taken = this.ports.get(protocolPort) ?? new Set();
      this.ports.set(protocolPort, taken);
      // A set, as in the original: of two pods on one port the first that goes frees it.
      if (sign > 0) taken.add(ip);
      else taken.delete(ip);
    }
  }
}

const versions = { last: 0 };

function newVersion(): number {
  versions.last += 1;
  return versions.last;
}

const anyAddress = "0.0.0.0";
