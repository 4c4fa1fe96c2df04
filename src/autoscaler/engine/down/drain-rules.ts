import { plainOf, numberAt } from "../../../kube/json.ts";
import type { KubeObject, OwnerReference, Pod } from "../../../kube/objects.ts";
import { controllerOf, nameOf } from "../../../kube/pod.ts";
import type { PodInfo } from "../../../kube-scheduler/pods/registry.ts";
import type { BlockingReason } from "../decision.ts";
import { isDaemonSetPod, isLongTerminating, isMirror } from "../pods/classify.ts";
import type { Settings } from "../settings.ts";
import type { View } from "../view.ts";
import { RemainingBudgets } from "./budgets.ts";

/** What becomes of a pod when its node is to go: nothing, it moves, its node waits for its end, or it holds the node. */
export type PodFate = "skip" | "move" | "wait" | BlockingReason;

/** Looks up a pod's controller by kind and `namespace/name`; undefined kinds are not looked up. */
export class Controllers {
  readonly #byKind: Readonly<Record<string, ReadonlyMap<string, KubeObject>>>;

  constructor(view: View) {
    const index = (list: readonly KubeObject[]): ReadonlyMap<string, KubeObject> =>
      new Map(list.map((one) => [nameOf(one), one]));
    this.#byKind = {
      ReplicationController: index(view.replicationControllers),
      DaemonSet: index(view.daemonSets),
      Job: index(view.jobs),
      ReplicaSet: index(view.replicaSets),
      StatefulSet: index(view.statefulSets),
    };
  }

  /** A pod's controller; undefined when there is none of that name. */
  of({ metadata }: Pod, { kind, name }: OwnerReference): KubeObject | undefined {
    return this.#byKind[kind]?.get(`${metadata.namespace ?? "default"}/${name}`);
  }
}

/** What the drain rules look at beside the pod. Without controllers and budgets only what the pod itself says counts. */
export interface DrainContext {
  readonly settings: Settings;
  readonly nowMs: number;
  readonly controllers: Controllers | undefined;
  readonly budgets: RemainingBudgets | undefined;
}

/** A rule's answer; undefined: the next rule decides. */
type Rule = (pod: Pod, context: DrainContext) => PodFate | undefined;

/**
 * The drain rules in their order; the first that answers decides, and a pod about which none does moves
 * (drainability/rules/rules.go).
 */
const rules: readonly Rule[] = [
  (pod) => (isMirror(pod) ? "skip" : undefined),
  (pod, { nowMs }) => (isLongTerminating(pod, nowMs) ? "skip" : undefined),
  controllerRule,
  (pod) => (isDaemonSetPod(pod) ? "move" : undefined),
  (pod) => (safeToEvict(pod) === "true" ? "move" : undefined),
  (pod) => (hasEnded(pod) ? "move" : undefined),
  (pod, { settings }) =>
    settings.behaviour.waitsForCompletion && safeToEvict(pod) === "on-completion" ? "wait" : undefined,
  replicatedRule,
  systemRule,
  (pod) => (safeToEvict(pod) === "false" ? "NotSafeToEvictAnnotation" : undefined),
  (pod, { settings }) =>
    settings.of("skip-nodes-with-local-storage") && hasLocalStorage(pod) ? "LocalStorageRequested" : undefined,
  (pod, { budgets }) => (budgets?.forbids(pod) === true ? "NotEnoughPdb" : undefined),
];

/** What becomes of a pod. */
function fateOf(pod: Pod, context: DrainContext): PodFate {
  for (const rule of rules) {
    const fate = rule(pod, context);
    if (fate !== undefined) return fate;
  }
  return "move";
}

function safeToEvict(pod: Pod): string | undefined {
  return pod.metadata.annotations?.["cluster-autoscaler.kubernetes.io/safe-to-evict"];
}

function hasEnded(pod: Pod): boolean {
  const phase = pod.status?.phase;
  const policy = pod.spec.restartPolicy;
  return phase === "Failed" || (phase === "Succeeded" && (policy === "Never" || policy === "OnFailure"));
}

