import { appliedReplicas, type Scaler, scalersOf, wasApplied } from "../kube/imagine/scalers.ts";
import type { KubeObject, Labels, OwnerReference, Pod, PodSpec, PodTemplate } from "../kube/objects.ts";
import { isActive, isMirrorPod, ownerOf } from "../kube/pod.ts";
import type { ClusterObjects } from "../kube/resources.ts";
import { isObject, valueAt, plainOf } from "../kube/json.ts";

/**
 * What makes pods, with the pods it made: a Deployment (not its ReplicaSets), StatefulSet, DaemonSet, CronJob (not its Jobs), Job,
 * a custom controller, or a bare pod standing for itself.
 */
export interface WorkloadFacts {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** `Kind/namespace/name` */
  readonly subject: string;
  /** `Deployment payments/api`, as sentences name it. */
  readonly title: string;
  /** Undefined when the owner itself was not read or does not exist. */
  readonly object: KubeObject | undefined;
  /** The template's spec, or the first pod's where there is no template. */
  readonly spec: PodSpec;
  readonly labels: Labels;
  /** Annotations of the template and, where that has none of a key, of any pod: people annotate running pods too. */
  readonly annotations: Labels;
  /** Replicas wanted: from the spec where there is such a field, else undefined; of a manifest what it comes to once it is applied. */
  readonly replicas: number | undefined;
  /** The autoscaler that decides how many there will be; of manifests only: on a cluster it has written the spec. */
  readonly scaler: Scaler | undefined;
  /** Pods that are neither terminal nor being deleted. */
  readonly pods: readonly Pod[];
}

/** Every workload of the cluster in the order of kind, namespace, name; mirror pods are left out. */
export function workloadsOf(objects: ClusterObjects): readonly WorkloadFacts[] {
  const owners = new OwnerIndex(objects);
  const drafts = new Map<string, Draft>();
  for (const object of owners.roots()) draftOf(drafts, object, object);
  for (const pod of objects.pods ?? []) {
    if (isMirrorPod(pod) || !isActive(pod)) continue;
    const root = owners.rootOf(pod);
    draftOf(drafts, root.identity, root.object).pods.push(pod);
  }
  const scalers = scalersOf(objects.horizontalpodautoscalers ?? []);
  const workloads = [...drafts.values()].flatMap((draft) => finished(draft, scalers));
  return workloads.sort((a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0));
}

interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface Draft {
  readonly identity: Identity;
  readonly object: KubeObject | undefined;
  readonly pods: Pod[];
}

function draftOf(drafts: Map<string, Draft>, identity: Identity, object: KubeObject | undefined): Draft {
  const key = keyOf(identity.kind, identity.metadata.namespace, identity.metadata.name);
  const known = drafts.get(key);
  if (known !== undefined) return known;
  const draft = { identity, object, pods: [] };
  drafts.set(key, draft);
  return draft;
}

function finished(draft: Draft, scalers: ReadonlyMap<string, Scaler>): WorkloadFacts[] {
  const { identity, object, pods } = draft;
  const template = object === undefined ? undefined : templateOf(object);
  const first = pods[0];
  const spec = template?.spec ?? first?.spec;
  if (spec === undefined) return [];
  const namespace = identity.metadata.namespace ?? "default";
  const replicas = valueAt(plainOf(object), "spec", "replicas");
  const isScalable = object !== undefined && scalable.has(identity.kind);
  const subject = `${identity.kind}/${namespace}/${identity.metadata.name}`;
  const scaler = isScalable && !wasApplied(object) ? scalers.get(subject) : undefined;
  const wanted = typeof replicas === "number" ? replicas : undefined;
  return [
    {
      apiVersion: identity.apiVersion,
      kind: identity.kind,
      namespace,
      name: identity.metadata.name,
      subject,
      title: `${identity.kind === "Pod" ? "pod" : identity.kind} ${namespace}/${identity.metadata.name}`,
      object,
      spec,
      labels: (template === undefined ? first?.metadata.labels : template.metadata?.labels) ?? {},
      annotations: annotationsOf(template?.metadata?.annotations, pods),
      // The API server fills in 1; a manifest may leave it out.
      replicas: isScalable ? appliedReplicas(wanted, scaler) : undefined,
      scaler,
      pods,
    },
  ];
}

const scalable = new Set(["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"]);

