import { assignIpv6, mayDo, policiesFor, roleNameOf } from "../../aws/node-role.ts";
import { hasOwnCredentials } from "../../aws/pod-credentials.ts";
import type { RoleFacts } from "../../aws/account.ts";
import type { Finding } from "../../findings/finding.ts";
import { karpenterNames } from "../../karpenter/names.ts";
import { textAt } from "../../kube/json.ts";
import { unique } from "../../kube/unique.ts";
import type { Facts } from "../facts.ts";
import { roleOf } from "../groups.ts";
import { found, type AssessmentRule } from "../rule.ts";
import type { WorkloadFacts } from "../workload.ts";
import { workloadNeeds } from "./needs.ts";

/** A program that calls AWS, known by its image. */
interface Caller {
  readonly image: RegExp;
  readonly action: string;
  readonly effect: string;
  /** Without its rights pods that move stay pending. */
  readonly isVital?: boolean;
}

const callers: readonly Caller[] = [
  {
    image: /aws-ebs-csi-driver/,
    action: "ec2:AttachVolume",
    effect: "it can neither attach nor create volumes, so pods with volumes stay pending",
    isVital: true,
  },
  {
    image: /aws-efs-csi-driver/,
    action: "elasticfilesystem:CreateAccessPoint",
    effect: "it makes no access points, so new claims stay pending",
  },
  {
    image: /aws-fsx-csi-driver/,
    action: "fsx:CreateFileSystem",
    effect: "it makes no file systems, so new claims stay pending",
  },
  {
    image: /cluster-autoscaler/,
    action: "autoscaling:SetDesiredCapacity",
    effect: "it cannot scale, which the way back needs",
  },
  {
    image: /aws-(?:alb-ingress|load-balancer)-controller/,
    action: "elasticloadbalancing:CreateLoadBalancer",
    effect: "load balancers and their targets are not kept up",
  },
  { image: /external-dns/, action: "route53:ChangeResourceRecordSets", effect: "DNS records are not kept up" },
  { image: /cert-manager-controller/, action: "route53:ChangeResourceRecordSets", effect: "DNS challenges fail" },
  {
    image: /external-secrets|secrets-store-csi/,
    action: "secretsmanager:GetSecretValue",
    effect: "secrets are not read",
  },
  { image: /fluent-?bit|fluentd|cloudwatch-agent/, action: "logs:PutLogEvents", effect: "logs and metrics are lost" },
  { image: /xray|adot|aws-otel-collector/, action: "xray:PutTraceSegments", effect: "traces are lost" },
];

const callersOnNodes: AssessmentRule = {
  codes: ["DV3019"],
  needs: ["account.roles", "serviceaccounts", workloadNeeds, ["account.nodegroups", "account.autoScalingGroups"]],
  betterWith: ["account.podIdentityAssociations", "account.addons", "account.instanceProfiles"],
  check: (facts) => {
    const roles = nodeRoles(facts);
    if (roles.length === 0) return [];
    const next = nextRole(facts);
    return facts.workloads.flatMap((workload) => {
      if (isDaemonOfNode(workload) || ownCredentials(workload, facts)) return [];
      const caller = callers.find(({ image }) => workload.spec.containers.some((one) => image.test(one.image ?? "")));
      if (caller === undefined || (next !== undefined && mayDo(next, caller.action) === true)) return [];
      const allowing = roles.filter((role) => policiesFor(role, caller.action).length > 0);
      if (allowing.length === 0) return [];
      const data = {
        workload: workload.title,
        roles: allowing.map(roleNameOf),
        policies: unique(allowing.flatMap((role) => policiesFor(role, caller.action))),
        effect: caller.effect,
        nodeRole: karpenterNames(facts.clusterName).nodeRole,
      };
      return [found("DV3019", workload.subject, data, caller.isVital === true ? { severity: "error" } : {})];
    });
  },
};

const addresses: AssessmentRule = {
  codes: ["DV3018"],
  needs: ["account.cluster", "serviceaccounts"],
  betterWith: ["account.roles", "account.podIdentityAssociations", "account.addons"],
  check: (facts): Finding[] => {
    if (textAt(facts.account?.cluster, "kubernetesNetworkConfig", "ipFamily") !== "ipv6") return [];
    const cni = facts.workloadBySubject.get("DaemonSet/kube-system/aws-node");
    if (cni !== undefined && ownCredentials(cni, facts)) return [];
    const next = nextRole(facts);
    if (next !== undefined && mayDo(next, assignIpv6) === true) return [];
    const policies = unique(nodeRoles(facts).flatMap((role) => policiesFor(role, assignIpv6)));
    const { nodeRole } = karpenterNames(facts.clusterName);
    return [found("DV3018", facts.clusterSubject, { nodeRole, policies })];
  },
};

/** A DaemonSet's policy of a node is every node's business: it is in every node role, or asked for by itself (DV3018). */
function isDaemonOfNode({ subject }: WorkloadFacts): boolean {
  return subject === "DaemonSet/kube-system/aws-node" || subject === "DaemonSet/kube-system/ebs-csi-node";
}

function ownCredentials(workload: WorkloadFacts, facts: Facts): boolean {
  const { namespace, spec } = workload;
  const annotations = workload.pods[0]?.metadata.annotations ?? {};
  return hasOwnCredentials(
    { namespace, spec, annotations },
    { serviceAccounts: facts.objects.serviceaccounts ?? [], account: facts.account },
  );
}

function nodeRoles(facts: Facts): readonly RoleFacts[] {
  const names = new Set(facts.nodeGroups.flatMap((group) => roleOf(group, facts.account) ?? []));
  return (facts.account?.roles ?? []).filter((role) => names.has(roleNameOf(role)));
}

/** The role that `setup` makes, where it is there already. */
function nextRole(facts: Facts): RoleFacts | undefined {
  const { nodeRole } = karpenterNames(facts.clusterName);
  return facts.account?.roles?.find((role) => roleNameOf(role) === nodeRole);
}

/** What lives on the role of today's nodes. */
export const nodeRoleRules: readonly AssessmentRule[] = [addresses, callersOnNodes];
