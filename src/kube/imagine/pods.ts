import { isObject, objectsAt, plainOf } from "../json.ts";
import type { JsonObject, KubeObject, PersistentVolumeClaim, Pod, PodSpec, PodTemplate, Workload } from "../objects.ts";
import { indexOwners } from "../owners.ts";
import { isSynthesised, nameOf, ownerOf, synthesisedAnnotation } from "../pod.ts";
import type { ClusterObjects } from "../resources.ts";
import { type Admission, admissionOf } from "./admission.ts";
import type { Made } from "./pod-templates.ts";
import { appliedReplicas, type Scaler, scalersOf, wasApplied } from "./scalers.ts";

/** A custom resource that makes pods, as far as it matters to them. */
export interface CustomMaker {
  readonly object: KubeObject;
  readonly made: Exclude<Made, { readonly kind: "nothing" }>;
}

/** What a source holds besides its typed lists. */
export interface CustomObjects {
  readonly makers: readonly CustomMaker[];
  /** Objects that scale workloads: KEDA's ScaledObjects. */
  readonly scalers: readonly KubeObject[];
}

/** Pods as they would be once the source is applied. */
export interface ImaginedPods {
  /** All of the source's pods: those that ran, and those that were imagined. */
  readonly pods: readonly Pod[];
  /** Claims that StatefulSets and ephemeral volumes would make. */
  readonly claims: readonly PersistentVolumeClaim[];
  /** `Kind namespace/name` of what they were imagined for, with how many. */
  readonly imagined: ReadonlyMap<string, number>;
  /** Custom resources whose pods were imagined. */
  readonly counted: readonly KubeObject[];
  /** Custom resources whose pods cannot be counted. */
  readonly uncounted: readonly KubeObject[];
  /** Pods and Jobs that exist only while somebody installs or tests a chart. */
  readonly hooks: readonly KubeObject[];
  /** Workloads whose number of pods an autoscaler decided. */
  readonly scaled: ReadonlyMap<string, { readonly scaler: Scaler; readonly pods: number }>;
  /** Workloads of which only so many pods were imagined. */
  readonly cut: ReadonlyMap<string, { readonly wanted: number; readonly pods: number }>;
  readonly unknownRuntimes: ReadonlySet<string>;
}

type ClaimTemplate = NonNullable<Workload["spec"]["volumeClaimTemplates"]>[number];

/** Pods of one workload, and of all together, that are imagined one by one. More are named, not made. */
const maxOfOne = 50_000;
const maxOfAll = 200_000;

/**
 * The pods that controllers would make from manifests that were never applied: for each workload that has none of its own in the source.
 * They wait, so that a scheduler has something to place. DaemonSets are left out, because their pods come with nodes.
 */
export function imaginePods(objects: ClusterObjects, custom: CustomObjects): ImaginedPods {
  const stage = new Stage(objects, custom);
  for (const workload of stage.roots()) stage.imagine(workload);
  for (const maker of custom.makers) stage.imagineCustom(maker);
  return stage.result();
}

class Stage {
  readonly #objects: ClusterObjects;
  readonly #admission: Admission;
  readonly #scalers: ReadonlyMap<string, Scaler>;
  readonly #covered = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #hasRun: boolean;
  readonly #pods: Pod[] = [];
  readonly #claims: PersistentVolumeClaim[] = [];
  readonly #imagined = new Map<string, number>();
  readonly #counted: KubeObject[] = [];
  readonly #uncounted: KubeObject[] = [];
  readonly #hooks: KubeObject[] = [];
  readonly #scaled = new Map<string, { readonly scaler: Scaler; readonly pods: number }>();
  readonly #cut = new Map<string, { readonly wanted: number; readonly pods: number }>();
  readonly #unknownRuntimes = new Set<string>();
  #left = maxOfAll;

  constructor(objects: ClusterObjects, custom: CustomObjects) {
    this.#objects = objects;
    this.#admission = admissionOf(objects);
    this.#scalers = scalersOf([...(objects.horizontalpodautoscalers ?? []), ...custom.scalers]);
    const owners = indexOwners(objects);
    for (const pod of objects.pods ?? []) {
      this.#taken.add(nameOf(pod));
      const [direct, top] = [ownerOf(pod), owners.top(pod)];
      const namespace = pod.metadata.namespace ?? "default";
      if (direct !== undefined) this.#covered.add(`${direct.kind}/${namespace}/${direct.name}`);
      if (top !== undefined) this.#covered.add(`${top.kind}/${namespace}/${top.name}`);
    }
    this.#hasRun = objects.pods?.some(wasApplied) === true;
  }

