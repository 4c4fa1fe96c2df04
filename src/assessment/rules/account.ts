import { roleNameOf } from "../../aws/node-role.ts";
import type { NodeGroup } from "../../autoscaler/types.ts";
import type { Finding } from "../../findings/finding.ts";
import { discoveryTagKey } from "../../karpenter/names.ts";
import { groupBy } from "../../kube/group-by.ts";
import { flagAt, listAt, numberAt, textAt, textsAt } from "../../kube/json.ts";
import { unique } from "../../kube/unique.ts";
import type { Facts } from "../facts.ts";
import { launchDataOf, roleOf, subjectOf, subnetsOf, tagInList } from "../groups.ts";
import { found, type Need, type AssessmentRule } from "../rule.ts";

const anyGroups: readonly Need[] = ["account.nodegroups", "account.autoScalingGroups"];

/** Whether the account has an OIDC provider for the cluster's issuer. */
function hasOidcProvider(facts: Facts): boolean {
  const issuer = textAt(facts.account?.cluster, "identity", "oidc", "issuer")?.replace(/^https:\/\//, "");
  if (issuer === undefined) return false;
  return (facts.account?.openIdConnectProviders ?? []).some((one) =>
    (textAt(one, "Arn") ?? textAt(one, "Url") ?? "").endsWith(issuer),
  );
}

function hasPodIdentity(facts: Facts): boolean {
  return (facts.account?.addons ?? []).some((one) => textAt(one, "addonName") === "eks-pod-identity-agent");
}

const identity: AssessmentRule = {
  codes: ["DV3001", "DV3017"],
  needs: ["account.cluster", "account.openIdConnectProviders"],
  betterWith: ["account.addons"],
  check: (facts) => {
    if (hasOidcProvider(facts)) return [];
    const issuer = textAt(facts.account?.cluster, "identity", "oidc", "issuer") ?? "this cluster (it has no issuer)";
    const cluster = facts.clusterName;
    const hasAgent = hasPodIdentity(facts);
    const severity = hasAgent ? "info" : "error";
    const findings: Finding[] = [found("DV3001", facts.clusterSubject, { issuer, cluster }, { severity })];
    if (!hasAgent && facts.account?.addons !== undefined)
      findings.push(found("DV3017", facts.clusterSubject, { cluster }));
    return findings;
  },
};

const clusterState: AssessmentRule = {
  codes: ["DV3002", "DV3015"],
  needs: ["account.cluster"],
  check: (facts) => {
    const cluster = facts.clusterName;
    const findings: Finding[] = [];
    const mode = textAt(facts.account?.cluster, "accessConfig", "authenticationMode");
    if (mode === "CONFIG_MAP") findings.push(found("DV3002", facts.clusterSubject, { mode, cluster }));
    const status = textAt(facts.account?.cluster, "status") ?? "ACTIVE";
    if (status !== "ACTIVE") findings.push(found("DV3015", facts.clusterSubject, { status }));
    return findings;
  },
};

const sharedRoles: AssessmentRule = {
  codes: ["DV3003"],
  needs: ["account.nodegroups"],
  check: (facts) => {
    return [...groupBy(facts.nodeGroups, (group) => roleOf(group, facts.account))]
      .filter(([, groups]) => groups.length > 1)
      .map(([role, groups]) => {
        const nodeGroups = groups.map(({ name }) => name).sort();
        return found("DV3003", `Role/${role}`, { role, nodeGroups });
      });
  },
};

const spotRole: AssessmentRule = {
  codes: ["DV3004"],
  needs: ["account.hasSpotServiceLinkedRole"],
  betterWith: ["account.nodegroups", "account.autoScalingGroups"],
  check: (facts) => {
    if (facts.account?.hasSpotServiceLinkedRole !== false) return [];
    const spot = facts.nodeGroups.filter(usesSpot).map((group) => group.name);
    return spot.length > 0
      ? [found("DV3004", "Role/AWSServiceRoleForEC2Spot", { reason: `spot is used by ${spot.join(", ")}` })]
      : [
          found(
            "DV3004",
            "Role/AWSServiceRoleForEC2Spot",
            { reason: "a NodePool that allows spot will need it" },
            { severity: "info" },
          ),
        ];
  },
};

/** Whether the group may run spot instances. */
function usesSpot(group: NodeGroup): boolean {
  if (textAt(group.nodegroup, "capacityType") === "SPOT") return true;
  if (
    textAt(launchDataOf(group), "InstanceMarketOptions", "MarketType") === "spot" ||
    textAt(launchDataOf(group), "SpotPrice") !== undefined
  )
    return true;
  const percent = numberAt(
    group.autoScalingGroup,
    "MixedInstancesPolicy",
    "InstancesDistribution",
    "OnDemandPercentageAboveBaseCapacity",
  );
  return percent !== undefined && percent < 100;
}

const taggedGroups: AssessmentRule = {
  codes: ["DV3006"],
  needs: ["account.securityGroups", "cluster name"],
  check: (facts) => {
    const tag = `kubernetes.io/cluster/${facts.clusterName}`;
    const tagged = (facts.account?.securityGroups ?? []).filter((one) => tagInList(one, tag) !== undefined);
    const groups = unique(tagged.flatMap((one) => textAt(one, "GroupId") ?? []));
    if (groups.length < 2) return [];
    // Two tagged groups in a VPC are common; two on one node break load balancers.
    const isTogether = tagged.filter((one) => tagInList(one, discoveryTagKey) === facts.clusterName).length > 1;
    const severity = isTogether ? "error" : "warning";
    return [found("DV3006", facts.clusterSubject, { groups, tag, isTogether }, { severity })];
  },
};

const extraGroups: AssessmentRule = {
  codes: ["DV3016"],
  needs: [anyGroups, "account.cluster"],
  betterWith: ["account.launchTemplateVersions"],
  check: (facts) => {
    const own = textAt(facts.account?.cluster, "resourcesVpcConfig", "clusterSecurityGroupId");
    return facts.nodeGroups.flatMap((group) => {
      const launch = launchDataOf(group);
      const all = [
        ...textsAt(launch, "SecurityGroupIds"),
        ...textsAt(launch, "SecurityGroups"),
        ...listAt(launch, "NetworkInterfaces").flatMap((one) => textsAt(one, "Groups")),
      ];
      const groups = unique(all.filter((id) => id !== own));
      return groups.length === 0 ? [] : [found("DV3016", subjectOf(group), { nodeGroup: group.name, groups })];
    });
  },
};

const zones: AssessmentRule = {
  codes: ["DV3010"],
  needs: [anyGroups, "account.subnets"],
  check: (facts) => {
    const used = new Set(facts.nodeGroups.flatMap(subnetsOf));
    const subnets = (facts.account?.subnets ?? []).filter((one) => used.has(textAt(one, "SubnetId") ?? ""));
    const names = unique(subnets.flatMap((one) => textAt(one, "AvailabilityZone") ?? []));
    const [zone] = names;
    return names.length === 1 && zone !== undefined ? [found("DV3010", `Zone/${zone}`, { zone })] : [];
  },
};

const nodeRoles: AssessmentRule = {
  codes: ["DV3011"],
  needs: ["account.nodegroups", "account.roles"],
  check: (facts) => {
    const used = new Set(facts.nodeGroups.flatMap((group) => roleOf(group, facts.account) ?? []));
    return (facts.account?.roles ?? []).flatMap((facts_) => {
      const role = roleNameOf(facts_);
      const attached = facts_.attachedPolicyArns;
      if (!used.has(role) || attached === undefined || Object.keys(facts_.policies ?? {}).length > 0) return [];
      const missing = neededPolicies
        .filter((one) => !attached.some((arn) => one.pattern.test(arn)))
        .map((one) => one.name);
      return missing.length === 0 ? [] : [found("DV3011", `Role/${role}`, { role, missing })];
    });
  },
};

const neededPolicies = [
  { name: "AmazonEKSWorkerNodePolicy", pattern: /\/AmazonEKSWorkerNode(Minimal)?Policy$/ },
  {
    name: "AmazonEC2ContainerRegistryPullOnly",
    pattern: /\/AmazonEC2ContainerRegistry(PullOnly|ReadOnly|PowerUser|FullAccess)$/,
  },
];

const isolated: AssessmentRule = {
  codes: ["DV3007"],
  needs: ["account.routeTables", "account.vpcEndpoints", "account.subnets", anyGroups],
  check: (facts) => {
    const used = new Set(facts.nodeGroups.flatMap(subnetsOf));
    if (used.size === 0 || [...used].some((subnet) => hasDefaultRoute(facts, subnet))) return [];
    const services = new Set(
      (facts.account?.vpcEndpoints ?? []).map((one) =>
        (textAt(one, "ServiceName") ?? "").replace(/^com\.amazonaws\.[^.]+\./, ""),
      ),
    );
    const missing = neededEndpoints.filter((name) => !services.has(name));
    const vpc =
      textAt(facts.account?.cluster, "resourcesVpcConfig", "vpcId") ??
      textAt(facts.account?.subnets?.[0], "VpcId") ??
      "the VPC";
    return missing.length === 0 ? [] : [found("DV3007", `Vpc/${vpc}`, { vpc, missing })];
  },
};

/** What Karpenter's controller and its nodes call, by the last part of the endpoint's service name. */
const neededEndpoints = ["ec2", "ecr.api", "ecr.dkr", "s3", "sts", "ssm", "sqs", "eks"];

function hasDefaultRoute(facts: Facts, subnet: string): boolean {
  const tables = facts.account?.routeTables ?? [];
  const own = tables.find((table) => listAt(table, "Associations").some((one) => textAt(one, "SubnetId") === subnet));
  const vpc = textAt(
    (facts.account?.subnets ?? []).find((one) => textAt(one, "SubnetId") === subnet),
    "VpcId",
  );
  const main = tables.find(
    (table) =>
      textAt(table, "VpcId") === vpc && listAt(table, "Associations").some((one) => flagAt(one, "Main") === true),
  );
  const table = own ?? main;
  // No table known for the subnet: unknown is not isolated.
  if (table === undefined) return true;
  return listAt(table, "Routes").some(
    (route) =>
      textAt(route, "DestinationCidrBlock") === "0.0.0.0/0" ||
      textAt(route, "DestinationIpv6CidrBlock") === "::/0" ||
      (textAt(route, "DestinationPrefixListId") !== undefined && textAt(route, "NatGatewayId") !== undefined),
  );
}

/** The account around the cluster. */
export const accountRules: readonly AssessmentRule[] = [
  identity,
  clusterState,
  sharedRoles,
  spotRole,
  taggedGroups,
  extraGroups,
  zones,
  nodeRoles,
  isolated,
];
