/** What people and AWS do in the middle of a migration: each by calls that they could make, under their own names. */
import { Fault } from "../../../src/fault/fault.ts";
import { instanceIdOf } from "../../../src/kube/node.ts";
import type { JsonObject, Node, Pod } from "../../../src/kube/objects.ts";
import type { ObjectRef } from "../../../src/kube/requests.ts";
import { controllerOf, isDaemonPod, isTerminating } from "../../../src/kube/pod.ts";
import { isPlaceholder } from "../../../src/migration/shift/movable.ts";
import type { FaultRule } from "../../../src/twin/faults/faults.ts";
import { evictPod } from "../../../src/twin/store/eviction.ts";
import { str } from "../../../src/twin/store/objects.ts";
import { StatusRefusal } from "../../../src/twin/store/refusal.ts";
import type { Random } from "../../../src/twin/time/random.ts";
import type { Twin } from "../../../src/twin/world/twin.ts";
import type { Ledger } from "./ledger.ts";

/** Where a deed is done. */
interface Scene {
  readonly twin: Twin;
  readonly dice: Random;
  readonly ledger: Ledger;
}

/** Answers what was done, for messages; undefined where there was nothing to do it to. */
type Deed = (scene: Scene) => string | undefined;

const who = "a person";

/** Every deed by its name. */
const deeds = {
  "scale-up": sized((group) => Number(group["DesiredCapacity"]) + 1),
  "scale-down": sized((group) => Number(group["DesiredCapacity"]) - 1),
  "scale-up-by-eks": scaleByEks,
  "change-bounds": changeBounds,
  "delete-group": deleteGroup,
  "end-instance": endInstance,
  "drain-node": drainNode,
  uncordon: cordoning(false),
  cordon: cordoning(true),
  "tighten-budget": tightenBudget,
  "scale-workload": scaleWorkload,
  deploy,
  "protect-pod": protectPod,
  "hold-pool": holdPool,
  "delete-pool": deletePool,
  "autoscaler-back": autoscalerBack,
  "resume-rebalancing": resumeRebalancing,
  "delete-placeholder": deletePlaceholder,
  "restart-karpenter": restartKarpenter,
  "no-capacity": noCapacity,
} satisfies Readonly<Record<string, Deed>>;

export type DeedName = keyof typeof deeds;
export const deedNames = Object.keys(deeds) as readonly DeedName[];

/** Does it, and notes it. What the API refuses a person has not done. */
export function doDeed(name: DeedName, scene: Scene): void {
  const { ledger, twin } = scene;
  let what: string | undefined;
  try {
    what = deeds[name](scene);
  } catch (error) {
    if (!(error instanceof Fault) && !(error instanceof StatusRefusal)) throw error;
    return;
  }
  if (what === undefined) return;
  ledger.told.push(`${new Date(twin.nowMs).toISOString().slice(11, 19)} ${name}: ${what}`);
  ledger.lastMs = twin.nowMs;
}

type Group = Readonly<Record<string, unknown>>;

function groupsOf({ twin }: Scene): readonly Group[] {
  return Object.values(twin.account.table("autoscaling.groups"));
}

function nameOf(group: Group): string {
  return str(group["AutoScalingGroupName"] as string);
}

function call(scene: Scene, operation: string, input: JsonObject): void {
  scene.twin.account.call(who, operation, input);
}

function touch(scene: Pick<Scene, "ledger">, ref: ObjectRef): void {
  scene.ledger.objects.add(`${ref.resource} ${ref.namespace === undefined ? "" : `${ref.namespace}/`}${ref.name}`);
}

function patch(scene: Omit<Scene, "dice">, ref: ObjectRef, body: JsonObject): void {
  touch(scene, ref);
  scene.twin.store.patch(who, ref, { type: "merge", body });
}

function sized(size: (group: Group) => number): Deed {
  return (scene) => {
    const group = scene.dice.pick(groupsOf(scene));
    if (group === undefined) return undefined;
    const name = nameOf(group);
    const wanted = size(group);
    if (wanted < Number(group["MinSize"]) || wanted > Number(group["MaxSize"])) return undefined;
    scene.ledger.groups.add(name);
    const before = Number(group["DesiredCapacity"]);
    if (wanted < before) scene.ledger.amend(() => raiseAgain(scene, name, before));
    call(scene, "autoscaling:SetDesiredCapacity", { AutoScalingGroupName: name, DesiredCapacity: wanted });
    return `${name} to ${wanted}`;
  };
}