// Looked up only while pods of custom controllers hold their nodes (rules.go, `Default`).
function controllerRule(pod: Pod, { settings, controllers }: DrainContext): PodFate | undefined {
  if (controllers === undefined || !settings.of("skip-nodes-with-custom-controller-pods")) return undefined;
  const owner = controllerOf(pod);
  if (owner === undefined) return undefined;
  const { kind, apiVersion } = owner;
  if (kind === "ReplicationController" || (kind === "ReplicaSet" && !isDaemonSetPod(pod))) {
    const found = controllers.of(pod, owner);
    if (found === undefined) return "ControllerNotFound";
    const replicas = numberAt(plainOf(found), "spec", "replicas");
    return replicas !== undefined && replicas < settings.of("min-replica-count") ? "MinReplicasReached" : undefined;
  }
  if (isDaemonSetPod(pod)) {
    const isOurs = kind === "DaemonSet" && apiVersion.startsWith("apps/");
    return isOurs && controllers.of(pod, owner) === undefined ? "ControllerNotFound" : undefined;
  }
  if (kind === "Job") return controllers.of(pod, owner) === undefined ? "ControllerNotFound" : undefined;
  if (kind === "StatefulSet" && apiVersion.startsWith("apps/"))
    return controllers.of(pod, owner) === undefined ? "ControllerNotFound" : undefined;
  return undefined;
}

const replicatedKinds: ReadonlySet<string> = new Set(["ReplicationController", "Job", "ReplicaSet", "StatefulSet"]);

function replicatedRule(pod: Pod, { settings }: DrainContext): PodFate | undefined {
  const owner = controllerOf(pod);
  if (owner === undefined) return "NotReplicated";
  const isKnown = !settings.of("skip-nodes-with-custom-controller-pods") || replicatedKinds.has(owner.kind);
  return isKnown ? undefined : "NotReplicated";
}

function systemRule(pod: Pod, { settings, budgets, nowMs }: DrainContext): PodFate | undefined {
  if (!settings.of("skip-nodes-with-system-pods") || pod.metadata.namespace !== "kube-system") return undefined;
  if (budgets?.covers(pod) === true) return undefined;
  if (!settings.behaviour.systemPodsTimeOut) return "UnmovableKubeSystemPod";
  const createdMs = Date.parse(pod.metadata.creationTimestamp ?? "");
  return nowMs > createdMs + settings.of("blocking-system-pod-distruption-timeout") ? "move" : "UnmovableKubeSystemPod";
}

function hasLocalStorage(pod: Pod): boolean {
  if (pod.spec.volumes === undefined) return false;
  const named = pod.metadata.annotations?.["cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"] ?? "";
  const excused = new Set(named.split(","));
  return pod.spec.volumes.some(({ name, hostPath, emptyDir }) => {
    const isLocal = hostPath !== undefined || (emptyDir !== undefined && emptyDir["medium"] !== "Memory");
    return isLocal && !excused.has(name);
  });
}

/** Pods of a node by what becomes of them; `blocked` instead when one holds it (simulator/drain.go, `GetPodsToMove`). */
export type PodsToMove =
  | { readonly moves: readonly Pod[]; readonly onCompletion: readonly Pod[]; readonly blocked?: undefined }
  | { readonly blocked: { readonly pod: Pod; readonly reason: BlockingReason } };

/** Whether a node could go at once: nothing on it moves or holds it, and nothing (`empty`) or something (`waiting`) must end first. */
export function occupancyOf(pods: readonly PodInfo[], context: DrainContext): "empty" | "waiting" | "in use" {
  let occupancy: "empty" | "waiting" = "empty";
  for (const { pod } of pods) {
    const fate = fateOf(pod, context);
    if (fate === "wait") occupancy = "waiting";
    else if (fate !== "skip" && !(fate === "move" && isDaemonSetPod(pod))) return "in use";
  }
  return occupancy;
}

/** Asks the rules about all pods of a node. */
export function podsToMove(pods: readonly Pod[], context: DrainContext): PodsToMove {
  const moves: Pod[] = [];
  const onCompletion: Pod[] = [];
  for (const pod of pods) {
    const fate = fateOf(pod, context);
    if (fate === "skip") continue;
    if (fate === "wait") onCompletion.push(pod);
    else if (fate !== "move") return { blocked: { pod, reason: fate } };
    else if (!isDaemonSetPod(pod)) moves.push(pod);
  }
  return { moves, onCompletion };
}
