import type { Group, GroupOptions, Instance, Priorities, View } from "../../src/autoscaler/engine/view.ts";
import { parseGoDuration } from "../../src/kube/go-duration.ts";
import { isObject } from "../../src/kube/json.ts";
import type { ConfigMap, Json, KubeObject, Node, Pod, PodDisruptionBudget } from "../../src/kube/objects.ts";
import { nameOf } from "../../src/kube/pod.ts";
import { parse } from "yaml";
import type { RecordedAct, RecordedChange, RecordedGroup, Recording } from "./recording.ts";

/** The start of every scenario. */
export const startMs = Date.parse("2026-01-01T00:00:00Z");

const notReady = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

const apis: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  nodes: ["v1", "Node"],
  pods: ["v1", "Pod"],
  podDisruptionBudgets: ["policy/v1", "PodDisruptionBudget"],
  daemonSets: ["apps/v1", "DaemonSet"],
  replicaSets: ["apps/v1", "ReplicaSet"],
  statefulSets: ["apps/v1", "StatefulSet"],
  jobs: ["batch/v1", "Job"],
  replicationControllers: ["v1", "ReplicationController"],
  configMaps: ["v1", "ConfigMap"],
  persistentVolumes: ["v1", "PersistentVolume"],
  persistentVolumeClaims: ["v1", "PersistentVolumeClaim"],
  storageClasses: ["storage.k8s.io/v1", "StorageClass"],
};

interface LiveGroup {
  readonly recorded: RecordedGroup;
  min: number;
  max: number;
  target: number;
  instances: string[];
  readonly failed: Set<string>;
}

/** The recorded world, played forward: the program under test is shown it, and never changes it. */
export class World {
  readonly #lists = new Map<string, Map<string, KubeObject>>();
  readonly #groups = new Map<string, LiveGroup>();

  constructor(recording: Pick<Recording, "objects" | "groups">) {
    for (const list of Object.keys(apis)) {
      const objects = (recording.objects[list] ?? []).map((one) => typed(list, one));
      this.#lists.set(list, new Map(objects.map((one) => [nameOf(one), one])));
    }
    for (const recorded of recording.groups) {
      const { name, min, max, target, instances = [] } = recorded;
      this.#groups.set(name, { recorded, min, max, target, instances: [...instances], failed: new Set() });
    }
  }

