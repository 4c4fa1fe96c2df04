import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../kube/objects.ts";
import { SchedulerCluster } from "./cluster/cluster.ts";
import type { FactLists } from "./cluster/facts.ts";
import type { NodeState } from "./cluster/node-state.ts";
import { Batch } from "./cycle/batch.ts";
import { NodeOrder } from "./cycle/node-order.ts";
import { Framework } from "./framework.ts";
import type { PodInfo } from "./pods/registry.ts";
import type { QueuedPod } from "./queue/queued-pod.ts";
import { SchedulingQueue } from "./queue/scheduling-queue.ts";
import type { SchedulerSettings } from "./settings.ts";

/** A pod that has been given a node and is not bound yet. */
export interface Assumed {
  readonly nodeName: string;
  /** As it was taken from the queue, should it have to come back. */
  readonly queued: QueuedPod;
  /** Volumes and claims reserved for it. */
  readonly volumes: readonly PersistentVolume[];
  readonly claims: readonly PersistentVolumeClaim[];
}

/** Everything a scheduler knows and remembers. */
export class SchedulerMemory {
  readonly settings: SchedulerSettings;
  readonly cluster: SchedulerCluster;
  readonly queue: SchedulingQueue;
  readonly order = new NodeOrder();
  /** Every pod that has not ended, by `namespace/name`, as last seen. */
  readonly pods = new Map<string, Pod>();
  readonly assumed = new Map<string, Assumed>();
  /** Pods for which others are being preempted, with the last of those. */
  readonly preempting = new Map<string, string>();
  readonly #frameworks = new Map<string, { readonly framework: Framework; readonly batch: Batch }>();
  /** Where the next search begins. */
  startAt = 0;
  #nodes: { readonly order: readonly string[]; readonly list: readonly NodeState[] } | undefined;

  constructor(settings: SchedulerSettings, facts: FactLists = {}) {
    this.settings = settings;
    const cluster = new SchedulerCluster({ facts });
    this.cluster = cluster;
    const { behaviour } = settings;
    for (const profile of settings.profiles) {
      const framework = new Framework({ cluster, profile, behaviour });
      this.#frameworks.set(profile.schedulerName, { framework, batch: new Batch() });
    }
    this.queue = new SchedulingQueue({
      ...settings,
      frameworkOf: (pod) => this.frameworkOf(pod),
      latest: (name) => this.pods.get(name),
      isPreempting: (name) => this.#isPreempting(name),
    });
  }

  /** The profile that is responsible for a pod; undefined when another scheduler is. */
  frameworkOf(pod: Pod): Framework | undefined {
    return this.#frameworks.get(schedulerOf(pod))?.framework;
  }

  /** The rankings of that profile; undefined when there is none. */
  batchOf(pod: Pod): Batch | undefined {
    return this.#frameworks.get(schedulerOf(pod))?.batch;
  }

  /** Rankings by profile. */
  batches(): readonly (readonly [schedulerName: string, batch: Batch])[] {
    return Array.from(this.#frameworks, ([name, { batch }]) => [name, batch]);
  }

  /** All nodes in the order in which an attempt looks at them. */
  nodes(): readonly NodeState[] {
    const order = this.order.names();
    if (this.#nodes?.order !== order)
      this.#nodes = { order, list: order.flatMap((name) => this.cluster.node(name) ?? []) };
    return this.#nodes.list;
  }

  /** Pods that wait and are nominated to a node. */
  nominatedTo(nodeName: string): readonly PodInfo[] {
    const { nominator } = this.queue;
    if (nominator.isEmpty) return nobody;
    const names = nominator.namesAt(nodeName);
    return names.length === 0 ? nobody : names.flatMap((name) => this.queue.get(name)?.info ?? []);
  }

  // Until the last of those to go is gone or going (IsPodRunningPreemption).
  #isPreempting(name: string): boolean {
    const last = this.preempting.get(name);
    const victim = last === undefined ? undefined : this.pods.get(last);
    if (victim !== undefined && victim.metadata.deletionTimestamp === undefined) return true;
    this.preempting.delete(name);
    return false;
  }
}

const nobody: readonly PodInfo[] = [];

function schedulerOf({ spec: { schedulerName = "" } }: Pod): string {
  return schedulerName === "" ? "default-scheduler" : schedulerName;
}
