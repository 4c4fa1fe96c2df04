// Our own: the real program has no such file.
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from "../kube/objects.ts";
import { nameOf } from "../kube/pod.ts";
import type { FactLists } from "./cluster/facts.ts";
import type { SavedImages } from "./cluster/images.ts";
import type { SavedBatch } from "./cycle/batch.ts";
import type { SavedOrder } from "./cycle/node-order.ts";
import { SchedulerMemory } from "./memory.ts";
import { placedAs } from "./pods/registry.ts";
import { newQueuedPod, type QueuedPod } from "./queue/queued-pod.ts";
import type { PluginName } from "./refusal.ts";
import type { SchedulerSettings } from "./settings.ts";

/** Everything a scheduler remembers between two attempts, as plain data: JSON and back changes nothing. */
export interface SchedulerState {
  /** In order of arrival. */
  readonly nodes: readonly Node[];
  readonly facts: FactLists;
  readonly pods: readonly Pod[];
  /** Names of pods by node, in the order in which the node holds them. */
  readonly placed: readonly (readonly [nodeName: string, pods: readonly string[]])[];
  /** Host ports in use by node: they do not follow from its pods, as of two pods on one port the first that goes frees it. */
  readonly ports: readonly (readonly [nodeName: string, ports: SavedPorts])[];
  readonly assumed: readonly SavedAssumed[];
  readonly assumedVolumes: readonly PersistentVolume[];
  readonly assumedClaims: readonly PersistentVolumeClaim[];
  readonly images: SavedImages;
  readonly order: SavedOrder;
  readonly startAt: number;
  readonly cycle: number;
  /** In the order in which the queues hold them. */
  readonly queues: { readonly [Q in "active" | "refused" | "failed" | "waiting"]: readonly SavedPod[] };
  readonly nominations: readonly (readonly [pod: string, nodeName: string])[];
  readonly preempting: readonly (readonly [pod: string, lastVictim: string])[];
  readonly batches: readonly (readonly [schedulerName: string, batch: SavedBatch])[];
}

/** Addresses by protocol and port. */
export type SavedPorts = readonly (readonly [protocolPort: string, addresses: readonly string[]])[];

/** A queued pod without what follows from its object. */
export interface SavedPod extends Omit<QueuedPod, "info" | "plugins" | "backoffEndMs" | "gate" | "heapPlace"> {
  readonly plugins: readonly PluginName[];
  readonly gate?: PluginName;
}

/** A pod that has a node and is not bound yet. */
export interface SavedAssumed {
  readonly nodeName: string;
  /** The pod as it was tried. */
  readonly tried: Pod;
  readonly queued: SavedPod;
  readonly volumes: readonly PersistentVolume[];
  readonly claims: readonly PersistentVolumeClaim[];
}

/** What a scheduler remembers; not to be asked for in the middle of an attempt. */
export function saved(memory: SchedulerMemory): SchedulerState {
  const { cluster, queue, order, pods, assumed, preempting, startAt } = memory;
  const { active, refused, failed, waiting } = queue.lists();
  return {
    nodes: cluster.nodes.map(({ node }) => node),
    facts: cluster.facts.lists(),
    pods: [...pods.values()],
    placed: cluster.placed().map(([nodeName, infos]) => [nodeName, infos.map(({ name }) => name)]),
    ports: cluster.nodes.flatMap(({ name, ports }) =>
      ports === undefined ? [] : [[name, Array.from(ports, ([port, ips]) => [port, [...ips]] as const)] as const],
    ),
    assumed: Array.from(assumed.values(), ({ nodeName, queued, volumes, claims }) => ({
      nodeName,
      tried: queued.info.pod,
      queued: savedPod(queued),
      volumes,
      claims,
    })),
    ...cluster.facts.assumed(),
    images: cluster.images.save(cluster.nodes),
    order: order.save(),
    startAt,
    cycle: queue.cycle,
    queues: {
      active: active.map(savedPod),
      refused: refused.map(savedPod),
      failed: failed.map(savedPod),
      waiting: waiting.map(savedPod),
    },
    nominations: queue.nominator.entries(),
    preempting: [...preempting],
    batches: memory.batches().flatMap(([name, batch]) => {
      const one = batch.save();
      return one === undefined ? [] : [[name, one] as const];
    }),
  };
}

/** A scheduler that goes on where another was saved. */
export function restored(settings: SchedulerSettings, state: SchedulerState): SchedulerMemory {
  const memory = new SchedulerMemory(settings, state.facts);
  const { cluster, queue } = memory;
  const { registry } = cluster;
  for (const node of state.nodes) cluster.putNode(node);
  for (const pod of state.pods) memory.pods.set(nameOf(pod), pod);
  for (const one of state.assumed) {
    const queued = thawed(one.queued, registry.infoOf(one.tried));
    memory.assumed.set(queued.name, { ...one, queued });
  }
  for (const [nodeName, names] of state.placed)
    for (const name of names) {
      const held = memory.assumed.get(name);
      const pod = memory.pods.get(name);
      const info = held === undefined ? pod && registry.infoOf(pod) : placedAs(held.queued.info, nodeName);
      if (info !== undefined) cluster.addInfo(info, nodeName);
    }
  for (const [nodeName, ports] of state.ports) {
    const node = cluster.node(nodeName);
    if (node !== undefined) node.ports = new Map(ports.map(([port, ips]) => [port, new Set(ips)]));
  }
  cluster.facts.assume(state.assumedVolumes, state.assumedClaims);
  cluster.images.restore(state.images, (name) => cluster.node(name));
  memory.order.restore(state.order);
  memory.startAt = state.startAt;
  queue.cycle = state.cycle;
  const thaw = (list: readonly SavedPod[]): QueuedPod[] =>
    list.flatMap((one) => {
      const pod = memory.pods.get(one.name);
      return pod === undefined ? [] : [thawed(one, registry.infoOf(pod))];
    });
  const { active, refused, failed, waiting } = state.queues;
  queue.restore({
    active: thaw(active),
    refused: thaw(refused),
    failed: thaw(failed),
    waiting: thaw(waiting),
  });
  queue.nominator.restore(state.nominations);
  for (const [pod, victim] of state.preempting) memory.preempting.set(pod, victim);
  const batches = new Map(state.batches);
  for (const [name, batch] of memory.batches()) batch.restore(batches.get(name));
  return memory;
}

function savedPod(queued: QueuedPod): SavedPod {
  const { info: _, plugins, backoffEndMs: __, heapPlace: ___, gate, ...rest } = queued;
  return { ...rest, plugins: [...plugins], ...(gate === undefined ? {} : { gate }) };
}

function thawed({ plugins, gate, ...rest }: SavedPod, info: QueuedPod["info"]): QueuedPod {
  return { ...newQueuedPod(info, rest.timestampMs), ...rest, plugins: new Set(plugins), gate };
}
