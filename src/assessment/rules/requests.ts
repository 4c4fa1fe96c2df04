import type { Finding } from "../../findings/finding.ts";
import { groupBy } from "../../kube/group-by.ts";
import { allocatableOf, instanceTypeOf, isFargateNode } from "../../kube/node.ts";
import type { Container, Node } from "../../kube/objects.ts";
import { isPauseSpec, isDaemonPod, isPending, isSynthesised } from "../../kube/pod.ts";
import { podRequests } from "../../kube/pod-requests.ts";
import { formatQuantity, type Quantity } from "../../kube/quantity.ts";
import { addInto, parseResources, type ResourceList } from "../../kube/resource-list.ts";
import type { Facts } from "../facts.ts";
import { inForce } from "../../autoscaler/flags/settings.ts";
import { found, type AssessmentRule } from "../rule.ts";
import type { WorkloadFacts } from "../workload.ts";
import { workloadRequests } from "../workload-requests.ts";
import { allWorkloads, workloadNeeds } from "./needs.ts";

const absent: AssessmentRule = {
  codes: ["DV1019", "DV1043"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      // Admission fills requests in (LimitRange): what runs counts, not its template.
      const { containers: own } = one.pods[0]?.spec ?? one.spec;
      const lacking = own.filter((container) => absentIn(container, one).length > 0);
      if (lacking.length === 0) return [];
      const resources = [...new Set(lacking.flatMap((container) => absentIn(container, one)))];
      if (one.kind === "DaemonSet") return [found("DV1043", one.subject, { workload: one.title, resources })];
      const containers = lacking.map((container) => container.name);
      return [found("DV1019", one.subject, { workload: one.title, containers, resources })];
    }),
};

// A limit without a request is a request: the API server's defaulting.
function absentIn(container: Container, workload: WorkloadFacts): readonly string[] {
  const given = {
    ...container.resources?.limits,
    ...container.resources?.requests,
    ...workload.spec.resources?.requests,
  };
  return ["cpu", "memory"].filter((resource) => given[resource] === undefined);
}

const known = new Set([
  "cpu",
  "memory",
  "ephemeral-storage",
  "pods",
  "nvidia.com/gpu",
  "amd.com/gpu",
  "habana.ai/gaudi",
  "aws.amazon.com/neuron",
  "aws.amazon.com/neuroncore",
  "vpc.amazonaws.com/efa",
  "vpc.amazonaws.com/pod-eni",
  "vpc.amazonaws.com/PrivateIPv4Address",
]);

const unknownResources: AssessmentRule = {
  codes: ["DV1037", "DV1041"],
  needs: [workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      if (one.kind === "DaemonSet") return [];
      const findings: Finding[] = [];
      const unknown = [...(workloadRequests(one) ?? [])].filter(([name, amount]) => amount > 0n && !known.has(name));
      if (unknown.length > 0) {
        const resources = unknown.map(([name]) => name).sort();
        findings.push(found("DV1037", one.subject, { workload: one.title, resources }));
      }
      const claims = [...one.spec.containers, ...(one.spec.initContainers ?? [])].some(
        (container) => (container.resources?.claims?.length ?? 0) > 0,
      );
      if (claims || (one.spec.resourceClaims?.length ?? 0) > 0) {
        findings.push(found("DV1041", one.subject, { workload: one.title }));
      }
      return findings;
    }),
};

const tooLarge: AssessmentRule = {
  codes: ["DV1003"],
  needs: [workloadNeeds, "instance types"],
  betterWith: allWorkloads,
  check: (facts) => {
    const types = (facts.instanceTypes ?? []).flatMap((type) => {
      const parsed = parseResources(type.capacity);
      return parsed.ok ? [parsed.value] : [];
    });
    return facts.workloads.flatMap((one) => {
      const wanted = workloadRequests(one);
      if (one.kind === "DaemonSet" || wanted === undefined) return [];
      const asked = [...wanted].filter(([name, amount]) => amount > 0n && name !== "pods" && known.has(name));
      if (types.some((type) => asked.every(([name, amount]) => amount <= (type.get(name) ?? 0n)))) return [];
      const requests = asked.map(([name, amount]) => `${printed(name, amount)} ${name}`).join(", ");
      const largest = asked.map(([name]) => `${printed(name, largestOf(types, name))} ${name}`).join(", ");
      return [found("DV1003", one.subject, { workload: one.title, requests, largest })];
    });
  },
};