// Who took a node away whose pods nobody else may place brings one back; never fewer than there are.
function raiseAgain(scene: Scene, name: string, before: number): void {
  const group = groupsOf(scene).find((one) => nameOf(one) === name);
  const wanted = Math.min(before, Number(group?.["DesiredCapacity"] ?? 0) + 1);
  if (group !== undefined && wanted > Number(group["DesiredCapacity"]))
    tried(() => call(scene, "autoscaling:SetDesiredCapacity", { AutoScalingGroupName: name, DesiredCapacity: wanted }));
}

function tried(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}

function scaleByEks(scene: Scene): string | undefined {
  const rows = Object.values(scene.twin.account.table("eks.nodegroups"));
  const group = scene.dice.pick(rows);
  const cluster = Object.keys(scene.twin.account.table("eks.clusters"))[0];
  if (group === undefined || cluster === undefined) return undefined;
  const name = str(group["nodegroupName"]);
  const asg = groupsOf(scene).find((one) => nameOf(one).includes(`-${name}-`));
  if (asg === undefined) return undefined;
  scene.ledger.groups.add(nameOf(asg));
  scene.ledger.groups.add(name);
  const desiredSize = Number(asg["DesiredCapacity"]) + 1;
  call(scene, "eks:UpdateNodegroupConfig", {
    clusterName: cluster,
    nodegroupName: name,
    scalingConfig: { desiredSize },
  });
  return `${name} to ${desiredSize}`;
}

function changeBounds(scene: Scene): string | undefined {
  const group = scene.dice.pick(groupsOf(scene));
  if (group === undefined) return undefined;
  const name = nameOf(group);
  scene.ledger.groups.add(name);
  const before = { MinSize: Number(group["MinSize"]), MaxSize: Number(group["MaxSize"]) };
  scene.ledger.amend(() =>
    tried(() => call(scene, "autoscaling:UpdateAutoScalingGroup", { AutoScalingGroupName: name, ...before })),
  );
  const [min, max] = [Number(group["MinSize"]), Number(group["MaxSize"])];
  const isMax = scene.dice.integer(0, 1) === 0;
  const change = isMax ? { MaxSize: max + 1 } : { MinSize: Math.min(min + 1, Number(group["DesiredCapacity"])) };
  call(scene, "autoscaling:UpdateAutoScalingGroup", { AutoScalingGroupName: name, ...change });
  return `${name} ${JSON.stringify(change)}`;
}

function deleteGroup(scene: Scene): string | undefined {
  // One in six: little is left to be checked afterwards.
  if (scene.dice.integer(0, 5) > 0) return undefined;
  const group = scene.dice.pick(groupsOf(scene));
  if (group === undefined) return undefined;
  const name = nameOf(group);
  scene.ledger.groups.add(name);
  scene.ledger.unforeseen.add("a group was deleted");
  call(scene, "autoscaling:DeleteAutoScalingGroup", { AutoScalingGroupName: name, ForceDelete: true });
  return name;
}

function endInstance(scene: Scene): string | undefined {
  const node = scene.dice.pick(scene.twin.store.all("nodes"));
  const id = node === undefined ? undefined : instanceIdOf(node);
  if (node === undefined || id === undefined) return undefined;
  scene.ledger.instances.add(id);
  scene.ledger.unforeseen.add("an instance died");
  call(scene, "ec2:TerminateInstances", { InstanceIds: [id] });
  return `${node.metadata.name} of ${node.metadata.labels?.["karpenter.sh/nodepool"] ?? "a group"}`;
}

function drainNode(scene: Scene): string | undefined {
  const { twin } = scene;
  const node = scene.dice.pick(twin.store.all("nodes"));
  if (node === undefined) return undefined;
  cordon(scene, node, true);
  for (const pod of twin.store.all("pods")) {
    if (pod.spec.nodeName !== node.metadata.name || isDaemonPod(pod) || controllerOf(pod) === undefined) continue;
    evictPod(twin.store, {
      actor: who,
      nowMs: twin.nowMs,
      namespace: pod.metadata.namespace ?? "default",
      name: pod.metadata.name,
    });
  }
  scene.ledger.amend(() => cordon(scene, node, false));
  scene.ledger.amend(() => restartAll(scene));
  return node.metadata.name;
}

