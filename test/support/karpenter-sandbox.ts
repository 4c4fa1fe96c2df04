import type { JsonObject } from "../../src/kube/objects.ts";
import type { World } from "../../src/ports/world.ts";
import { foreignCall } from "./aws.ts";

const minute = 60_000;

/** What a pool of the sandbox may differ in. */
export interface PoolWishes {
  readonly limits?: JsonObject;
  readonly disruption?: JsonObject;
  readonly capacityType?: "on-demand" | "spot";
  /** Labels of its nodes. */
  readonly labels?: JsonObject;
}

/** Karpenter's identity: a role with a policy, by Pod Identity. */
export async function wire(world: World, cluster: string): Promise<void> {
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
      },
    ],
  });
  const document = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "ec2:*", Resource: "*" }],
  });
  const { Role } = (await world.cloud.write("iam:CreateRole", {
    RoleName: "karpenter",
    AssumeRolePolicyDocument: trust,
  })) as { Role: JsonObject };
  await foreignCall(world.cloud, "iam:PutRolePolicy", {
    RoleName: "karpenter",
    PolicyName: "all",
    PolicyDocument: document,
  });
  await world.cloud.write("eks:CreatePodIdentityAssociation", {
    clusterName: cluster,
    namespace: "kube-system",
    serviceAccount: "karpenter",
    roleArn: Role["Arn"],
  });
}

/** Karpenter's two charts. */
export async function install(world: World, cluster: string): Promise<void> {
  const common = { namespace: "kube-system", version: "1.14.1", timeoutMs: minute };
  await world.charts.install({
    ...common,
    release: "karpenter-crd",
    chart: "oci://public.ecr.aws/karpenter/karpenter-crd",
    values: {},
  });
  const values = { settings: { clusterName: cluster } };
  await world.charts.install({
    ...common,
    release: "karpenter",
    chart: "oci://public.ecr.aws/karpenter/karpenter",
    values,
  });
}

/** A node class and the pool `general`, in one zone: applied again with other wishes it is changed. */
export async function addPool(world: World, cluster: string, wishes: PoolWishes = {}): Promise<void> {
  const [subnet] = await world.cloud.all(
    "ec2:DescribeSubnets",
    { Filters: [{ Name: "tag-key", Values: ["kubernetes.io/role/internal-elb"] }] },
    "Subnets",
  );
  const { cluster: described } = await world.cloud.read("eks:DescribeCluster", { name: cluster });
  const group = (described as { resourcesVpcConfig: { clusterSecurityGroupId: string } }).resourcesVpcConfig
    .clusterSecurityGroupId;
  await world.cluster.apply("ec2nodeclasses", {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default" },
    spec: {
      role: `${cluster}-node`,
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ id: subnet?.["SubnetId"] }],
      securityGroupSelectorTerms: [{ id: group }],
    },
  });
  await world.cluster.apply("nodepools", {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "general" },
    spec: {
      template: {
        ...(wishes.labels === undefined ? {} : { metadata: { labels: wishes.labels } }),
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements: [
            { key: "karpenter.sh/capacity-type", operator: "In", values: [wishes.capacityType ?? "on-demand"] },
            { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
            { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
          ],
        },
      },
      disruption: {
        consolidationPolicy: "WhenEmpty",
        consolidateAfter: "30s",
        budgets: [{ nodes: "100%" }],
        ...wishes.disruption,
      },
      ...(wishes.limits === undefined ? {} : { limits: wishes.limits }),
    },
  });
}

/** Nobody else makes nodes. */
export async function stopAutoscaler(world: World): Promise<void> {
  await world.cluster.patch(
    { resource: "deployments", namespace: "kube-system", name: "cluster-autoscaler" },
    "merge",
    { spec: { replicas: 0 } },
  );
}