  /** This world, to be played forward on its own. */
  copy(): World {
    const made = new World({ objects: {}, groups: [] });
    for (const [name, list] of this.#lists) made.#lists.set(name, new Map(list));
    for (const [name, group] of this.#groups) made.#groups.set(name, { ...group, failed: new Set(group.failed) });
    return made;
  }

  /** Name of the group whose instance a node is. */
  groupOf(node: string): string | undefined {
    const id = this.#list<Node>("nodes").get(node)?.spec?.providerID;
    return id === undefined
      ? undefined
      : [...this.#groups.values()].find(({ instances }) => instances.includes(id))?.recorded.name;
  }

  #list<T extends KubeObject>(name: string): Map<string, T> {
    return (this.#lists.get(name) ?? new Map()) as Map<string, T>;
  }

  /** Whether a node is there. */
  hasNode(name: string): boolean {
    return this.#list("nodes").has(name);
  }

  /** What the program sees at an instant, in seconds since the start. */
  view(t: number): View {
    const all = <T extends KubeObject>(name: string): readonly T[] => [...this.#list<T>(name).values()];
    const priorities = this.#priorities();
    return {
      nowMs: startMs + t * 1000,
      nodes: all<Node>("nodes"),
      pods: all<Pod>("pods"),
      budgets: all<PodDisruptionBudget>("podDisruptionBudgets"),
      daemonSets: all("daemonSets"),
      replicaSets: all("replicaSets"),
      statefulSets: all("statefulSets"),
      replicationControllers: all("replicationControllers"),
      jobs: all("jobs"),
      persistentVolumes: all("persistentVolumes"),
      persistentVolumeClaims: all("persistentVolumeClaims"),
      storageClasses: all("storageClasses"),
      groups: Array.from(this.#groups.values(), groupOf),
      ...(priorities === undefined ? {} : { priorities }),
    };
  }

  #priorities(): Priorities | "invalid" | undefined {
    const map = this.#list<ConfigMap>("configMaps").get("kube-system/cluster-autoscaler-priority-expander");
    return map === undefined ? undefined : readPriorities(map.data?.["priorities"]);
  }

  #pod(name: string, change: (pod: Pod) => Pod): void {
    const pods = this.#list<Pod>("pods");
    const pod = pods.get(name);
    if (pod !== undefined) pods.set(name, change(pod));
  }

  #node(name: string, change: (node: Node) => Node): void {
    const nodes = this.#list<Node>("nodes");
    const node = nodes.get(name);
    if (node !== undefined) nodes.set(name, change(node));
  }

  /** Something happened. */
  apply(change: RecordedChange): void {
    switch (change.op) {
      case "pod":
        this.#list("pods").set(nameOf(change.object), typed("pods", change.object));
        break;
      case "bind":
        this.#pod(change.pod, (pod) => ({
          ...pod,
          spec: { ...pod.spec, nodeName: change.node },
          status: { phase: "Running" },
        }));
        break;
      case "terminating":
        this.#pod(change.pod, (pod) => ({
          ...pod,
          metadata: { ...pod.metadata, deletionTimestamp: timeAt(change.until) },
        }));
        break;
      case "gone":
        this.#list("pods").delete(change.pod);
        break;
      case "node":
        this.#list("nodes").set(change.object.metadata.name, typed("nodes", change.object));
        break;
      case "nodeReady":
        this.#node(change.node, (node) => readyNode(node, change.ready, change.t));
        break;
      case "nodeGone":
        this.#list("nodes").delete(change.node);
        break;
      case "controller":
        this.#controller(change.kind, change.object);
        break;
      default:
        this.#other(change);
    }
  }

  #other(change: Extract<RecordedChange, { op: "pdb" | "pdbGone" | "launchFailed" | "launch" | "group" }>): void {
    const budgets = this.#list<PodDisruptionBudget>("podDisruptionBudgets");
    if (change.op === "pdbGone") budgets.delete(change.pdb);
    else if (change.op === "pdb") {
      const budget = budgets.get(change.pdb);
      if (budget !== undefined)
        budgets.set(change.pdb, { ...budget, status: { ...budget.status, disruptionsAllowed: change.allowed } });
    } else {
      const group = this.#groups.get(change.group);
      if (group === undefined) return;
      if (change.op === "launchFailed") for (const id of change.placeholders) group.failed.add(id);
      if (change.op === "group") Object.assign(group, { min: change.min, max: change.max });
    }
  }

  #controller(kind: string, object: KubeObject): void {
    const list = Object.entries(apis).find(([, [, name]]) => name === kind)?.[0] ?? kind;
    this.#list(list).set(nameOf(object), typed(list, object));
  }

  /** A call of the real program, with its direct effects. */
  act(act: RecordedAct): void {
    if (act.ok === false) return;
    const group = this.#groups.get(act.group ?? "");
    if (group !== undefined && (act.act === "increase" || act.act === "decrease")) {
      group.target += act.delta ?? 0;
      group.instances = [...group.instances, ...(act.instances ?? [])];
    }
    if (group !== undefined && act.act === "deleteNodes") this.#deleteNodes(group, act.nodes ?? []);
    const { node = "", key = "", effect = "", pod = "", grace = 0 } = act;
    // The API shows a deletion at once; the recording tells of it half a second later.
    if (act.act === "evict") {
      const deletionTimestamp = timeAt(act.t + grace);
      this.#pod(pod, (one) => ({ ...one, metadata: { ...one.metadata, deletionTimestamp } }));
    }
    if (act.act === "taint") {
      const taint = { key, effect, value: String(startMs / 1000 + act.t) };
      this.#node(node, (one) => withTaints(one, [...(one.spec?.taints ?? []), taint]));
    }
    if (act.act === "untaint")
      this.#node(node, (one) =>
        withTaints(
          one,
          (one.spec?.taints ?? []).filter((taint) => taint.key !== key),
        ),
      );
    if (act.act === "cordon" || act.act === "uncordon")
      this.#node(node, (one) => ({ ...one, spec: { ...one.spec, unschedulable: act.act === "cordon" } }));
  }

  #deleteNodes(group: LiveGroup, nodes: readonly string[]): void {
    const ids = nodes.map((name) => this.#list<Node>("nodes").get(name)?.spec?.providerID ?? name);
    const isPlaceholder = (id: string): boolean => id.includes("/i-placeholder-");
    if (ids.some(isPlaceholder)) group.target = group.instances.length;
    for (const id of ids) {
      group.failed.delete(id);
      if (isPlaceholder(id) || !group.instances.includes(id)) continue;
      group.instances = group.instances.filter((one) => one !== id);
      group.target -= 1;
    }
  }
}