// As a gate asks for workloads that lost a zone.
function restartAll(scene: Scene): void {
  for (const resource of ["deployments", "statefulsets"] as const)
    for (const { metadata } of scene.twin.store.all(resource).filter((one) => one.metadata.namespace === "shop"))
      restart(scene, { resource, name: metadata.name, namespace: "shop" });
}

/** A person restarts a workload, as a message asked. */
export function restart(scene: Omit<Scene, "dice">, ref: ObjectRef): void {
  patch(scene, ref, { spec: { template: { metadata: { annotations: { release: `${scene.twin.nowMs}` } } } } });
}

function cordon(scene: Scene, { metadata: { name } }: Node, isCordoned: boolean): void {
  if (scene.twin.store.find("nodes", name) === undefined) return;
  patch(scene, { resource: "nodes", name }, { spec: { unschedulable: isCordoned ? true : null } });
}

function cordoning(isCordoned: boolean): Deed {
  return (scene) => {
    const nodes = scene.twin.store.all("nodes").filter((one) => (one.spec?.unschedulable === true) !== isCordoned);
    const node = scene.dice.pick(nodes);
    if (node === undefined) return undefined;
    cordon(scene, node, isCordoned);
    if (isCordoned) scene.ledger.amend(() => cordon(scene, node, false));
    return node.metadata.name;
  };
}

function tightenBudget(scene: Scene): string | undefined {
  const budget = scene.dice.pick(scene.twin.store.all("poddisruptionbudgets"));
  if (budget === undefined) return undefined;
  const { name, namespace = "default" } = budget.metadata;
  const ref = { resource: "poddisruptionbudgets", name, namespace } as const;
  const { minAvailable = null, maxUnavailable = null } = budget.spec;
  patch(scene, ref, { spec: { minAvailable: null, maxUnavailable: 0 } });
  scene.ledger.amend(() => patch(scene, ref, { spec: { minAvailable, maxUnavailable } }));
  return `${namespace}/${name}`;
}

type Scalable = "deployments" | "statefulsets";

function workload(scene: Scene): (ObjectRef & { readonly replicas: number }) | undefined {
  const resource: Scalable = scene.dice.integer(0, 2) === 0 ? "statefulsets" : "deployments";
  const found = scene.dice.pick(scene.twin.store.all(resource).filter((one) => one.metadata.namespace === "shop"));
  if (found === undefined) return undefined;
  const { name, namespace = "default" } = found.metadata;
  return { resource, name, namespace, replicas: found.spec.replicas ?? 1 };
}

function scaleWorkload(scene: Scene): string | undefined {
  const found = workload(scene);
  if (found === undefined) return undefined;
  const { replicas, ...ref } = found;
  const wanted = Math.max(0, replicas + (scene.dice.integer(0, 1) === 0 ? 1 : -1));
  patch(scene, ref, { spec: { replicas: wanted } });
  return `${ref.name} to ${wanted}`;
}

function deploy(scene: Scene): string | undefined {
  const found = workload(scene);
  if (found === undefined) return undefined;
  const { replicas: _, ...ref } = found;
  restart(scene, ref);
  return ref.name;
}

function protectPod(scene: Scene): string | undefined {
  const pods = scene.twin.store.all("pods").filter((pod) => pod.metadata.namespace === "shop" && !isTerminating(pod));
  const pod = scene.dice.pick(pods);
  if (pod === undefined) return undefined;
  const ref = { resource: "pods", name: pod.metadata.name, namespace: "shop" } as const;
  const mark = (value: string | null): void => {
    if (scene.twin.store.find("pods", ref.name, "shop") === undefined) return;
    patch(scene, ref, { metadata: { annotations: { "karpenter.sh/do-not-disrupt": value } } });
  };
  const before = pod.metadata.annotations?.["karpenter.sh/do-not-disrupt"] ?? null;
  mark("true");
  scene.ledger.amend(() => mark(before));
  return pod.metadata.name;
}