/** The pod template of any workload; a CronJob's lies in its job template. */
function templateOf(object: KubeObject): PodTemplate | undefined {
  const path = object.kind === "CronJob" ? ["spec", "jobTemplate", "spec", "template"] : ["spec", "template"];
  const template = valueAt(plainOf(object), ...path);
  return isTemplate(template) ? template : undefined;
}

// The reader let nothing in whose pod template has another form.
function isTemplate(value: unknown): value is PodTemplate {
  return isObject(value) && isObject(value["spec"]);
}

/** Finds the object a person would edit to change a pod. */
class OwnerIndex {
  readonly #byKey = new Map<string, KubeObject>();
  readonly #objects: readonly KubeObject[];

  constructor(objects: ClusterObjects) {
    this.#objects = [
      ...(objects.deployments ?? []),
      ...(objects.statefulsets ?? []),
      ...(objects.daemonsets ?? []),
      ...(objects.cronjobs ?? []),
      ...(objects.jobs ?? []),
      ...(objects.replicationcontrollers ?? []),
      ...(objects.replicasets ?? []),
    ];
    for (const one of this.#objects) {
      this.#byKey.set(keyOf(one.kind, one.metadata.namespace, one.metadata.name), one);
    }
  }

  /** Objects that nothing else controls; old, empty ReplicaSets of a Deployment are not among them. */
  roots(): readonly KubeObject[] {
    return this.#objects.filter((one) => ownerOf(one) === undefined && !isDone(one));
  }

  rootOf(pod: Pod): { readonly identity: Identity; readonly object: KubeObject | undefined } {
    let identity: Identity = pod;
    let object: KubeObject | undefined;
    let here: KubeObject = pod;
    // Four levels cover CronJob > Job > Pod and custom controllers above Deployments; the bound guards against a cycle.
    for (let depth = 0; depth < 8; depth += 1) {
      const owner = ownerOf(here);
      if (owner === undefined) break;
      const namespace = pod.metadata.namespace;
      const known = this.#byKey.get(keyOf(owner.kind, namespace, owner.name));
      identity = known ?? {
        apiVersion: owner.apiVersion,
        kind: owner.kind,
        metadata: { name: owner.name, ...(namespace === undefined ? {} : { namespace }) },
      };
      // A controller above one that was read (an Argo Rollout above a ReplicaSet) has no template of its own here.
      object = known;
      if (known === undefined) return this.#deploymentOf(pod, owner) ?? { identity, object };
      here = known;
    }
    return { identity, object };
  }

  // Dumps often hold pods and Deployments but no ReplicaSets: the hash that ends a ReplicaSet's name is a label of the pod.
  #deploymentOf(pod: Pod, owner: OwnerReference): { identity: Identity; object: KubeObject } | undefined {
    const hash = pod.metadata.labels?.["pod-template-hash"];
    if (owner.kind !== "ReplicaSet" || hash === undefined || !owner.name.endsWith(`-${hash}`)) return undefined;
    const name = owner.name.slice(0, -hash.length - 1);
    const object = this.#byKey.get(keyOf("Deployment", pod.metadata.namespace, name));
    return object === undefined ? undefined : { identity: object, object };
  }
}

// A Job that has finished makes no more pods.
function isDone(object: KubeObject): boolean {
  if (object.kind !== "Job") return false;
  const conditions = valueAt(plainOf(object), "status", "conditions");
  return (
    Array.isArray(conditions) &&
    conditions.some(
      (one) => isObject(one) && (one["type"] === "Complete" || one["type"] === "Failed") && one["status"] === "True",
    )
  );
}

function keyOf(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? ""}/${name}`;
}

/** Whether somebody controls the pods: without a controller an evicted pod does not come back. */
export function isBareWorkload(workload: WorkloadFacts): boolean {
  return workload.kind === "Pod";
}

/** The value of an annotation on the template or, where that has none, on any pod. Undefined when neither has it. */
export function annotationOf(workload: WorkloadFacts, key: string): string | undefined {
  return workload.annotations[key];
}

function annotationsOf(template: Labels | undefined, pods: readonly Pod[]): Labels {
  const merged: Record<string, string> = { ...template };
  let last: Labels | undefined;
  for (const pod of pods) {
    const own = pod.metadata.annotations;
    // Loaders share equal annotations between pods, so most of them are the very same object.
    if (own === undefined || own === last) continue;
    last = own;
    for (const key in own) merged[key] ??= own[key] ?? "";
  }
  return merged;
}
