import { found, type AssessmentRule } from "../rule.ts";
import { annotationOf } from "../workload.ts";
import { allWorkloads, workloadNeeds } from "./needs.ts";

const prefix = "cluster-autoscaler.kubernetes.io";

interface Meaning {
  readonly key: string;
  /** Only this value has the meaning; undefined: any. */
  readonly value?: string;
  readonly meaning: string;
  readonly instead: string;
}

/** Annotations without an equivalent (DV1007 has the one that matters most). */
const meanings: readonly Meaning[] = [
  {
    key: `${prefix}/safe-to-evict`,
    value: "on-completion",
    meaning: "Cluster Autoscaler waits for the pod to end",
    instead: 'use karpenter.sh/do-not-disrupt: "true": a finished pod frees its node',
  },
  {
    key: `${prefix}/pod-scale-up-delay`,
    meaning: "a new pod waits before it causes a scale-up",
    instead: "hold the pod back with schedulingGates if the delay matters",
  },
  {
    key: `${prefix}/daemonset-pod`,
    meaning: "Cluster Autoscaler treats the pod as if a DaemonSet owned it",
    instead: "expect Karpenter to count it as an ordinary pod, which keeps its node from being empty",
  },
  {
    key: `${prefix}/enable-ds-eviction`,
    meaning: "says whether the DaemonSet pod is evicted when its node goes",
    instead: "tolerate karpenter.sh/disrupted:NoSchedule to be left alone; other DaemonSet pods are drained",
  },
  {
    key: `${prefix}/consume-provisioning-request`,
    meaning: "the pod waits for a ProvisioningRequest",
    instead: "schedule it without ProvisioningRequests, or keep Cluster Autoscaler for it",
  },
  {
    key: "autoscaling.x-k8s.io/consume-provisioning-request",
    meaning: "the pod waits for a ProvisioningRequest",
    instead: "schedule it without ProvisioningRequests, or keep Cluster Autoscaler for it",
  },
];

const withoutEquivalent: AssessmentRule = {
  codes: ["DV1033"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) =>
      meanings.flatMap(({ key, value, meaning, instead }) => {
        const actual = annotationOf(one, key);
        if (actual === undefined || (value !== undefined && actual !== value)) return [];
        const annotation = `${key}: "${actual}"`;
        return [found("DV1033", one.subject, { workload: one.title, annotation, meaning, instead })];
      }),
    ),
};

/** Annotations for Cluster Autoscaler that nobody will read. */
export const annotationRules: readonly AssessmentRule[] = [withoutEquivalent];