  /** What makes pods and is made by nothing else. */
  roots(): readonly Workload[] {
    const { deployments, replicasets, replicationcontrollers, jobs, statefulsets } = this.#objects;
    const all = [deployments, replicasets, replicationcontrollers, jobs, statefulsets].flatMap((list) => list ?? []);
    return all.filter((one) => (one.metadata.ownerReferences ?? []).length === 0);
  }

  imagine(workload: Workload): void {
    if (this.#covered.has(keyOf(workload)) || runsNone(workload)) return;
    if (isHook(workload)) {
      this.#hooks.push(workload);
      return;
    }
    const scaler = this.#scalers.get(keyOf(workload));
    const { replicas, template, volumeClaimTemplates } = workload.spec;
    const pods = workload.kind === "Job" ? jobPods(plainOf(workload.spec)) : appliedReplicas(replicas, scaler);
    if (scaler !== undefined && pods !== (replicas ?? 1)) this.#scaled.set(titleOf(workload), { scaler, pods });
    this.#make(workload, {
      template,
      pods,
      prefix: workload.metadata.name,
      claims: workload.kind === "StatefulSet" ? (volumeClaimTemplates ?? []) : [],
    });
  }

  imagineCustom({ object, made }: CustomMaker): void {
    if (this.#covered.has(keyOf(object)) || (wasApplied(object) && this.#hasRun)) return;
    if (made.kind === "not-counted") {
      this.#uncounted.push(object);
      return;
    }
    this.#counted.push(object);
    for (const [i, part] of made.parts.entries()) {
      const scaler = made.parts.length === 1 ? this.#scalers.get(keyOf(object)) : undefined;
      const pods = appliedReplicas(part.pods, scaler);
      if (scaler !== undefined && pods !== part.pods) this.#scaled.set(titleOf(object), { scaler, pods });
      const prefix = made.parts.length === 1 ? object.metadata.name : `${object.metadata.name}-${i}`;
      this.#make(object, { template: part.template, pods, prefix, claims: [] });
    }
  }

  result(): ImaginedPods {
    const given: Pod[] = [];
    for (const pod of this.#objects.pods ?? []) {
      if (wasApplied(pod) || isSynthesised(pod)) given.push(pod);
      else if (isHook(pod)) this.#hooks.push(pod);
      else {
        const spec = this.#admit(pod.spec, pod.metadata.namespace);
        given.push(this.#waiting({ ...pod, spec }, `Pod/${pod.metadata.name}`));
      }
    }
    return {
      pods: [...given, ...this.#pods],
      claims: this.#claims,
      imagined: this.#imagined,
      counted: this.#counted,
      uncounted: this.#uncounted,
      hooks: this.#hooks,
      scaled: this.#scaled,
      cut: this.#cut,
      unknownRuntimes: this.#unknownRuntimes,
    };
  }

  #make(
    owner: KubeObject,
    of: {
      readonly template: PodTemplate;
      readonly pods: number;
      readonly prefix: string;
      readonly claims: readonly ClaimTemplate[];
    },
  ): void {
    const pods = Math.min(of.pods, maxOfOne, this.#left);
    this.#left -= pods;
    const title = titleOf(owner);
    if (pods > 0) this.#imagined.set(title, (this.#imagined.get(title) ?? 0) + pods);
    if (pods < of.pods) this.#cut.set(title, { wanted: of.pods, pods });
    const templates = of.claims;
    const named = new Set(templates.map((one) => one.metadata.name));
    const { namespace, name, uid } = owner.metadata;
    const admitted = this.#admit(of.template.spec, namespace);
    for (let i = 0; i < pods; i += 1) {
      const podName = this.#nameOf(owner, of.prefix, i);
      const volumes = [
        ...(admitted.volumes ?? []).filter((volume) => !named.has(volume.name)),
        ...templates.map((one) => ({
          name: one.metadata.name ?? "",
          persistentVolumeClaim: { claimName: `${one.metadata.name ?? ""}-${podName}` },
        })),
      ];
      const pod: Pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          name: podName,
          ...(namespace === undefined ? {} : { namespace }),
          labels: of.template.metadata?.labels ?? {},
          annotations: { ...of.template.metadata?.annotations },
          ownerReferences: [
            {
              apiVersion: owner.apiVersion,
              kind: owner.kind,
              name,
              controller: true,
              ...(uid === undefined ? {} : { uid }),
            },
          ],
        },
        spec: templates.length === 0 ? admitted : { ...admitted, volumes },
      };
      this.#pods.push(this.#waiting(pod, `${owner.kind}/${name}`));
      for (const one of templates) {
        this.#claims.push(
          claimOf(pod, `${one.metadata.name ?? ""}-${podName}`, { spec: one.spec, from: `StatefulSet/${name}` }),
        );
      }
    }
  }

  #admit(given: PodSpec, namespace: string | undefined): PodSpec {
    const { spec, unknownRuntime } = this.#admission.admit(given, namespace ?? "default");
    if (unknownRuntime !== undefined) this.#unknownRuntimes.add(unknownRuntime);
    return spec;
  }

  /** A pod that was just made. */
  #waiting(pod: Pod, from: string): Pod {
    for (const volume of pod.spec.volumes ?? []) {
      const template = volume.ephemeral?.volumeClaimTemplate?.spec;
      if (template !== undefined) {
        const name = `${pod.metadata.name}-${volume.name}`;
        this.#claims.push(claimOf(pod, name, { spec: template, from: `Pod/${pod.metadata.name}` }));
      }
    }
    return {
      ...pod,
      metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, [synthesisedAnnotation]: from } },
      status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
    };
  }

  // Two workloads of one name would make pods of one name; controllers add letters of their own.
  #nameOf(owner: KubeObject, prefix: string, index: number): string {
    const namespace = owner.metadata.namespace === undefined ? "" : `${owner.metadata.namespace}/`;
    let name = `${prefix}-${index}`;
    if (this.#taken.has(namespace + name) && owner.kind !== "StatefulSet")
      name = `${prefix}-${owner.kind.toLowerCase()}-${index}`;
    this.#taken.add(namespace + name);
    return name;
  }
}