function printed(resource: string, amount: Quantity): string {
  return formatQuantity(amount, resource === "memory" || resource === "ephemeral-storage" ? "binary" : "decimal");
}

function largestOf(types: readonly ResourceList[], resource: string): Quantity {
  return types.reduce<Quantity>(
    (most, type) => ((type.get(resource) ?? 0n) > most ? (type.get(resource) ?? 0n) : most),
    0n,
  );
}

const priorities: AssessmentRule = {
  codes: ["DV1028", "DV1029"],
  needs: [workloadNeeds],
  betterWith: ["priorityclasses", ...allWorkloads],
  check: (facts) => {
    const values = new Map((facts.objects.priorityclasses ?? []).map((one) => [one.metadata.name, one.value]));
    const cutoffs = facts.autoscalers.map((one) => inForce(one, "expendable-pods-priority-cutoff"));
    const cutoff = cutoffs.length === 0 ? -10 : Math.max(...cutoffs);
    return facts.workloads.flatMap((one) => {
      const spec = one.pods[0]?.spec ?? one.spec;
      const priority = spec.priority ?? values.get(spec.priorityClassName ?? "");
      if (priority === undefined || priority >= 0 || one.kind === "DaemonSet") return [];
      if (priority < cutoff) return [found("DV1029", one.subject, { workload: one.title, priority, cutoff })];
      if (!isPauseSpec(one.spec)) return [];
      return [
        found("DV1028", one.subject, { workload: one.title, priority, replicas: one.replicas ?? one.pods.length }),
      ];
    });
  },
};

const pending: AssessmentRule = {
  codes: ["DV1038"],
  needs: ["live pods"],
  check: (facts) =>
    facts.workloads.flatMap((one) => {
      const waiting = one.pods.filter((pod) => isPending(pod) && !isSynthesised(pod));
      if (waiting.length === 0) return [];
      const condition = waiting[0]?.status?.conditions?.find((it) => it.type === "PodScheduled");
      const reason = (condition?.message ?? condition?.reason ?? "no reason given").slice(0, 160);
      return [found("DV1038", one.subject, { workload: one.title, pods: waiting.length, reason })];
    }),
};

const share: AssessmentRule = {
  codes: ["DV1030"],
  needs: ["nodes", "live pods"],
  check: (facts) => {
    const byType = groupBy(facts.nodes, (node) => (isFargateNode(node) ? undefined : instanceTypeOf(node)));
    return [...byType].flatMap(([type, nodes]) => judgeShare(facts, type, nodes));
  },
};

/** A quarter of a node is where a daemon-heavy small node begins to cost more than a larger one. */
const shareLimitPercent = 25;

function judgeShare(facts: Facts, instanceType: string, nodes: readonly Node[]): Finding[] {
  const shares = nodes.map((node) => shareOn(facts, node)).sort((a, b) => b.percent - a.percent);
  const typical = shares[Math.floor(shares.length / 2)];
  if (typical === undefined || typical.percent <= shareLimitPercent) return [];
  const { percent, resource, daemonSets } = typical;
  return [
    found("DV1030", `InstanceType/${instanceType}`, {
      percent,
      resource,
      instanceType,
      nodes: nodes.length,
      daemonSets,
    }),
  ];
}

function shareOn(
  facts: Facts,
  node: Node,
): { readonly percent: number; readonly resource: string; readonly daemonSets: number } {
  const allocatable = allocatableOf(node);
  const daemons = (facts.podsByNode.get(node.metadata.name) ?? []).filter(isDaemonPod);
  const sum = new Map<string, Quantity>();
  for (const pod of daemons) {
    const parsed = podRequests(pod);
    if (parsed.ok) addInto(sum, parsed.value);
  }
  const of = (resource: string): number => {
    const total = allocatable.ok ? (allocatable.value.get(resource) ?? 0n) : 0n;
    return total <= 0n ? 0 : Number(((sum.get(resource) ?? 0n) * 100n) / total);
  };
  const [cpu, memory] = [of("cpu"), of("memory")];
  return cpu >= memory
    ? { percent: cpu, resource: "cpu", daemonSets: daemons.length }
    : { percent: memory, resource: "memory", daemonSets: daemons.length };
}

/** Requests, sizes and priorities. */
export const requestRules: readonly AssessmentRule[] = [absent, unknownResources, tooLarge, priorities, pending, share];
