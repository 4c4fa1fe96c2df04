import { isList, textAt, textsAt, valueAt } from "../kube/json.ts";
import { fitsGlob } from "../kube/text.ts";
import type { Json } from "../kube/objects.ts";
import type { RoleFacts } from "./account.ts";
import { nameOfArn } from "./arn.ts";

/** What the VPC CNI needs on nodes of an IPv6 cluster. */
export const assignIpv6 = "ec2:AssignIpv6Addresses";

/** A role's name; empty where it was not read. */
export function roleNameOf({ role }: RoleFacts): string {
  return textAt(role, "RoleName") ?? "";
}

/** What something on a node does by permissions of the node's role. */
interface PolicyUse {
  readonly names: RegExp;
  readonly action: string;
  readonly use: string;
}

/** By these a policy beyond the standard ones is told: by an action of its document, or by its name where no document was read. */
const uses: readonly PolicyUse[] = [
  { names: /cni.*ipv?6|ipv?6.*cni/i, action: assignIpv6, use: "aws-node gives pods IPv6 addresses" },
  { names: /ebs.?csi/i, action: "ec2:AttachVolume", use: "the EBS CSI driver attaches and creates volumes" },
  { names: /efs.?csi/i, action: "elasticfilesystem:CreateAccessPoint", use: "the EFS CSI driver makes access points" },
  { names: /fsx/i, action: "fsx:CreateFileSystem", use: "the FSx CSI driver makes file systems" },
  { names: /autoscaler/i, action: "autoscaling:SetDesiredCapacity", use: "Cluster Autoscaler scales" },
  {
    names: /load.?balancer/i,
    action: "elasticloadbalancing:CreateLoadBalancer",
    use: "the load balancer controller works",
  },
  { names: /external.?dns|route.?53/i, action: "route53:ChangeResourceRecordSets", use: "DNS records are written" },
  { names: /cloudwatch|logs/i, action: "logs:PutLogEvents", use: "agents write logs and metrics" },
  { names: /x.?ray/i, action: "xray:PutTraceSegments", use: "agents write traces" },
  { names: /secret/i, action: "secretsmanager:GetSecretValue", use: "secrets are read" },
];

/** AWS's own policies and what they allow, as far as it matters here. */
const managed: Readonly<Record<string, readonly string[]>> = {
  AmazonEKSWorkerNodePolicy: ["ec2:Describe*", "eks:DescribeCluster"],
  AmazonEKSWorkerNodeMinimalPolicy: ["ec2:Describe*", "eks:DescribeCluster"],
  AmazonEKS_CNI_Policy: ["ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses", "ec2:*NetworkInterface*"],
  AmazonEC2ContainerRegistryReadOnly: ["ecr:*"],
  AmazonEC2ContainerRegistryPullOnly: ["ecr:*"],
  AmazonEC2ContainerRegistryPowerUser: ["ecr:*"],
  AmazonSSMManagedInstanceCore: ["ssm:*", "ssmmessages:*", "ec2messages:*"],
  AmazonEBSCSIDriverPolicy: ["ec2:*Volume*", "ec2:*Snapshot*"],
  AmazonEBSCSIDriverPolicyV2: ["ec2:*Volume*", "ec2:*Snapshot*"],
  AmazonEFSCSIDriverPolicy: ["elasticfilesystem:*"],
  AmazonFSxFullAccess: ["fsx:*"],
  AutoScalingFullAccess: ["autoscaling:*"],
  ElasticLoadBalancingFullAccess: ["elasticloadbalancing:*"],
  AmazonRoute53FullAccess: ["route53:*"],
  CloudWatchAgentServerPolicy: ["logs:*", "cloudwatch:PutMetricData"],
  CloudWatchFullAccess: ["logs:*", "cloudwatch:*", "autoscaling:*"],
  AWSXRayDaemonWriteAccess: ["xray:*"],
  SecretsManagerReadWrite: ["secretsmanager:*"],
  AmazonEC2FullAccess: ["ec2:*", "elasticloadbalancing:*", "autoscaling:*", "cloudwatch:*"],
  PowerUserAccess: ["*"],
  AdministratorAccess: ["*"],
};

/** What every node role has. */
const standard = new Set([
  "AmazonEKSWorkerNodePolicy",
  "AmazonEKSWorkerNodeMinimalPolicy",
  "AmazonEKS_CNI_Policy",
  "AmazonEC2ContainerRegistryReadOnly",
  "AmazonEC2ContainerRegistryPullOnly",
  "AmazonSSMManagedInstanceCore",
]);

/** A policy of a node role beyond what every node has. */
export interface ExtraPolicy {
  readonly name: string;
  /** What it is there for, as a clause; undefined when neither its document nor its name tells. */
  readonly use: string | undefined;
}

/** The policies of a node role that a role made for Karpenter's nodes does not have, by name. */
export function extraPolicies(role: RoleFacts): readonly ExtraPolicy[] {
  return policyNames(role)
    .filter((name) => !standard.has(name))
    .map((name) => ({ name, use: useOf(name, role) }));
}

/** Whether a role may do something anywhere; undefined when a policy of it was not read and its name says nothing either. */
export function mayDo(role: RoleFacts, action: string): boolean | undefined {
  const answers = policyNames(role).map((name) => allows(name, role, action));
  if (answers.includes(true)) return true;
  return role.attachedPolicyArns === undefined || answers.includes(undefined) ? undefined : false;
}

/** The policies of a role by which something may be done; empty where none of those that were read, or known by name, allows it. */
export function policiesFor(role: RoleFacts, action: string): readonly string[] {
  return policyNames(role).filter((name) => allows(name, role, action) === true);
}

function policyNames(role: RoleFacts): readonly string[] {
  const attached = (role.attachedPolicyArns ?? []).map(nameOfArn);
  return [...new Set([...attached, ...Object.keys(role.policies ?? {})])].toSorted();
}

function useOf(name: string, role: RoleFacts): string | undefined {
  return uses.find(({ action }) => allows(name, role, action) === true)?.use;
}

function allows(name: string, role: RoleFacts, action: string): boolean | undefined {
  const document = role.policies?.[name];
  if (document !== undefined) return documentAllows(document, action);
  const known = Object.hasOwn(managed, name) ? managed[name] : undefined;
  if (known !== undefined) return known.some((pattern) => matches(pattern, action));
  const named = uses.filter(({ names }) => names.test(name));
  return named.length === 0 ? undefined : named.some((one) => one.action === action);
}

// Conditions and resources narrow where it holds, never whether it was meant.
function documentAllows(document: Json, action: string): boolean {
  const statement = valueAt(document, "Statement");
  const statements = isList(statement) ? statement : [statement];
  return statements.some((one) => {
    if (textAt(one, "Effect") !== "Allow") return false;
    const not = textsOf(one, "NotAction");
    if (not.length > 0) return !not.some((pattern) => matches(pattern, action));
    return textsOf(one, "Action").some((pattern) => matches(pattern, action));
  });
}

// IAM writes a list of one as a text.
function textsOf(value: Json | undefined, key: string): readonly string[] {
  const single = textAt(value, key);
  return single === undefined ? textsAt(value, key) : [single];
}

function matches(pattern: string, action: string): boolean {
  return fitsGlob(pattern.toLowerCase(), action.toLowerCase(), { question: true });
}
