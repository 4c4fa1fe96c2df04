import type { Node, Pod } from "../../kube/objects.ts";
import { type PodInfo, PodRegistry } from "../pods/registry.ts";
import { type FactKind, type FactLists, Facts, type FactTypes } from "./facts.ts";
import { ImageSpread } from "./images.ts";
import { ClusterIndex } from "./index.ts";
import { NodeClasses, NodeState } from "./node-state.ts";
import { UndoLog } from "./undo-log.ts";

/** What a cluster begins with. */
export interface ClusterInput {
  readonly nodes?: readonly Node[];
  /** Pods with a node; others are left out. */
  readonly pods?: readonly Pod[];
  readonly facts?: FactLists;
  /** Share one among clusters of the same pods, so that each pod is read once. */
  readonly registry?: PodRegistry;
}

/**
 * Nodes and the pods on them, as the scheduler's plugins see them: sums by node, counts by domain, everything kept up to date by change.
 *
 * `fork` marks a point, `revert` goes back to the last one exactly, `commit` keeps what came after it. Objects given are never changed.
 */
export class SchedulerCluster {
  readonly registry: PodRegistry;
  readonly facts: Facts;
  readonly index: ClusterIndex;
  readonly images = new ImageSpread();
  /** In order of arrival. */
  readonly nodes: NodeState[] = [];
  readonly #byName = new Map<string, NodeState>();
  readonly #bySlot: (NodeState | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  /** Pods of nodes that are not there (yet, or any more). */
  readonly #homeless = new Map<string, PodInfo[]>();
  readonly #classes = new NodeClasses();
  /** Pods on nodes by claim, `namespace/name`. */
  readonly #claimUsers = new Map<string, number>();
  readonly #undo = new UndoLog();
  /** Changes when nodes come or go. */
  nodeEpoch = 0;

  constructor(input: ClusterInput = {}) {
    this.registry = input.registry ?? new PodRegistry();
    this.facts = new Facts(input.facts);
    this.index = new ClusterIndex({
      namespaceLabels: (namespace) => this.facts.namespaceLabels(namespace),
      placed: () => this.nodes.map((node) => [node.slot, node.pods] as const),
      labelsAt: (slot) => this.#bySlot[slot]?.labels ?? {},
    });
    for (const node of input.nodes ?? []) this.putNode(node);
    for (const pod of input.pods ?? []) if ((pod.spec.nodeName ?? "") !== "") this.addPod(pod, pod.spec.nodeName ?? "");
  }

  /** A node by name; undefined when there is none. */
  node(name: string): NodeState | undefined {
    return this.#byName.get(name);
  }

  /** The node in a slot. */
  nodeAt(slot: number): NodeState | undefined {
    return this.#bySlot[slot];
  }