function holdPool(scene: Scene): string | undefined {
  const pool = scene.dice.pick(scene.twin.store.all("nodepools"));
  if (pool === undefined) return undefined;
  const { name } = pool.metadata;
  const ref = { resource: "nodepools", name } as const;
  const before = (pool as unknown as { readonly spec: { readonly limits?: JsonObject } }).spec.limits;
  const limits = { cpu: null, ...before };
  patch(scene, ref, { spec: { limits: { cpu: "0" } } });
  scene.ledger.amend(() => {
    // Beside Cluster Autoscaler it stays as it is.
    const isAutoscalerUp = scene.twin.store
      .all("deployments")
      .some((one) => one.metadata.name === "cluster-autoscaler" && one.spec.replicas !== 0);
    if (!isAutoscalerUp && scene.twin.store.find("nodepools", name) !== undefined)
      patch(scene, ref, { spec: { limits } });
  });
  return name;
}

function deletePool(scene: Scene): string | undefined {
  if (scene.dice.integer(0, 2) > 0) return undefined;
  const pool = scene.dice.pick(scene.twin.store.all("nodepools"));
  if (pool === undefined) return undefined;
  const ref = { resource: "nodepools", name: pool.metadata.name } as const;
  touch(scene, ref);
  scene.ledger.unforeseen.add("a NodePool was deleted");
  scene.twin.store.delete(who, ref);
  return pool.metadata.name;
}

function autoscalerBack(scene: Scene): string | undefined {
  const found = scene.twin.store.all("deployments").find((one) => one.metadata.name === "cluster-autoscaler");
  if (found === undefined || found.spec.replicas !== 0) return undefined;
  const ref = { resource: "deployments", name: found.metadata.name, namespace: "kube-system" } as const;
  scene.ledger.unforeseen.add("Cluster Autoscaler was put back");
  patch(scene, ref, { spec: { replicas: 1 } });
  scene.ledger.autoscalerBackMs = scene.twin.nowMs;
  scene.ledger.amend(() => patch(scene, ref, { spec: { replicas: 0 } }));
  return "1 replica";
}

function resumeRebalancing(scene: Scene): string | undefined {
  const group = scene.dice.pick(groupsOf(scene));
  if (group === undefined) return undefined;
  const name = nameOf(group);
  scene.ledger.groups.add(name);
  call(scene, "autoscaling:ResumeProcesses", { AutoScalingGroupName: name, ScalingProcesses: ["AZRebalance"] });
  return name;
}

function deletePlaceholder(scene: Scene): string | undefined {
  const pod = scene.dice.pick(scene.twin.store.all("pods").filter((one: Pod) => isPlaceholder(one)));
  if (pod === undefined) return undefined;
  const { name, namespace = "default" } = pod.metadata;
  scene.twin.store.delete(who, { resource: "pods", name, namespace });
  return name;
}

/** A person deletes a pod by its name, as a message asked. */
export function deletePod(pod: string, twin: Twin, ledger: Ledger): void {
  const [namespace = "", name = ""] = pod.split("/");
  if (twin.store.find("pods", name, namespace) === undefined) return;
  ledger.objects.add(`pods ${pod}`);
  twin.store.delete(who, { resource: "pods", name, namespace });
}

function restartKarpenter(scene: Scene): string | undefined {
  const pods = scene.twin.store.all("pods").filter((one) => one.metadata.name.startsWith("karpenter-"));
  for (const { metadata } of pods)
    scene.twin.store.delete(who, { resource: "pods", name: metadata.name, namespace: metadata.namespace ?? "default" });
  return pods.length === 0 ? undefined : `${pods.length} pods`;
}

function noCapacity(scene: Scene): string | undefined {
  const zones = [
    ...new Set(scene.twin.store.all("nodes").map((one) => one.metadata.labels?.["topology.kubernetes.io/zone"] ?? "")),
  ];
  const zone = scene.dice.pick(zones.toSorted());
  if (zone === undefined) return undefined;
  const rule: FaultRule = { kind: "no-capacity", ...(scene.dice.integer(0, 1) === 0 ? {} : { zone }) };
  scene.twin.faults.add(rule);
  scene.ledger.amend(() => scene.twin.faults.remove(rule));
  return JSON.stringify(rule);
}
