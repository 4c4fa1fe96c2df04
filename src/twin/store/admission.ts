import type { Pod, PodSpec, PriorityClass, Toleration } from "../../kube/objects.ts";

/** What admission plugins and webhooks of a cluster add to pods. */
export interface PodAdmission {
  /** A PriorityClass, or the default one; undefined when there is none. */
  classOf(className: string | undefined): PriorityClass | undefined;
  /** The spec with what webhooks put into it: the same object when they have nothing to say. */
  mutate(namespace: string, spec: PodSpec): PodSpec;
}

const nodeConditions = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

interface Admitted {
  readonly priority: number;
  readonly preemptionPolicy: string | undefined;
  readonly mutated: PodSpec;
  readonly spec: PodSpec;
}

// Specs never change: pods of one template share what admission makes of it.
const known = new WeakMap<PodSpec, Admitted>();

/** What the API server fills in when a pod is created and what its readers rely on. A pod begins pending whatever its maker wrote. */
export function admitPod(pod: Pod, admission: PodAdmission): Pod {
  const { spec } = pod;
  const mutated = admission.mutate(pod.metadata.namespace ?? "default", spec);
  const priorityClass = admission.classOf(spec.priorityClassName);
  const priority = spec.priority ?? priorityClass?.value ?? 0;
  const preemptionPolicy = spec.preemptionPolicy ?? priorityClass?.preemptionPolicy;
  let admitted = known.get(spec);
  const isCurrent =
    admitted?.priority === priority && admitted.preemptionPolicy === preemptionPolicy && admitted.mutated === mutated;
  if (admitted === undefined || !isCurrent) {
    const ranked = { priority, ...(preemptionPolicy === undefined ? {} : { preemptionPolicy }) };
    admitted = { priority, preemptionPolicy, mutated, spec: withDefaults(mutated, ranked) };
    known.set(spec, admitted);
  }
  return { ...pod, spec: admitted.spec, status: pendingStatus };
}

const pendingStatus: NonNullable<Pod["status"]> = { phase: "Pending" };

function withDefaults(spec: PodSpec, ranked: Pick<PodSpec, "priority" | "preemptionPolicy">): PodSpec {
  const tolerations = spec.tolerations ?? [];
  const isTolerated = (key: string): boolean =>
    tolerations.some((one) => one.key === key || (one.key === undefined && one.operator === "Exists"));
  const added = nodeConditions
    .filter((key) => !isTolerated(key))
    .map((key): Toleration => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }));
  return {
    terminationGracePeriodSeconds: 30,
    restartPolicy: "Always",
    schedulerName: "default-scheduler",
    serviceAccountName: "default",
    ...spec,
    ...ranked,
    tolerations: [...tolerations, ...added],
  };
}
