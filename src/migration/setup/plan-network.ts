import type { Step } from "../step.ts";
import { discoveryTagKey } from "../../karpenter/names.ts";
import type { TaggedResource } from "./facts.ts";
import { keptStep, type PlanInput, refused } from "./plan-step.ts";

/** Discovery tags on the subnets and security groups that the chosen node groups use. */
export function networkSteps(input: PlanInput): readonly Step[] {
  if (input.options.discoveryTags === false) return [];
  const { network } = input.facts;
  return [...tagSteps(input, "subnet", network.subnets), ...tagSteps(input, "security group", network.securityGroups)];
}

/** What the network makes likely to go wrong, without being a reason to refuse. */
export function networkWarnings(input: PlanInput): readonly string[] {
  const { cluster, network, nodeGroups } = input.facts;
  const lines: string[] = [];
  const balanced = withTag(network.securityGroups, `kubernetes.io/cluster/${cluster.name}`);
  if (balanced.length > 1 && input.options.discoveryTags !== false) {
    lines.push(
      `security groups ${balanced.join(", ")} all carry kubernetes.io/cluster/${cluster.name}: ` +
        "a node with both makes the AWS Load Balancer Controller fail; leave one out with --node-groups",
    );
  }
  const sets = new Set(nodeGroups.map((group) => [...group.securityGroupIds].toSorted().join(",")));
  if (sets.size > 1 && input.options.discoveryTags !== false) {
    lines.push(
      `the node groups use different security groups (${[...sets].join(" / ")}): ` +
        "a node class that selects by the discovery tag puts all of them on every node",
    );
  }
  if (nodeGroups.length === 0) lines.push("the cluster has no node group: no subnet or security group will be tagged");
  if (network.isIsolated === true) {
    lines.push(
      "the chosen subnets have no route out of the VPC: Karpenter is installed with isolatedVPC, without current prices",
    );
  }
  if (network.missingEndpoints.length > 0) {
    lines.push(`the isolated VPC has no endpoint for ${network.missingEndpoints.join(", ")}`);
  }
  return lines;
}

function withTag(resources: readonly TaggedResource[], key: string): readonly string[] {
  return resources.filter((one) => one.tags[key] !== undefined).map((one) => one.id);
}

function tagSteps(
  input: PlanInput,
  what: "subnet" | "security group",
  resources: readonly TaggedResource[],
): readonly Step[] {
  if (resources.length === 0) return [];
  const key = discoveryTagKey;
  const value = input.facts.cluster.name;
  const id = `setup/tags/${what.replace(" ", "-")}s`;
  const kind = "ec2-tags";
  const target = resources.map((one) => one.id).join(",");
  const others = resources.filter((one) => one.tags[key] !== undefined && one.tags[key] !== value);
  if (others.length > 0) {
    const named = others.map((one) => `${one.id} (${one.tags[key]})`).join(", ");
    return [
      refused(id, kind, {
        title: `${what} ${named} carries ${key} of another cluster`,
        why: "one tag can name one cluster only: pass --no-discovery-tags and select by id, or leave its node group out with --node-groups",
        target,
      }),
    ];
  }
  const missing = resources.filter((one) => one.tags[key] === undefined).map((one) => one.id);
  const plural = `${what}${resources.length === 1 ? "" : "s"}`;
  if (missing.length === 0) {
    return [keptStep(id, kind, { title: `${resources.length} ${plural}`, why: `tagged ${key}=${value}`, target })];
  }
  return [
    {
      id,
      kind,
      action: "change",
      title: `tag ${missing.length} ${what}${missing.length === 1 ? "" : "s"}: ${key}=${value}`,
      why: "node classes find them by this tag; these are the ones the node groups use today",
      target: missing.join(","),
      params: { resources: missing, key, value, what },
      calls: [{ operation: "ec2:CreateTags", input: { Resources: missing, Tags: [{ Key: key, Value: value }] } }],
      undo: "restore",
    },
  ];
}