function typed<T extends KubeObject>(list: string, object: T): T {
  const [apiVersion, kind] = apis[list] ?? ["v1", ""];
  return { ...object, apiVersion, kind };
}

function timeAt(t: number): string {
  return new Date(startMs + t * 1000).toISOString();
}

function withTaints(node: Node, taints: NonNullable<NonNullable<Node["spec"]>["taints"]>): Node {
  return { ...node, spec: { ...node.spec, taints } };
}

function readyNode(node: Node, isReady: boolean, t: number): Node {
  const others = (node.status?.conditions ?? []).filter(({ type }) => type !== "Ready");
  const ready = { type: "Ready", status: isReady ? "True" : "False", lastTransitionTime: timeAt(t) };
  const taints = (node.spec?.taints ?? []).filter(({ key }) => key !== notReady.key);
  const tainted = withTaints(node, isReady ? taints : [...taints, notReady]);
  return { ...tainted, status: { ...node.status, conditions: [ready, ...others] } };
}

function groupOf({ recorded, min, max, target, instances, failed }: LiveGroup): Group {
  const template = recorded.template ?? undefined;
  const zone =
    template?.metadata.labels?.["topology.kubernetes.io/zone"] ??
    /^aws:\/\/\/([^/]+)/.exec(instances[0] ?? "")?.[1] ??
    "";
  const placeholders = Array.from({ length: Math.max(0, target - instances.length) }, (_, at): Instance => {
    const id = `aws:///${zone}/i-placeholder-${recorded.name}-${at}`;
    const error = { class: "outOfResources", code: "placeholder-cannot-be-fulfilled", message: "no capacity" } as const;
    return { id, isPlaceholder: true, ...(failed.has(id) ? { error } : {}) };
  });
  return {
    name: recorded.name,
    min,
    max,
    target,
    instances: [...instances.map((id) => ({ id })), ...placeholders],
    template: template === undefined ? undefined : typed("nodes", template),
    options: optionsOf(recorded.options ?? {}),
  };
}

function optionsOf(recorded: NonNullable<RecordedGroup["options"]>): GroupOptions {
  const ms = (name: string): number | undefined => {
    const value = recorded[name];
    if (value === undefined) return undefined;
    return typeof value === "number" ? value * 1000 : Number(parseGoDuration(String(value)) ?? 0n) / 1e6;
  };
  const number = (name: string): number | undefined =>
    recorded[name] === undefined ? undefined : Number(recorded[name]);
  const truth = (name: string): boolean | undefined =>
    recorded[name] === undefined ? undefined : recorded[name] === true || recorded[name] === "true";
  const all = {
    scaleDownUtilizationThreshold: number("scaleDownUtilizationThreshold"),
    scaleDownUnneededMs: ms("scaleDownUnneededTime"),
    scaleDownUnreadyMs: ms("scaleDownUnreadyTime"),
    ignoreDaemonSetsUtilization: truth("ignoreDaemonSetsUtilization"),
    maxNodeProvisionMs: ms("maxNodeProvisionTime"),
    isAtomic: truth("zeroOrMaxNodeScaling"),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** A ConfigMap's tiers: numbers with lists of texts, else it is of no use. */
function readPriorities(text: string | undefined): Priorities | "invalid" {
  try {
    const read = parse(text ?? "") as Json;
    if (!isObject(read)) return "invalid";
    const tiers = Object.entries(read).map(([tier, patterns]) => {
      if (!/^-?\d+$/.test(tier) || !Array.isArray(patterns)) throw new Error("no tier");
      return [Number(tier), (patterns as readonly Json[]).map(String)] as const;
    });
    return new Map(tiers);
  } catch {
    return "invalid";
  }
}
