import type { NodeGroup } from "../../autoscaler/types.ts";
import { reservedInterfaces, vpcCniOf } from "../../aws/vpc-cni.ts";
import type { Finding } from "../../findings/finding.ts";
import { groupBy } from "../../kube/group-by.ts";
import { instanceTypeOf, podCapacityOf } from "../../kube/node.ts";
import type { Node } from "../../kube/objects.ts";
import { toNumber } from "../../kube/quantity.ts";
import type { Facts, UsableType } from "../facts.ts";
import { subjectOf, groupUserData } from "../groups.ts";
import { found, type Need, type AssessmentRule } from "../rule.ts";
import { workloadRequests } from "../workload-requests.ts";
import { allWorkloads, workloadNeeds } from "./needs.ts";

/** What nodes report beside what Karpenter will believe of their types before it has seen one. */

const groupNeeds: readonly Need[] = ["account.nodegroups", "account.autoScalingGroups"];

const maxPods: AssessmentRule = {
  codes: ["DV2106"],
  needs: [[...groupNeeds, "nodes"]],
  betterWith: [...groupNeeds, "nodes", "daemonsets", "account.launchTemplateVersions", "instance types"],
  check: (facts) => facts.nodeGroups.flatMap((group) => podsOf(group, facts)),
};

function podsOf(group: NodeGroup, facts: Facts): readonly Finding[] {
  const cni = vpcCniOf(facts.objects);
  const byType = [...groupBy(nodesOf(group, facts), instanceTypeOf)].flatMap(([type, nodes]) => {
    const reported = nodes.flatMap((node) => podCapacityOf(node) ?? []);
    return reported.length === 0 ? [] : [{ type, reported: Math.min(...reported) }];
  });
  // With custom networking DV2132 speaks of the interface, and the controller is told of it.
  const others = byType.flatMap(({ type, reported }) => {
    const counted = typeNamed(facts, type)?.interfacePods?.(reservedInterfaces(cni));
    if (counted !== undefined) return counted === reported ? [] : [{ type, reported, counted: String(counted) }];
    // Without a catalogue: 110 and 250 come out of no interface count of small types; larger ones reach 234 or 737.
    const isTelling = cni?.isPrefixDelegation === true || reported === 110 || reported === 250;
    return isTelling ? [{ type, reported, counted: "another number" }] : [];
  });
  const source = cni?.isPrefixDelegation === true ? "prefix delegation is on in aws-node" : "as its nodes report";
  if (others.length > 0) {
    const numbers = new Set(others.map(({ reported }) => reported));
    const isOne = numbers.size === 1 && others.length === byType.length;
    const pods = others.map(
      ({ type, reported, counted }) => `${reported} on ${type}, where Karpenter counts ${counted}`,
    );
    const [number = 0] = numbers;
    return [found("DV2106", subjectOf(group), { nodeGroup: group.name, pods, source, maxPods: isOne ? number : 0 })];
  }
  const written = byType.length > 0 ? undefined : writtenPods(groupUserData(group));
  if (written === undefined) return [];
  const pods = [`${written} by its user data`];
  return [found("DV2106", subjectOf(group), { nodeGroup: group.name, pods, source: "no node runs", maxPods: written })];
}

// Only where no node tells: what a script says and what its image does with it are two things.
function writtenPods(userData: string): number | undefined {
  const written = /(?:--max-pods[= ]|maxPods: ?|max-pods = ?)(\d+)/.exec(userData)?.[1];
  return written === undefined ? undefined : Number(written);
}

const customNetworking: AssessmentRule = {
  codes: ["DV2132"],
  needs: ["daemonsets"],
  betterWith: ["nodes", "instance types"],
  check: (facts) => {
    if (vpcCniOf(facts.objects)?.isCustomNetworking !== true) return [];
    const types = [...new Set(facts.nodes.flatMap((node) => instanceTypeOf(node) ?? []))].sort();
    const pods = types.flatMap((type) => {
      const count = typeNamed(facts, type)?.interfacePods;
      return count === undefined ? [] : [`${count(1)} on ${type}, where Karpenter would count ${count(0)}`];
    });
    return [found("DV2132", "DaemonSet/kube-system/aws-node", { pods })];
  },
};

const extendedResources: AssessmentRule = {
  codes: ["DV2133"],
  needs: ["nodes", "instance types"],
  check: (facts) =>
    facts.nodeGroups.flatMap((group) =>
      sharedDevices(group, facts).map(({ resource, type, reported, has }) =>
        found("DV2133", subjectOf(group), { nodeGroup: group.name, resource, type, reported, has }),
      ),
    ),
};

interface SharedDevice {
  readonly resource: string;
  readonly type: string;
  readonly reported: number;
  readonly has: number;
}

/** Devices that nodes of a group report in another number than their type has: shared ones, or a part that is kept back. */
function sharedDevices(group: NodeGroup, facts: Facts): readonly SharedDevice[] {
  const seen = new Map<string, SharedDevice>();
  for (const node of nodesOf(group, facts)) {
    const type = instanceTypeOf(node) ?? "";
    const capacity = typeNamed(facts, type)?.capacity;
    for (const [resource, amount] of Object.entries(node.status?.capacity ?? {})) {
      const has = Number(capacity?.[resource] ?? Number.NaN);
      const reported = Number(amount);
      if (!devices.has(resource) || !Number.isInteger(has) || !Number.isInteger(reported)) continue;
      // Before its plugin runs a node reports none.
      if (reported === has || reported === 0) continue;
      seen.set(`${resource} ${type} ${reported}`, { resource, type, reported, has });
    }
  }
  return [...seen.values()];
}

/** Resources that a device plugin reports and that Karpenter knows of each type. */
const devices = new Set([
  "nvidia.com/gpu",
  "amd.com/gpu",
  "habana.ai/gaudi",
  "aws.amazon.com/neuron",
  "aws.amazon.com/neuroncore",
  "vpc.amazonaws.com/efa",
]);

const manySlices: AssessmentRule = {
  codes: ["DV1054"],
  needs: ["nodes", "instance types", workloadNeeds],
  betterWith: allWorkloads,
  check: (facts) => {
    const shared = facts.nodeGroups
      .flatMap((group) => sharedDevices(group, facts))
      .filter((one) => one.reported > one.has);
    if (shared.length === 0) return [];
    return facts.workloads.flatMap((workload) => {
      if (workload.kind === "DaemonSet") return [];
      const requests = workloadRequests(workload);
      return shared
        .filter(({ resource, has, reported }) => {
          const wanted = toNumber(requests?.get(resource) ?? 0n);
          return wanted > has && wanted <= reported;
        })
        .map(({ resource, type, has }) =>
          found("DV1054", workload.subject, { workload: workload.title, resource, type, has }),
        );
    });
  },
};

function nodesOf(group: NodeGroup, facts: Facts): readonly Node[] {
  const names = new Set(group.nodeNames);
  return facts.nodes.filter((node) => names.has(node.metadata.name));
}

function typeNamed(facts: Facts, name: string): UsableType | undefined {
  return facts.instanceTypes?.find((type) => type.name === name);
}

/** What nodes hold beside what their types have. */
export const nodeCapacityRules: readonly AssessmentRule[] = [maxPods, customNetworking, extendedResources, manySlices];
