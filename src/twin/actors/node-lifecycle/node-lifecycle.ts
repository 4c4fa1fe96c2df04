import { instanceIdOf } from "../../../kube/node.ts";
import type { Node, Pod, Taint, Toleration } from "../../../kube/objects.ts";
import { isReady } from "../../../kube/pod.ts";
import { stateOf } from "../../account/instances.ts";
import { condition, withCondition } from "../../kubernetes/conditions.ts";
import { indexes } from "../../store/indexes.ts";
import { type Actor, watch, watchTable } from "../../world/actor.ts";
import type { Here } from "../../world/here.ts";

const cordoned: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
const unreachable: readonly Taint[] = [
  { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
  { key: "node.kubernetes.io/unreachable", effect: "NoExecute" },
];

/** When instances stopped answering, by id. */
interface Memory {
  readonly silentSinceMs: Record<string, number>;
}

/**
 * The node controllers of kube-controller-manager and of the AWS cloud provider (kubernetes 1.35, `node_lifecycle_controller.go`,
 * `taint_eviction.go`, `cloud-provider/controllers/nodelifecycle`): taints, unreachable nodes, pods that do not tolerate them, and the
 * Node objects of instances that are gone.
 */
export const nodeLifecycle: Actor<Memory> = {
  name: "node-lifecycle",
  start: () => ({ silentSinceMs: {} }),
  watches: [
    watch("nodes", ({ key, before, after }) =>
      after === undefined || before?.spec === after.spec ? none : [`node ${key}`],
    ),
    watchTable("ec2.instances", (id) => [`instance ${id}`]),
    watch("pods", ({ key, before, after }, store) => {
      const name = after?.spec.nodeName;
      if (name === undefined || before?.spec.nodeName === name) return none;
      return drivingTaints(store.find("nodes", name)).length > 0 ? [`pod ${key}`] : none;
    }),
  ],
  look: (key, here) => {
    const [kind, name = ""] = key.split(" ");
    if (kind === "node") lookAtNode(here, name);
    else if (kind === "pod") driveOut(here, here.store.at("pods", name));
    else lookAtInstance(here, name);
  },
};

const none: readonly string[] = [];

function lookAtNode(here: Here<Memory>, name: string): void {
  const node = here.store.find("nodes", name);
  if (node === undefined) return;
  const taints = node.spec?.taints ?? [];
  const isTainted = taints.some((taint) => taint.key === cordoned.key);
  if (isTainted !== (node.spec?.unschedulable === true)) {
    const next = isTainted ? taints.filter((taint) => taint.key !== cordoned.key) : [...taints, cordoned];
    here.put("nodes", { ...node, spec: { ...node.spec, taints: next } });
  }
  if (drivingTaints(node).length === 0) return;
  for (const pod of here.store.by(indexes.pods.byNode, name)) driveOut(here, pod);
}

function drivingTaints(node: Node | undefined): readonly Taint[] {
  return (node?.spec?.taints ?? []).filter((taint) => taint.effect === "NoExecute");
}

/** A pod on a node with a NoExecute taint goes: at once without a toleration, after its seconds with a limited one. */
function driveOut(here: Here<Memory>, pod: Pod | undefined): void {
  const node = here.store.find("nodes", pod?.spec.nodeName ?? "");
  if (pod === undefined || node === undefined || pod.metadata.deletionTimestamp !== undefined) return;
  const since = (taint: Taint): number =>
    "timeAdded" in taint && typeof taint.timeAdded === "string" ? Date.parse(taint.timeAdded) : here.nowMs;
  let dueMs = Number.POSITIVE_INFINITY;
  for (const taint of drivingTaints(node)) {
    const used = (pod.spec.tolerations ?? []).filter((one) => tolerates(one, taint));
    if (used.length === 0) dueMs = Math.min(dueMs, here.nowMs);
    const seconds = used.flatMap((one) => one.tolerationSeconds ?? []);
    if (used.length > 0 && seconds.length > 0) dueMs = Math.min(dueMs, since(taint) + Math.min(...seconds) * 1000);
  }
  if (dueMs === Number.POSITIVE_INFINITY) return;
  const key = `${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`;
  if (dueMs > here.nowMs) return here.lookAgain(`pod ${key}`, dueMs - here.nowMs);
  here.tell(pod, {
    reason: "TaintManagerEviction",
    message: `Marking for deletion Pod ${key}`,
    from: "taint-eviction-controller",
  });
  here.delete("pods", pod);
}

function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== "" && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined || toleration.key === "") return toleration.operator === "Exists";
  if (toleration.key !== taint.key) return false;
  return toleration.operator === "Exists" || (toleration.value ?? "") === (taint.value ?? "");
}

/** An instance that ends takes its kubelet along: its node turns Unknown when it has been silent for its grace, and goes with it. */
function lookAtInstance(here: Here<Memory>, id: string): void {
  const instance = here.account.table("ec2.instances")[id];
  const state = instance === undefined ? "terminated" : stateOf(instance);
  const { silentSinceMs } = here.memory;
  if (state !== "shutting-down" && state !== "terminated") return;
  const node = nodeOf(here, id);
  if (node === undefined) {
    delete silentSinceMs[id];
    return;
  }
  silentSinceMs[id] ??= here.nowMs;
  const leftMs = silentSinceMs[id] + graceMs(here) - here.nowMs;
  if (leftMs > 0) return here.lookAgain(`instance ${id}`, leftMs);
  if (node.spec?.taints?.some((taint) => taint.key === unreachable[0]?.key) !== true) setUnreachable(here, node);
  if (state !== "terminated") return;
  const current = nodeOf(here, id);
  if (current === undefined || current.metadata.deletionTimestamp !== undefined) return;
  const message = `Node ${current.metadata.name} event: Removing Node ${current.metadata.name} from Controller`;
  here.tell(current, { reason: "RemovingNode", message, from: "node-controller" });
  here.delete("nodes", current);
}

/** `--node-monitor-grace-period`: 40 s, and 50 s since Kubernetes 1.32. */
function graceMs(here: Here<Memory>): number {
  const minor = Number(here.kubernetesVersion.split(".")[1]);
  return minor >= 32 ? 50_000 : 40_000;
}

function nodeOf(here: Here<Memory>, id: string): Node | undefined {
  const instance = here.account.table("ec2.instances")[id];
  const name = typeof instance?.["PrivateDnsName"] === "string" ? instance["PrivateDnsName"] : "";
  const node = here.store.find("nodes", name);
  return node !== undefined && instanceIdOf(node) === id ? node : undefined;
}

function setUnreachable(here: Here<Memory>, node: Node): void {
  const { timestamp } = here;
  const unknown = { ...condition("Ready", false, { reason: "NodeStatusUnknown", timestamp }), status: "Unknown" };
  const keys = new Set(unreachable.map((taint) => taint.key));
  const others = (node.spec?.taints ?? []).filter((taint) => !keys.has(taint.key));
  const added = unreachable.map((taint) => ({ ...taint, timeAdded: timestamp }));
  here.put("nodes", {
    ...node,
    spec: { ...node.spec, taints: [...others, ...added] },
    status: { ...node.status, conditions: withCondition(node.status?.conditions, unknown) },
  });
  for (const pod of here.store.by(indexes.pods.byNode, node.metadata.name)) {
    if (!isReady(pod)) continue;
    const unready = condition("Ready", false, { reason: "NodeNotReady", timestamp });
    here.put("pods", { ...pod, status: { ...pod.status, conditions: withCondition(pod.status?.conditions, unready) } });
  }
}
