import { inForce } from "../../autoscaler/flags/settings.ts";
import { kubernetesMinor } from "../../autoscaler/version.ts";
import type { Finding } from "../../findings/finding.ts";
import type { Volume } from "../../kube/objects.ts";
import { isSynthesised } from "../../kube/pod.ts";
import type { Facts } from "../facts.ts";
import { isProtecting } from "../flags.ts";
import { annotate, withPatch } from "../patches.ts";
import { found, type AssessmentRule } from "../rule.ts";
import { annotationOf, isBareWorkload, type WorkloadFacts } from "../workload.ts";
import { allWorkloads, workloadNeeds } from "./needs.ts";

const safeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict";
const localVolumes = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";
const doNotDisrupt = "karpenter.sh/do-not-disrupt";
const doNotEvict = "karpenter.sh/do-not-evict";

/** Whether Karpenter leaves the pods alone: `true`, or for a duration. */
function isProtected(workload: WorkloadFacts): boolean {
  const value = annotationOf(workload, doNotDisrupt);
  return value === "true" || /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(value ?? "");
}

function protectPatch(workload: WorkloadFacts): ReturnType<typeof withPatch> {
  return withPatch(annotate(workload, { [doNotDisrupt]: "true" }));
}

const notEvictable: AssessmentRule = {
  codes: ["DV1007", "DV1048"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) => facts.workloads.flatMap((workload) => judgeSafeToEvict(facts, workload)),
};

function judgeSafeToEvict(facts: Facts, workload: WorkloadFacts): Finding[] {
  // Cluster Autoscaler reads the annotation neither on DaemonSet pods nor as anything but the exact word.
  if (annotationOf(workload, safeToEvict) !== "false" || workload.kind === "DaemonSet") return [];
  if (isAutoscaler(facts, workload)) return [];
  const findings: Finding[] = [];
  if (!isProtected(workload)) {
    const data = { workload: workload.title, restarts: !isBareWorkload(workload) };
    findings.push(found("DV1007", workload.subject, data, protectPatch(workload)));
  }
  const version = facts.autoscalers.find((one) => (kubernetesMinor(one.version) ?? 0) >= 33)?.version;
  const isSpared = workload.namespace === "kube-system" && !facts.budgetsOfWorkload.has(workload);
  if (isSpared && version !== undefined && facts.objects.poddisruptionbudgets !== undefined && !isProtected(workload)) {
    findings.push(found("DV1048", workload.subject, { workload: workload.title, version }, protectPatch(workload)));
  }
  return findings;
}

const bare: AssessmentRule = {
  codes: ["DV1008"],
  needs: ["live pods"],
  check: (facts) =>
    facts.workloads
      .filter((workload) => isBareWorkload(workload) && !isProtected(workload) && !workload.pods.every(isSynthesised))
      .map((workload) => {
        const node = workload.spec.nodeName;
        const { title, namespace, name, subject } = workload;
        const place = node === undefined ? "waits for a node" : `runs on ${node}`;
        return found("DV1008", subject, { workload: title, place, namespace, name }, protectPatch(workload));
      }),
};

const replicated = new Set(["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"]);

const replicas: AssessmentRule = {
  codes: ["DV1009"],
  needs: [["deployments", "statefulsets", "replicasets", "replicationcontrollers"]],
  betterWith: ["deployments", "statefulsets"],
  check: (facts) =>
    facts.workloads
      .filter((one) => replicated.has(one.kind) && one.replicas === 1 && !isAutoscaler(facts, one))
      .map((one) => found("DV1009", one.subject, { workload: one.title, ...scalerOf(one) })),
};

function scalerOf({ scaler }: WorkloadFacts): { readonly scaler?: string } {
  return scaler === undefined ? {} : { scaler: scaler.title };
}

const unguarded: AssessmentRule = {
  codes: ["DV1010", "DV1026"],
  needs: ["poddisruptionbudgets", ["deployments", "statefulsets", "replicasets", "replicationcontrollers"]],
  betterWith: ["deployments", "statefulsets"],
  check: (facts) => {
    const isSparing = isProtecting(facts, "skip-nodes-with-system-pods");
    return facts.workloads.flatMap((one) => {
      if (!replicated.has(one.kind) || facts.budgetsOfWorkload.has(one) || isAutoscaler(facts, one)) return [];
      const size = one.replicas ?? one.pods.length;
      if (one.namespace === "kube-system") {
        return isSparing && size > 0 ? [found("DV1026", one.subject, { workload: one.title, pods: size })] : [];
      }
      return size >= 2 ? [found("DV1010", one.subject, { workload: one.title, replicas: size })] : [];
    });
  },
};

/** Cluster Autoscaler and Karpenter themselves: the migration deals with them. */
function isAutoscaler(facts: Facts, workload: WorkloadFacts): boolean {
  if (workload.kind !== "Deployment") return false;
  const isNamed = (one: { readonly namespace: string; readonly name: string }): boolean =>
    one.namespace === workload.namespace && one.name === workload.name;
  return (
    facts.autoscalers.some((one) => isNamed({ namespace: one.namespace, name: one.deployment })) ||
    facts.karpenters.some(isNamed)
  );
}