  /** Adds a node, or takes over its new object. Pods that already named it are on it. `like` differs from it in nothing but the name. */
  putNode(node: Node, like?: NodeState): NodeState {
    const known = this.#byName.get(node.metadata.name);
    if (known === undefined) {
      const added = new NodeState(node, like?.nodeClass ?? this.#classes.of(node));
      this.#enter(added, this.nodes.length, this.#homeless.get(added.name) ?? []);
      this.#homeless.delete(added.name);
      return added;
    }
    const before = known.node;
    this.#replace(known, node);
    this.#undo.record(() => this.#replace(known, before));
    return known;
  }

  /** Takes a node out of the cluster. Its pods count for nothing until they go, or until a node of that name comes. */
  removeNode(name: string): boolean {
    const node = this.#byName.get(name);
    if (node === undefined) return false;
    const pods = this.#leave(node);
    if (pods.length > 0) this.#homeless.set(name, pods);
    return true;
  }

  /** Puts a pod on a node by name. */
  addPod(pod: Pod, nodeName: string): void {
    this.addInfo(this.registry.infoOf(pod), nodeName);
  }

  /** The same for a pod that has been read. */
  addInfo(info: PodInfo, nodeName: string): void {
    const node = this.#byName.get(nodeName);
    if (node === undefined) {
      this.#shelter(nodeName, info);
      return;
    }
    const putPortsBack = this.#portsNow(node, info);
    this.#settle(node, info);
    this.#undo.record(() => {
      this.#unsettle(node, node.pods.length - 1);
      putPortsBack();
    });
  }

  /** Takes a pod from a node; whether it was there. */
  removePod(pod: Pod, nodeName: string): boolean {
    return this.removePodNamed(this.registry.infoOf(pod).name, nodeName);
  }

  /** The same by `namespace/name`. */
  removePodNamed(name: string, nodeName: string): boolean {
    const node = this.#byName.get(nodeName);
    if (node === undefined) return this.#evict(nodeName, name);
    const at = node.positionOf(name);
    const info = node.pods[at];
    if (info === undefined) return false;
    const putPortsBack = this.#portsNow(node, info);
    this.#unsettle(node, at);
    this.#undo.record(() => {
      node.putBackAt(at, info);
      this.#count(node, info, 1);
      putPortsBack();
    });
    return true;
  }

  /** A pod has a new object: it leaves its node and comes back last, or goes to another one. */
  replacePod(name: string, nodeName: string, info: PodInfo): void {
    const wanted = info.pod.spec.nodeName ?? "";
    const node = this.#byName.get(nodeName);
    const at = node?.positionOf(name) ?? -1;
    const before = node?.pods[at];
    const isSame =
      wanted === nodeName && before?.shape === info.shape && before.isLeaving === info.isLeaving && !this.#undo.isOpen;
    if (node !== undefined && isSame && info.shape.ports.length === 0) {
      node.renewAt(at, info);
      this.images.touch(node);
      return;
    }
    this.removePodNamed(name, nodeName);
    this.addInfo(info, wanted);
  }

  /** Adds or replaces something that is looked up. */
  putFact<K extends FactKind>(kind: K, object: FactTypes[K]): void {
    this.facts.put(kind, object);
    if (kind === "namespaces" && this.index.readsNamespaces) this.index.rebuild();
  }

  /** Takes something that is looked up away; whether it was there. */
  deleteFact(kind: FactKind, name: string): boolean {
    const was = this.facts.delete(kind, name);
    if (kind === "namespaces" && this.index.readsNamespaces) this.index.rebuild();
    return was;
  }

  /** Pods by node name in order, of nodes that are not there (any more) too. */
  placed(): readonly (readonly [nodeName: string, pods: readonly PodInfo[]])[] {
    return [...this.nodes.map(({ name, pods }) => [name, pods] as const), ...this.#homeless];
  }

  /** Whether a pod on some node uses the claim. */
  isClaimInUse(claim: string): boolean {
    return (this.#claimUsers.get(claim) ?? 0) > 0;
  }

  /** Marks this point. Forks nest. */
  fork(): void {
    this.#undo.mark();
  }

  /** Goes back to the last mark. Facts are not part of it: do not change them in a fork. */
  revert(): void {
    this.#undo.revert();
  }

  /** Keeps everything since the last mark. */
  commit(): void {
    this.#undo.commit();
  }

  /** What sets the node's host ports as they are now: of two pods on one port the first that goes frees it, so adding is no opposite. */
  #portsNow(node: NodeState, ...pods: readonly PodInfo[]): () => void {
    if (!this.#undo.isOpen || !pods.some(({ shape }) => shape.ports.length > 0)) return () => undefined;
    const ports = node.copiedPorts();
    return () => {
      node.ports = ports;
    };
  }

  #enter(node: NodeState, at: number, pods: readonly PodInfo[]): void {
    this.#insert(node, at);
    for (const info of pods) this.#settle(node, info);
    this.#undo.record(() => {
      while (node.pods.length > 0) this.#unsettle(node, node.pods.length - 1);
      this.#extract(node, this.nodes.lastIndexOf(node));
      if (pods.length > 0) this.#homeless.set(node.name, [...pods]);
    });
  }

  #leave(node: NodeState): PodInfo[] {
    const at = this.nodes.indexOf(node);
    const pods = [...node.pods];
    const putPortsBack = this.#portsNow(node, ...pods);
    for (let last = pods.length - 1; last >= 0; last--) this.#unsettle(node, last);
    this.#extract(node, at);
    this.#undo.record(() => {
      this.#homeless.delete(node.name);
      this.#insert(node, at);
      for (const info of pods) this.#settle(node, info);
      putPortsBack();
    });
    return pods;
  }

  #replace(node: NodeState, object: Node): void {
    const nodeClass = this.#classes.of(object);
    const isMoved = nodeClass !== node.nodeClass || node.labels[hostname] !== object.metadata.labels?.[hostname];
    const pods = isMoved ? [...node.pods] : [];
    for (const info of pods) this.#count(node, info, -1);
    if (isMoved) this.index.removeNode(node.slot);
    this.images.remove(node);
    node.set(object, nodeClass);
    this.images.add(node);
    if (isMoved) this.index.addNode(node.slot);
    for (const info of pods) this.#count(node, info, 1);
  }

  #insert(node: NodeState, at: number): void {
    node.slot = this.#freeSlots.pop() ?? this.#bySlot.length;
    this.#bySlot[node.slot] = node;
    this.nodes.splice(at, 0, node);
    this.#byName.set(node.name, node);
    this.index.addNode(node.slot);
    this.images.add(node);
    this.nodeEpoch += 1;
  }

  #extract(node: NodeState, at: number): void {
    this.images.remove(node);
    this.index.removeNode(node.slot);
    this.#byName.delete(node.name);
    this.nodes.splice(at, 1);
    this.#bySlot[node.slot] = undefined;
    this.#freeSlots.push(node.slot);
    node.slot = -1;
    this.nodeEpoch += 1;
  }

  #settle(node: NodeState, info: PodInfo): void {
    node.add(info);
    this.#count(node, info, 1);
  }

  #unsettle(node: NodeState, at: number): void {
    const info = node.pods[at];
    if (info === undefined) return;
    node.removeAt(at);
    this.#count(node, info, -1);
  }

  #count(node: NodeState, info: PodInfo, sign: 1 | -1): void {
    this.index.addPod(node.slot, info, sign);
    this.images.touch(node);
    for (const { persistentVolumeClaim } of info.shape.volumes) {
      if (persistentVolumeClaim === undefined) continue;
      const claim = `${info.shape.namespace}/${persistentVolumeClaim.claimName}`;
      this.#claimUsers.set(claim, (this.#claimUsers.get(claim) ?? 0) + sign);
    }
  }

  #shelter(nodeName: string, info: PodInfo): void {
    const pods = this.#homeless.get(nodeName) ?? [];
    this.#homeless.set(nodeName, pods);
    pods.push(info);
    this.#undo.record(() => void pods.pop());
  }

  #evict(nodeName: string, name: string): boolean {
    const pods = this.#homeless.get(nodeName) ?? [];
    const at = pods.findIndex((info) => info.name === name);
    const info = pods[at];
    if (info === undefined) return false;
    pods.splice(at, 1);
    this.#undo.record(() => void pods.splice(at, 0, info));
    return true;
  }
}

const hostname = "kubernetes.io/hostname";
