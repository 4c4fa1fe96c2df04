import { instanceIdOf, instanceTypeOf, isFargateNode, zoneOf } from "../../kube/node.ts";
import type { Node } from "../../kube/objects.ts";
import { ceilToUnit, parseQuantity } from "../../kube/quantity.ts";
import { numberAt, textAt } from "../../kube/json.ts";
import type { Facts } from "../facts.ts";
import { subnetsOf } from "../groups.ts";
import { found, type AssessmentRule } from "../rule.ts";

/** Room for old and new nodes side by side. */

const addresses: AssessmentRule = {
  codes: ["DV3005"],
  needs: ["nodes", "live pods", "account.subnets", ["account.nodegroups", "account.autoScalingGroups"]],
  betterWith: ["account.instances"],
  check: (facts) => {
    const needed = neededBySubnet(facts);
    return (facts.account?.subnets ?? []).flatMap((subnet) => {
      const id = textAt(subnet, "SubnetId") ?? "";
      const free = numberAt(subnet, "AvailableIpAddressCount");
      const most = needed.get(id) ?? 0;
      if (free === undefined || most === 0 || free >= most) return [];
      const zone = textAt(subnet, "AvailabilityZone") ?? "unknown zone";
      return [found("DV3005", `Subnet/${id}`, { subnet: id, zone, free, needed: most })];
    });
  },
};

/** For each subnet the addresses that replacing the largest group there takes while its old nodes still stand. */
function neededBySubnet(facts: Facts): ReadonlyMap<string, number> {
  const subnetOfNode = subnetFinder(facts);
  const most = new Map<string, number>();
  for (const group of facts.nodeGroups) {
    const sums = new Map<string, number>();
    const subnets = subnetsOf(group);
    for (const name of group.nodeNames) {
      const subnet = subnetOfNode(name, subnets);
      if (subnet !== undefined) sums.set(subnet, (sums.get(subnet) ?? 0) + addressesOf(facts, name));
    }
    for (const [subnet, sum] of sums) most.set(subnet, Math.max(most.get(subnet) ?? 0, sum));
  }
  return most;
}

function addressesOf(facts: Facts, node: string): number {
  const pods = (facts.podsByNode.get(node) ?? []).filter((pod) => pod.spec.hostNetwork !== true);
  return 1 + pods.length;
}

/** The subnet of a node: of its instance, or the only subnet of its group in its zone. */
function subnetFinder(facts: Facts): (node: string, subnets: readonly string[]) => string | undefined {
  const nodes = new Map(facts.nodes.map((node) => [node.metadata.name, node]));
  const ofInstance = new Map(
    (facts.account?.instances ?? []).map((one) => [textAt(one, "InstanceId") ?? "", textAt(one, "SubnetId")]),
  );
  const zoneOfSubnet = new Map(
    (facts.account?.subnets ?? []).map((one) => [textAt(one, "SubnetId") ?? "", textAt(one, "AvailabilityZone")]),
  );
  return (name, subnets) => {
    const node = nodes.get(name);
    if (node === undefined) return undefined;
    const known = ofInstance.get(instanceIdOf(node) ?? "");
    if (known !== undefined) return known;
    const near = subnets.filter((id) => zoneOfSubnet.get(id) === zoneOf(node));
    return near.length === 1 ? near[0] : undefined;
  };
}

const quotas: AssessmentRule = {
  codes: ["DV3008"],
  needs: ["nodes", "account.serviceQuotas"],
  check: (facts) => {
    const standard = facts.nodes.filter((node) => !isFargateNode(node) && isStandard(instanceTypeOf(node)));
    const used = standard.reduce((sum, node) => sum + cpusOf(node), 0);
    const largest = Math.max(0, ...facts.nodeGroups.map((group) => groupCpus(facts, group.nodeNames)));
    return (facts.account?.serviceQuotas ?? []).flatMap((one) => {
      const limit = numberAt(one, "Value");
      if (textAt(one, "QuotaCode") !== standardOnDemand || limit === undefined || used + largest <= limit) return [];
      const quota = textAt(one, "QuotaName") ?? standardOnDemand;
      return [found("DV3008", `Quota/${standardOnDemand}`, { quota, limit, used, surge: largest, unit: "vCPU" })];
    });
  },
};

/** "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances" */
const standardOnDemand = "L-1216C47A";

function isStandard(instanceType: string | undefined): boolean {
  return /^[acdhimrtz]/.test(instanceType ?? "") && !/^(inf|trn|dl|hpc|mac)/.test(instanceType ?? "");
}

function cpusOf(node: Node): number {
  const parsed = parseQuantity(node.status?.capacity?.["cpu"] ?? "0");
  return parsed.ok ? Number(ceilToUnit(parsed.value)) : 0;
}

function groupCpus(facts: Facts, names: readonly string[]): number {
  const wanted = new Set(names);
  return facts.nodes.filter((node) => wanted.has(node.metadata.name)).reduce((sum, node) => sum + cpusOf(node), 0);
}

/** Addresses and quotas. */
export const headroomRules: readonly AssessmentRule[] = [addresses, quotas];