const localData: AssessmentRule = {
  codes: ["DV1023"],
  needs: ["deployments", workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) => {
    if (!isProtecting(facts, "skip-nodes-with-local-storage")) return [];
    return facts.workloads.flatMap((one) => {
      if (one.kind === "DaemonSet" || isProtected(one) || isAutoscaler(facts, one)) return [];
      if (annotationOf(one, safeToEvict) === "true" || annotationOf(one, safeToEvict) === "false") return [];
      const spared = (annotationOf(one, localVolumes) ?? "").split(",");
      const local = (one.spec.volumes ?? []).filter((volume) => isLocal(volume) && !spared.includes(volume.name));
      if (local.length === 0) return [];
      const volumes = local.map(
        (volume) => `${volume.name} (${volume.hostPath === undefined ? "emptyDir" : "hostPath"})`,
      );
      // What is in an emptyDir dies with the pod on every rollout already; a hostPath outlives it.
      const severity = local.some((volume) => volume.hostPath !== undefined) ? "warning" : "info";
      return [found("DV1023", one.subject, { workload: one.title, volumes }, { severity, ...protectPatch(one) })];
    });
  },
};

function isLocal(volume: Volume): boolean {
  if (volume.hostPath !== undefined) return true;
  return volume.emptyDir !== undefined && volume.emptyDir["medium"] !== "Memory";
}

const jobs: AssessmentRule = {
  codes: ["DV1025"],
  needs: [["jobs", "cronjobs", "pods"]],
  betterWith: ["jobs", "cronjobs"],
  check: (facts) =>
    facts.workloads
      .filter((one) => (one.kind === "Job" || one.kind === "CronJob") && !isProtected(one))
      .filter((one) => annotationOf(one, safeToEvict) !== "false")
      .map((one) => found("DV1025", one.subject, { workload: one.title }, protectPatch(one))),
};

const custom: AssessmentRule = {
  codes: ["DV1027"],
  needs: ["pods", "deployments"],
  check: (facts) => {
    if (!isProtecting(facts, "skip-nodes-with-custom-controller-pods")) return [];
    return facts.workloads.flatMap((one) => {
      if (isBareWorkload(one) || isProtected(one)) return [];
      const pods = one.pods.filter((pod) => {
        const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller === true);
        return owner !== undefined && !movedByAutoscaler.has(owner.kind);
      });
      return pods.length === 0 ? [] : [found("DV1027", one.subject, { workload: one.title, pods: pods.length })];
    });
  },
};

// A Deployment owns none directly; of a manifest its pods are imagined so.
const movedByAutoscaler = new Set([
  "Deployment",
  "ReplicationController",
  "Job",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "Node",
]);

const oldAnnotations: AssessmentRule = {
  codes: ["DV1031"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      const value = annotationOf(one, doNotEvict);
      if (value === undefined || isProtected(one)) return [];
      const patch = annotate(one, { [doNotDisrupt]: "true", [doNotEvict]: null });
      const data = { workload: one.title, annotation: `${doNotEvict}: "${value}"` };
      return [found("DV1031", one.subject, data, withPatch(patch))];
    }),
};

const nodeAnnotations: AssessmentRule = {
  codes: ["DV1032", "DV2123"],
  needs: ["nodes"],
  check: (facts) =>
    facts.nodes.flatMap((node) => {
      const annotations = node.metadata.annotations ?? {};
      const subject = `Node/${node.metadata.name}`;
      const data = { node: node.metadata.name };
      const findings: Finding[] = [];
      if (annotations["karpenter.sh/do-not-consolidate"] !== undefined && annotations[doNotDisrupt] !== "true") {
        const body = { metadata: { annotations: { [doNotDisrupt]: "true", "karpenter.sh/do-not-consolidate": null } } };
        const target = { apiVersion: "v1", kind: "Node", name: node.metadata.name };
        findings.push(found("DV1032", subject, data, { patch: { target, type: "merge", body } }));
      }
      if (annotations["cluster-autoscaler.kubernetes.io/scale-down-disabled"] === "true") {
        findings.push(found("DV2123", subject, data));
      }
      return findings;
    }),
};

const graceAndPins: AssessmentRule = {
  codes: ["DV1035", "DV1036"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) => {
    const caps = facts.autoscalers.map((one) => inForce(one, "max-graceful-termination-sec"));
    const cap = caps.length === 0 ? 600 : Math.max(...caps);
    return facts.workloads.flatMap((one) => {
      const findings: Finding[] = [];
      const seconds = one.spec.terminationGracePeriodSeconds ?? 30;
      if (seconds > cap) findings.push(found("DV1035", one.subject, { workload: one.title, seconds, cap }));
      if (isProtected(one)) {
        findings.push(
          found("DV1036", one.subject, { workload: one.title, pods: Math.max(one.pods.length, one.replicas ?? 0) }),
        );
      }
      return findings;
    });
  },
};

/** Whatever moves or spares pods by annotation, owner or local data. */
export const protectionRules: readonly AssessmentRule[] = [
  notEvictable,
  bare,
  replicas,
  unguarded,
  localData,
  jobs,
  custom,
  oldAnnotations,
  nodeAnnotations,
  graceAndPins,
];