function claimOf(
  pod: Pod,
  name: string,
  of: { readonly spec: PersistentVolumeClaim["spec"]; readonly from: string },
): PersistentVolumeClaim {
  const { namespace } = pod.metadata;
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: { [synthesisedAnnotation]: of.from },
    },
    spec: of.spec,
  };
}

/** Pods of a Job at one time: as many as run side by side, and no more than are wanted in all. */
export function jobPods(spec: JsonObject): number {
  if (spec["suspend"] === true) return 0;
  const whole = (value: unknown): number | undefined =>
    typeof value === "number" ? Math.max(0, Math.trunc(value)) : undefined;
  const parallelism = whole(spec["parallelism"]) ?? 1;
  return Math.min(parallelism, whole(spec["completions"]) ?? parallelism);
}

/** The cluster itself said that it runs none: scaled to zero, held back by a quota, finished. */
function runsNone(workload: Workload): boolean {
  const status = workload.status;
  if (workload.kind === "Job") {
    return objectsAt(status, "conditions").some(
      (one) => (one["type"] === "Complete" || one["type"] === "Failed") && one["status"] === "True",
    );
  }
  return isObject(status) && status["observedGeneration"] !== undefined && (status["replicas"] ?? 0) === 0;
}

/** Made by `helm install`, `helm test` or a sync of Argo CD, and gone with it. */
function isHook(object: KubeObject): boolean {
  if ((object.kind !== "Pod" && object.kind !== "Job") || wasApplied(object)) return false;
  const annotations = object.metadata.annotations ?? {};
  return annotations["helm.sh/hook"] !== undefined || annotations["argocd.argoproj.io/hook"] !== undefined;
}

function titleOf(object: KubeObject): string {
  return `${object.kind} ${nameOf(object)}`;
}

function keyOf(object: KubeObject): string {
  return `${object.kind}/${object.metadata.namespace ?? "default"}/${object.metadata.name}`;
}
